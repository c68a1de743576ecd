"""What stands around a publication of a session page, by whichever way it is published.

The button of the editor stops at the page that shows whom it mails, and so does an approval that
ends a workflow (approvals); several pages at once are confirmed on such a page (publishing_many). A
planned publication cannot: whoever planned it is told what waits, and where to withdraw it.
"""

from collections.abc import Sequence
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.pages.edit import EditView
from wagtail.models import Page

from base.figures import figure
from content.models import SessionPage
from participation.enums import MAY_TELL, ChangeState
from participation.models import ScheduleChange
from participation.selectors.changes import change_ahead, open_changes_of, over_capacity
from participation.wagtail_hooks.changes import may_see, minutes_left

#: The buttons of the editor that publish.
_PUBLISHING = {"action-publish", "action-workflow-action"}


@hooks.register("before_publish_page")
def ask_before_mail(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Stop at the page that shows whom the publication mails. The draft has been saved."""
    if isinstance(page, SessionPage) and change_ahead(page, timezone.now()):
        _note_comments(request, page)
        return redirect("session_changes:publish", page.pk, page.latest_revision_id)
    return None


def _note_comments(request: HttpRequest, page: SessionPage) -> None:
    """Log the comments that were saved with the draft, and tell who follows them.

    Wagtail does so after it has published, which is not what happens here.
    """
    form = getattr(page, "saved_by", None)
    if form is None or "comments" not in form.formsets or not form.has_changed():
        return
    view = EditView()
    view.setup(request)
    view.page, view.form = page, form
    changes = view.get_commenting_changes()
    view.log_commenting_changes(changes, page.latest_revision)
    view.send_commenting_notifications(changes)


@hooks.register("after_publish_page")
def warn_of_too_many(request: HttpRequest, page: Page) -> None:
    """Say how many people have a seat beyond the number of seats."""
    if not isinstance(page, SessionPage) or not page.session:
        return
    over = over_capacity(page.session, page.session.capacity)
    if over:
        text = ngettext(
            "%(number)s person more than there are seats is signed up. Nobody loses the seat.",
            "%(number)s people more than there are seats are signed up. Nobody loses the seat.",
            over,
        )
        messages.warning(request, text % {"number": figure(over)})


@hooks.register("after_edit_page")
def tell_after_editing(request: HttpRequest, page: Page) -> None:
    """Tell what waits after a workflow ended, or when somebody signed up since the question."""
    if isinstance(page, SessionPage) and _PUBLISHING & request.POST.keys():
        _tell(request, open_changes_of([page]))


@hooks.register("before_edit_page")
def tell_in_editor(request: HttpRequest, page: Page) -> None:
    """Tell in the editor what waits: there one arrives from the small windows of a workflow."""
    if isinstance(page, SessionPage) and request.method == "GET":
        _tell(request, open_changes_of([page]))


@hooks.register("after_bulk_action")
def tell_after_many(
    request: HttpRequest, action_type: str, objects: Sequence[Page], action: BulkAction
) -> None:
    if action_type == "publish" and action.model is Page:
        below = bool(action.cleaned_form.cleaned_data["include_descendants"])
        _tell(request, open_changes_of(objects, with_descendants=below))


def _tell(request: HttpRequest, changes: Sequence[ScheduleChange]) -> None:
    if not changes:
        return
    if len(changes) == 1:
        text, label = _words(cast("User", request.user), changes[0]), _("See the change")
        url = reverse("session_changes:change", args=[changes[0].pk])
    else:
        text = _("%(number)s changes of sessions wait before people are mailed about them.")
        text, label = text % {"number": figure(len(changes))}, _("See the changes")
        url = reverse("session_changes:index")
    buttons = [messages.button(url, label)] if may_see(request.user) else []
    messages.warning(request, text, buttons=buttons)


def _words(user: User, change: ScheduleChange) -> str:
    minutes, may_tell = minutes_left(change, timezone.now()), user.has_perm(MAY_TELL)
    if change.state == ChangeState.HELD and may_tell:
        text = _("“%(title)s” has changed. Decide whether people are mailed.")
    elif change.state == ChangeState.HELD:
        text = _("“%(title)s” has changed. An organiser decides whether people are mailed.")
    elif not minutes:
        text = _("“%(title)s” has changed. The mail about it is about to go out.")
    elif may_tell:
        text = ngettext(
            "“%(title)s” has changed. People are mailed in %(number)s minute. Until then you can"
            " withdraw it.",
            "“%(title)s” has changed. People are mailed in %(number)s minutes. Until then you can"
            " withdraw it.",
            minutes,
        )
    else:
        text = ngettext(
            "“%(title)s” has changed. People are mailed in %(number)s minute.",
            "“%(title)s” has changed. People are mailed in %(number)s minutes.",
            minutes,
        )
    return text % {"title": change.session, "number": figure(minutes)}

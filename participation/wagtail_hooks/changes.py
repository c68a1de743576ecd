"""Changes of sessions in the admin: what publishing causes, and what an organiser decides.

Publishing a session page whose schedule is news to somebody stops at a page that shows whom it will
mail. What then waits can be withdrawn, called a correction, or sent at once.
"""

import math
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.generic import HookResponseMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Revision, TaskState
from wagtail.permissions import page_permission_policy

from base.figures import figure
from content.models import SessionPage
from content.selectors import source_page
from participation.change_words import facts_of, group_label, side_by_side
from participation.enums import MAY_TELL, ChangeState
from participation.errors import ChangeSettled
from participation.models import ScheduleChange
from participation.selectors.changes import (
    ChangeAhead,
    change_ahead,
    decided_changes,
    open_changes,
    over_capacity,
    unanswered_number,
)
from participation.selectors.told import Concerned, groups_of, people_to_tell
from participation.services.changes import (
    mark_correction,
    publish_revision,
    release_change,
    withdraw_change,
)

PER_PAGE = 50


def may_see(user: Any) -> bool:
    """Whoever publishes pages, or decides what is sent, may see what changed: it names nobody."""
    return user.has_perm(MAY_TELL) or page_permission_policy.user_has_permission(user, "publish")


def _in_groups(people: list[Concerned]) -> list[tuple[str, str]]:
    return [(group_label(group), figure(number)) for group, number in groups_of(people)]


def consequences(ahead: ChangeAhead, draft: SessionPage) -> dict[str, Any]:
    """What publishing this draft changes and whom that mails, as a template shows it."""
    return {
        "facts": side_by_side(ahead.published, ahead.drafted),
        "groups": _in_groups(ahead.people),
        "total": len(ahead.people),
        "figure": figure(len(ahead.people)),
        "unanswered": unanswered_number(ahead.published),
        "over": over_capacity(ahead.published, draft.capacity),
    }


def minutes_left(change: ScheduleChange, now: datetime) -> int:
    """Return how many minutes are left, the begun one included."""
    return max(0, math.ceil((change.due_at - now).total_seconds() / 60))


class ChangePage(WagtailAdminTemplateMixin, TemplateView):
    """What the pages about changes share."""

    header_icon = "history"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("session_changes:index"), "label": _("Changes")},
            {"url": "", "label": self.get_page_title()},
        ]


class ConfirmPublication(HookResponseMixin, ChangePage):
    """Publishing this revision mails people: whom, how many, and whether to."""

    template_name = "participation/admin/confirm_publication.html"
    page_title = gettext_lazy("Publish the change")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rights = self.page.permissions_for_user(request.user)
        if not rights.can_publish() or rights.page_locked():
            raise PermissionDenied
        if self.revision.pk != self.page.latest_revision_id:
            messages.warning(request, _("The page was changed meanwhile. Look, and publish again."))
            return redirect("wagtailadmin_pages:edit", self.page.pk)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def page(self) -> SessionPage:
        return get_object_or_404(SessionPage, pk=self.kwargs["page_id"])

    @cached_property
    def revision(self) -> Revision:
        return get_object_or_404(self.page.revisions, pk=self.kwargs["revision_id"])

    @cached_property
    def draft(self) -> SessionPage:
        return cast("SessionPage", self.revision.as_object())

    @cached_property
    def approval(self) -> TaskState | None:
        """What this person was about to approve with this revision, with their comment."""
        noted, state = self.request.session.get("approval"), self.page.current_workflow_task_state
        if not noted or not state or noted[:2] != [self.revision.pk, state.pk]:
            return None
        acts = state.task.specific.get_actions(self.page, self.user)
        if "approve" not in {name for name, *_rest in acts}:
            return None
        state.comment = noted[2]
        return cast("TaskState", state)

    @property
    def goes_live_at(self) -> datetime | None:
        later = self.draft.go_live_at
        return later if later and later > timezone.now() else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ahead = change_ahead(self.draft, timezone.now())
        return super().get_context_data(**kwargs) | {
            "page": self.page,
            "may_tell": self.user.has_perm(MAY_TELL),
            "goes_live_at": self.goes_live_at,
            **(consequences(ahead, self.draft) if ahead else {"total": 0}),
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        choice = request.POST.get("choice", "")
        is_asked = self.user.has_perm(MAY_TELL) and not self.goes_live_at
        if is_asked and choice not in ("tell", "correction"):
            context = self.get_context_data(problem=_("Choose whether people are mailed."))
            return self.render_to_response(context, status=422)
        change = publish_revision(
            revision=self.revision,
            approval=self.approval,
            is_correction=choice == "correction",
            by=self.user,
            now=timezone.now(),
        )
        if answer := self._run_hooks():
            return answer
        if change is None:
            text = _("“%(title)s” goes live later.") if self.goes_live_at else _PUBLISHED
            messages.success(request, str(text) % {"title": self.page.title})
            return redirect("wagtailadmin_pages:edit", self.page.pk)
        text = str(_PUBLISHED) % {"title": self.draft.title}
        live = messages.button(SessionPage.objects.get(pk=self.page.pk).url, _("View live"))
        messages.success(request, text, buttons=[live])
        return redirect("session_changes:change", change.pk)

    def _run_hooks(self) -> HttpResponse | None:
        """Run what is hooked to a publication, as the editor of Wagtail does after its own."""
        page = SessionPage.objects.get(pk=self.page.pk)
        return self.run_hook("after_publish_page", self.request, page) or self.run_hook(
            "after_edit_page", self.request, page
        )


_PUBLISHED = gettext_lazy("“%(title)s” is published.")


class ChangeIndex(ChangePage):
    """All changes that were news to somebody."""

    template_name = "participation/admin/changes.html"
    page_title = gettext_lazy("Changes")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return super().get_breadcrumbs_items()[::2]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = Paginator(decided_changes(), PER_PAGE).get_page(self.request.GET.get("p"))
        rows = [
            (change, [fact for fact in facts_of(change) if fact.is_changed]) for change in found
        ]
        return super().get_context_data(**kwargs) | {"rows": rows, "page": found}


class OneChange(ChangePage):
    """A change of a session: what it was and is, whom it concerns, and what can be decided."""

    template_name = "participation/admin/change.html"

    @cached_property
    def change(self) -> ScheduleChange:
        rows = ScheduleChange.objects.select_related("session", "made_by", "decided_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Change of “%(title)s”") % {"title": self.change.session}

    def acts(self) -> tuple[str, ...]:
        """What this person may do now: nothing about a version that is not the present one."""
        is_current = self.change.version == self.change.session.schedule_version
        if not is_current or not self.user.has_perm(MAY_TELL):
            return ()
        if self.change.state == ChangeState.WAITING and self.change.due_at <= timezone.now():
            return ()
        return _ACTS.get(ChangeState(self.change.state), ())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, change = timezone.now(), self.change
        is_open = change.state in _ACTS and change.version == change.session.schedule_version
        people = people_to_tell(change.session, now) if is_open else []
        page = source_page(change.session)
        return super().get_context_data(**kwargs) | {
            "change": change,
            "facts": facts_of(change),
            "groups": _in_groups(people),
            "total": len(people),
            "figure": figure(len(people)),
            "is_open": is_open,
            "minutes": minutes_left(change, now),
            "told": figure(change.told_count),
            "acts": self.acts(),
            "may_tell": self.user.has_perm(MAY_TELL),
            "page_url": reverse("wagtailadmin_pages:edit", args=[page.pk]) if page else "",
        }


_ACTS: dict[ChangeState, tuple[str, ...]] = {
    ChangeState.WAITING: ("withdraw", "correction", "send"),
    ChangeState.HELD: ("release", "correction", "send"),
    ChangeState.WITHDRAWN: ("release", "send"),
}


class DecideChange(OneChange):
    """Asks once more, with the number of people, and then does it."""

    template_name = "participation/admin/decide_change.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"act": self.kwargs["act"]}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.kwargs["act"] not in self.acts():
            return redirect("session_changes:change", self.change.pk)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.user.has_perm(MAY_TELL):
            raise PermissionDenied
        act = self.kwargs["act"]
        values: dict[str, Any] = {
            "change_id": self.change.pk,
            "by": self.user,
            "now": timezone.now(),
        }
        try:
            match act:
                case "withdraw":
                    withdraw_change(**values)
                case "correction":
                    mark_correction(**values)
                case "release" | "send":
                    release_change(at_once=act == "send", **values)
        except ChangeSettled as error:
            messages.error(request, str(error))
        else:
            if act in _DONE:
                messages.success(request, _DONE[act])
        return redirect("session_changes:change", self.change.pk)


_DONE = {
    "withdraw": gettext_lazy("Withdrawn: nobody is told. You can still send it."),
    "correction": gettext_lazy("It counts as a correction: nobody is told."),
    "release": gettext_lazy("It goes out in 15 minutes. Until then you can withdraw it."),
    "send": gettext_lazy("It goes out within some seconds."),
}


class ChangesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_see(request.user)


class ChangesViewSet(ViewSet):
    name = "session_changes"
    url_prefix = "session-changes"
    icon = "history"
    menu_label = gettext_lazy("Changes")
    menu_name = "session-changes"
    menu_order = 105
    menu_item_class = ChangesMenuItem
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", ChangeIndex.as_view(), name="index"),
            path("<int:pk>/", OneChange.as_view(), name="change"),
            path("<int:pk>/<slug:act>/", DecideChange.as_view(), name="decide"),
            path(
                "publish/<int:page_id>/<int:revision_id>/",
                ConfirmPublication.as_view(),
                name="publish",
            ),
        ]


class OpenChangesPanel(Component):
    """On the first page: what waits for an organiser, and what goes out by itself."""

    name = "session_changes"
    order = 55
    template_name = "participation/admin/open_changes.html"

    def __init__(self, changes: list[ScheduleChange], *, may_tell: bool) -> None:
        self.changes = changes
        self.may_tell = may_tell

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        now = timezone.now()
        changes = [(change, minutes_left(change, now)) for change in self.changes]
        return {"changes": changes, "may_tell": self.may_tell}


@hooks.register("register_admin_viewset")
def register_changes() -> ChangesViewSet:
    return ChangesViewSet()


@hooks.register("construct_homepage_panels")
def add_open_changes(request: HttpRequest, panels: list[Component]) -> None:
    """Show all to who decides, and their own to whoever else publishes."""
    user = cast("User", request.user)
    if not may_see(user):
        return
    may_tell = user.has_perm(MAY_TELL)
    rows = open_changes() if may_tell else open_changes().filter(made_by=user)
    if changes := list(rows[:20]):
        panels.append(OpenChangesPanel(changes, may_tell=may_tell))

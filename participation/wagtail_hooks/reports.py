"""What an editor of a report is told: its numbers are not final as long as the list is open."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from content.models import ReportPage
from participation.selectors.attendance import attendance_closed_at
from participation.wagtail_hooks.desk.pages import CHANGE_PERMISSION


@hooks.register("before_edit_page")
def warn_in_editor(request: HttpRequest, page: Page) -> None:
    if isinstance(page, ReportPage) and request.method == "GET":
        _warn_of_open_list(request, page)


@hooks.register("after_publish_page")
def warn_after_publication(request: HttpRequest, page: Page) -> None:
    if isinstance(page, ReportPage):
        _warn_of_open_list(request, page)


def _warn_of_open_list(request: HttpRequest, page: ReportPage) -> None:
    session = page.get_latest_revision_as_object().session
    if session is None or attendance_closed_at(session):
        return
    text = _(
        "The attendance list of “%(session)s” is not closed yet: the numbers in the report may "
        "still change. Close the list first, and publish the report after that."
    )
    buttons = []
    if request.user.has_perm(CHANGE_PERMISSION):
        url = reverse("session_desk:attendance", args=[session.pk])
        buttons.append(messages.button(url, _("To the attendance list")))
    messages.warning(request, text % {"session": session}, buttons=buttons)

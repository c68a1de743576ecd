"""The first page of the desk: who is in, who waits, who is to be decided about."""

from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.permissions import page_permission_policy

from contacts.wagtail_hooks.exports import export_response
from content.dates import where
from content.models import SessionPage
from content.questions import questions_of
from content.selectors import is_over, report_to_edit, session_url
from content.wagtail_hooks import may_make_report
from participation.models import PartnerVisit
from participation.selectors.desk import desk_of, typed_answers, with_people
from participation.selectors.files import registrations_file
from participation.selectors.invited import invited_counts
from participation.selectors.sessions import phase_of
from participation.wagtail_hooks.desk.pages import (
    ADD_PERMISSION,
    SessionView,
    buttons_of_others,
)


class SignUpsPage(SpreadsheetExportMixin, SessionView):
    """Everybody who answered, by what has to be done; with `?export=csv` or `xlsx` as a file."""

    template_name = "participation/admin/desk.html"
    tab = "desk"

    def get(self, request: HttpRequest, session_id: int) -> HttpResponseBase:
        if self.is_export:
            return export_response(
                registrations_file(with_people(self.session, timezone.now())),
                form=request.GET["export"],
                file_name=f"{_('sign-ups')}-{self.session.slug}",
            )
        return self.render_to_response(self.get_context_data())

    @property
    def show_export_buttons(self) -> bool:
        return True

    @cached_property
    def header_buttons(self) -> list[Button]:
        others = buttons_of_others(self.request, self.session, "session_header_buttons")
        if not self.may(ADD_PERMISSION):
            return others
        return [
            HeaderButton(_("Sign somebody up"), url=self.url("register"), icon_name="plus"),
            HeaderButton(_("Walk-in"), url=self.url("walk_in"), icon_name="user"),
            *others,
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        desk = desk_of(self.session, language=self.language, now=now)
        own = [each for each in questions_of(self.session, self.language) if not each.private]
        capacity = self.session.capacity
        return super().get_context_data(**kwargs) | {
            "desk": desk,
            "pending": [(row, typed_answers(row, own)) for row in desk.pending],
            "seats_left": None if capacity is None else max(0, capacity - desk.seated_count),
            "invited": invited_counts(self.session),
            "phase": phase_of(self.session, now),
            "where": where(self.session, self.language),
            "public_url": session_url(self.session, self.language),
            "page_url": self._page_url(),
            "visits": self._visits(),
            **self._report(now),
            "acts": self._acts(),
            "buttons": buttons_of_others(self.request, self.session),
            "may_see_people": self.may("contacts.view_contact"),
        }

    def _acts(self) -> dict[str, str]:
        """The addresses of what is done with the ticked sign-ups."""
        names = ["approve", "reject", "present", "excused", "no-show", "move", "export", "cancel"]
        if self.may("campaigns.add_mailing"):
            names.append("mail")
        return {
            name.replace("-", "_"): reverse(
                "wagtail_bulk_action", args=["participation", "registration", name]
            )
            for name in names
        }

    def _page_url(self) -> str:
        page = SessionPage.objects.filter(session=self.session, alias_of=None).first()
        policy = page_permission_policy
        if page is None or not policy.user_has_permission_for_instance(
            self.request.user, "change", page
        ):
            return ""
        return reverse("wagtailadmin_pages:edit", args=[page.pk])

    def _report(self, now: datetime) -> dict[str, Any]:
        """The report of the session, or whether it is time to make one."""
        user, report = self.request.user, report_to_edit(self.session)
        if report is None:
            may_make = is_over(self.session, now) and may_make_report(user, self.session)
            return {"report": None, "may_make_report": may_make}
        may_edit = page_permission_policy.user_has_permission_for_instance(user, "change", report)
        return {"report": report, "may_edit_report": may_edit}

    def _visits(self) -> int | None:
        if not self.session.is_partner_hosted:
            return None
        visits = PartnerVisit.objects.filter(session=self.session)
        return visits.aggregate(total=Sum("count"))["total"] or 0

"""The desk of a session: sign-ups, attendance, what people want, who was asked, what was agreed."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.base import ViewSet

from participation.wagtail_hooks.desk.agenda import AgendaPage
from participation.wagtail_hooks.desk.agreements import (
    AgreementsPage,
    CarryAgreement,
    SettleAgreement,
)
from participation.wagtail_hooks.desk.attendance import (
    AttendancePage,
    CloseList,
    ImportAttendance,
    ReopenList,
)
from participation.wagtail_hooks.desk.invited import InvitedPage, InviteOrganisations
from participation.wagtail_hooks.desk.registering import RegisterPerson, RegisterWalkIn
from participation.wagtail_hooks.desk.sign_ups import SignUpsPage

_PAGES = {
    "sign-ups/": ("desk", SignUpsPage),
    "sign-ups/new/": ("register", RegisterPerson),
    "sign-ups/walk-in/": ("walk_in", RegisterWalkIn),
    "attendance/": ("attendance", AttendancePage),
    "attendance/close/": ("close", CloseList),
    "attendance/reopen/": ("reopen", ReopenList),
    "attendance/import/": ("import_attendance", ImportAttendance),
    "agenda/": ("agenda", AgendaPage),
    "invited/": ("invited", InvitedPage),
    "invited/new/": ("invite", InviteOrganisations),
    "agreements/": ("agreements", AgreementsPage),
    "agreements/<int:agreement_id>/settle/": ("settle_agreement", SettleAgreement),
    "agreements/<int:agreement_id>/carry/": ("carry_agreement", CarryAgreement),
}


class DeskViewSet(ViewSet):
    """The pages about one session; the list of sessions leads to them."""

    name = "session_desk"
    url_prefix = "sessions"
    icon = "group"
    menu_label = gettext_lazy("Sign-ups")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path(f"<int:session_id>/{tail}", view.as_view(), name=name)
            for tail, (name, view) in _PAGES.items()
        ]

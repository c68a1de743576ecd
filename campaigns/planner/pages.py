"""What the pages of plans share: who may see them, their addresses, moments in words."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from campaigns.timeline.lines import Line, LineKind, zone_of
from content import dates
from content.models import SeriesPage, Session

VIEW, ADD = "campaigns.view_mailing", "campaigns.add_mailing"
CHANGE, SEND = "campaigns.change_mailing", "campaigns.send_mailing"
PEOPLE = "contacts.view_contact"

Whole = Session | SeriesPage


class PlanView(WagtailAdminTemplateMixin, View):
    """A page about plans, for who may see mailings (and what `permissions` ask besides)."""

    header_icon = "calendar-alt"
    permissions: tuple[str, ...] = (VIEW,)
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not all(request.user.has_perm(permission) for permission in self.permissions):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def may(self, permission: str) -> bool:
        return self.request.user.has_perm(permission)

    @property
    def language(self) -> str:
        return language_of_reader()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        home = {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")}
        listing = reverse("wagtailsnippets_campaigns_mailing:list")
        mailings = {"url": listing, "label": _("Mailings")}
        plans = {"url": reverse("mailing_plans:index"), "label": _("Plans")}
        return [home, mailings, plans, *self.own_breadcrumbs()]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.get_page_title()}]


def language_of_reader() -> str:
    """Return the language in which the admin is read: that of dates and titles of sessions."""
    return "en" if (get_language() or "").startswith("en") else "nl"


def plan_url(whole: Whole) -> str:
    """Return the address of the time line of a session or a series."""
    name = "session" if isinstance(whole, Session) else "series"
    return reverse(f"mailing_plans:{name}", args=[whole.pk])


def name_of(whole: Whole) -> str:
    """Return the title of a session or a series as its readers know it."""
    if isinstance(whole, Session):
        return whole.title(language_of_reader())
    return str(whole.title)


def moment_in_words(moment: datetime, session: Session | None) -> str:
    """Return a moment in the zone of its session: "donderdag 14 maart 2026, 13.30 uur"."""
    return dates.moment_in_words(moment, zone_of(session).key, language_of_reader())


def when(line: Line) -> str:
    """Return when a line happens, as far as that is known; empty when it has no place."""
    if line.kind == LineKind.SESSION and line.session:
        return dates.when(line.session, language_of_reader())
    if line.at:
        return moment_in_words(line.at, line.session)
    if line.about is None:
        return ""
    local = line.about.astimezone(zone_of(line.session))
    return _("about %(day)s") % {"day": dates.day_in_words(local.date(), language_of_reader())}

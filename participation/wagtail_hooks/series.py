"""Who was asked for a whole series: a page to read, to which the page of the series leads."""

from collections import Counter
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from content.dates import when
from content.models import SeriesPage
from participation.enums import InvitationAnswer
from participation.selectors.invited_series import invited_to_series, sessions_of
from participation.wagtail_hooks.desk.pages import VIEW_PERMISSION

_PER_PAGE = 100


class InvitedToSeriesPage(WagtailAdminTemplateMixin, View):
    """Organisation by organisation, with a column a session; `?state=` leaves those with one
    answer."""

    template_name = "participation/admin/invited_series.html"
    header_icon = "date"
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(VIEW_PERMISSION):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def series(self) -> SeriesPage:
        return get_object_or_404(SeriesPage, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Invited for “%(title)s”") % {"title": self.series.title}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("content_sessions:index"), "label": _("Sessions")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        language = "en" if (get_language() or "").startswith("en") else "nl"
        sessions = sessions_of(self.series)
        found = invited_to_series(sessions)
        asked = request.GET.get("state", "")
        state = asked if asked in InvitationAnswer.values else ""
        listed = [row for row in found if not state or row.state == state]
        tally = Counter(row.state for row in found if row.organisation)
        context = self.get_context_data(
            series=self.series,
            sessions=[
                {
                    "title": session.title(language),
                    "when": when(session, language),
                    "url": reverse("session_desk:invited", args=[session.pk]),
                }
                for session in sessions
            ],
            is_empty=not found,
            page=Paginator(listed, _PER_PAGE).get_page(request.GET.get("p")),
            state=state,
            states=[(each.value, each.label) for each in InvitationAnswer],
            counts=[(each.label, tally[each]) for each in InvitationAnswer],
        )
        return self.render_to_response(context)


class SeriesDeskViewSet(ViewSet):
    name = "series_desk"
    url_prefix = "series"
    icon = "group"
    menu_label = gettext_lazy("Invited")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("<int:pk>/invited/", InvitedToSeriesPage.as_view(), name="invited")]


@hooks.register("register_page_header_buttons")
def invited_to_this(page: Page, user: User, view_name: str, next_url: str = "") -> list[Button]:
    """Who was asked, from the page of a series."""
    if not isinstance(page, SeriesPage) or not user.has_perm(VIEW_PERMISSION):
        return []
    url = reverse("series_desk:invited", args=[page.pk])
    return [Button(_("Who was invited"), url=url, icon_name="group", priority=82)]

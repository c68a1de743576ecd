"""Retention in the admin, under Reports: the periods, what is due, and what each night removed."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from contacts.models import RetentionRun
from contacts.selectors.retention import retention_rules, what_is_due

PERMISSION = "contacts.view_retentionrun"
_NIGHTS_PER_PAGE = 30


class RetentionReport(WagtailAdminTemplateMixin, View):
    """Looking at it removes nothing."""

    template_name = "contacts/admin/retention.html"
    page_title = gettext_lazy("Retention periods")
    header_icon = "calendar-check"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        home = {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")}
        return [home, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest) -> HttpResponse:
        runs = Paginator(RetentionRun.objects.order_by("-id"), _NIGHTS_PER_PAGE)
        page = runs.get_page(request.GET.get("p"))
        labels = {rule.code: rule.label for rule in retention_rules()}
        context = self.get_context_data(
            rules=what_is_due(timezone.now()),
            page=page,
            nights=[(run, _removed(run, labels)) for run in page],
        )
        return self.render_to_response(context)


def _removed(run: RetentionRun, labels: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of the report that say something."""
    return [
        line | {"label": labels.get(line["rule"], line["rule"])}
        for line in run.report
        if line["count"] or "error" in line
    ]


class RetentionMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)


class RetentionViewSet(ViewSet):
    name = "contact_retention"
    url_prefix = "reports/retention"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", RetentionReport.as_view(), name="index")]


@hooks.register("register_admin_viewset")
def register_retention() -> RetentionViewSet:
    return RetentionViewSet("contact_retention")


@hooks.register("register_reports_menu_item")
def register_retention_menu_item() -> RetentionMenuItem:
    return RetentionMenuItem(
        _("Retention periods"),
        reverse("contact_retention:index"),
        name="retention",
        icon_name="calendar-check",
        order=1200,
    )

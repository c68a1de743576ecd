"""Imports in the admin: upload, look at what it would do, then do it. The worker runs both."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from contacts.enums import ImportState, RowOutcome
from contacts.errors import FileUnreadable, ImportNotApplicable
from contacts.forms.admin import ImportForm
from contacts.imports.columns import FIELD_LABELS
from contacts.imports.reading import BYTES_MAX
from contacts.models import ContactImport
from contacts.selectors.imports import import_rows
from contacts.services.imports import apply_rehearsed, stage_import

PERMISSION = "contacts.add_contact"
_ROWS_PER_PAGE = 200


class ImportView(WagtailAdminTemplateMixin, View):
    """What the pages share: who may see them, and where they stand."""

    page_title = gettext_lazy("Imports")
    header_icon = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("contact_imports:index"), "label": self.page_title},
            *self.own_breadcrumbs(),
        ]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return []


class ImportIndex(ImportView):
    """All imports, newest first."""

    template_name = "contacts/admin/import_index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = ContactImport.objects.defer("content").select_related("created_by")
        page = Paginator(found.order_by("-id"), 50).get_page(request.GET.get("p"))
        return self.render_to_response(self.get_context_data(imports=page))


class ImportUpload(ImportView):
    """The form for a file; it is only looked at, until somebody says to import it."""

    template_name = "contacts/admin/import_upload.html"

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": _("Import a file")}]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=ImportForm()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                staged = stage_import(
                    file_name=file.name,
                    content=file.read(BYTES_MAX + 1),
                    dry_run=True,
                    options={"fill_organisation": form.cleaned_data["fill_organisation"]},
                    created_by=request.user,
                    now=timezone.now(),
                )
            except FileUnreadable as error:
                form.add_error("file", str(error))
            else:
                return redirect("contact_imports:report", staged.pk)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ImportReport(ImportView):
    """How far an import is and what became, or would become, of each row."""

    template_name = "contacts/admin/import_report.html"

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.found.file_name}]

    def get(self, request: HttpRequest, import_id: int) -> HttpResponse:
        self.found = get_object_or_404(ContactImport, pk=import_id)
        chosen = request.GET.get("outcome", "")
        rows = [row for row in import_rows(self.found) if chosen in ("", row["outcome"])]
        page = Paginator(rows, _ROWS_PER_PAGE).get_page(request.GET.get("p"))
        for row in page.object_list:
            row["label"] = RowOutcome(row["outcome"]).label
        return self.render_to_response(
            self.get_context_data(
                found=self.found,
                page=page,
                chosen=chosen,
                query=f"&outcome={chosen}" if chosen in RowOutcome.values else "",
                mapping=[
                    {
                        "header": each["column"],
                        "label": FIELD_LABELS.get(each["field"], _("left out")),
                    }
                    for each in self.found.mapping
                ],
                counts=[
                    (outcome, outcome.label, self.found.counts.get(outcome, 0))
                    for outcome in RowOutcome
                ],
                is_waiting=self.found.state in (ImportState.STAGED, ImportState.RUNNING),
                may_apply=self.found.may_apply,
                change_count=sum(
                    self.found.counts.get(outcome, 0)
                    for outcome in (RowOutcome.CREATED, RowOutcome.UPDATED)
                ),
            )
        )


class ImportApply(ImportView):
    """Really import what was looked at."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, import_id: int) -> HttpResponse:
        rehearsed = get_object_or_404(ContactImport, pk=import_id)
        try:
            staged = apply_rehearsed(
                import_id=rehearsed.pk, created_by=request.user, now=timezone.now()
            )
        except ImportNotApplicable as error:
            messages.error(request, str(error))
            return redirect("contact_imports:report", rehearsed.pk)
        return redirect("contact_imports:report", staged.pk)


class ImportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)


class ImportViewSet(ViewSet):
    name = "contact_imports"
    url_prefix = "contacts/imports"
    icon = "upload"
    menu_label = gettext_lazy("Imports")
    menu_name = "contact-imports"
    menu_item_class = ImportMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", ImportIndex.as_view(), name="index"),
            path("new/", ImportUpload.as_view(), name="new"),
            path("<int:import_id>/", ImportReport.as_view(), name="report"),
            path("<int:import_id>/apply/", ImportApply.as_view(), name="apply"),
        ]

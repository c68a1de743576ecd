"""The list of imports, and the form for a new one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from base.figures import figure
from contacts.enums import RowOutcome
from contacts.errors import FileUnreadable
from contacts.forms.imports import ImportForm
from contacts.imports.reading import BYTES_MAX
from contacts.models import ContactImport
from contacts.services.imports import stage_import
from contacts.wagtail_hooks.imports.pages import ImportView
from contacts.wagtail_hooks.imports.standing import standing

_PER_PAGE = 50


class ImportIndex(ImportView):
    """All imports, newest first."""

    template_name = "contacts/admin/import_index.html"

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        url = reverse("contact_imports:new")
        return [HeaderButton(_("Import a file"), url=url, icon_name="upload")]

    def get(self, request: HttpRequest) -> HttpResponse:
        found = ContactImport.objects.select_related("created_by")
        page = Paginator(found.order_by("-id"), _PER_PAGE).get_page(request.GET.get("p"))
        imports = [(each, standing(each), _numbers(each)) for each in page.object_list]
        return self.render_to_response(self.get_context_data(page=page, imports=imports))


def _numbers(found: ContactImport) -> list[tuple[str, str]]:
    """Return how many rows had each outcome, as far as there are any."""
    return [
        (str(outcome.label), figure(found.counts[outcome]))
        for outcome in RowOutcome
        if found.counts.get(outcome)
    ]


class ImportUpload(ImportView):
    """The form for a file; it is only looked at, until somebody says to import it."""

    template_name = "contacts/admin/import_upload.html"

    def get_page_title(self) -> str:
        return _("Import a file")

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
                    options={},
                    created_by=request.user,
                    now=timezone.now(),
                    confirm_columns=True,
                )
            except FileUnreadable as error:
                form.add_error("file", str(error))
            else:
                return redirect("contact_imports:mapping", staged.pk)
        return self.render_to_response(self.get_context_data(form=form), status=422)

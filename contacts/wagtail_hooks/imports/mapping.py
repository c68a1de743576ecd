"""What the columns of a file are: guessed, shown with the first rows, and confirmed by a person."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.enums import ImportState
from contacts.errors import ContactsError, FileUnreadable
from contacts.forms.imports import MappingForm
from contacts.imports.columns import columns_of, recognised_field
from contacts.imports.reading import Table, read_top
from contacts.services.imports import choose_sheet, confirm_mapping
from contacts.wagtail_hooks.imports.pages import OneImport


class ImportMapping(OneImport):
    """The columns of a draft, each with a select; then the worker looks at the rows."""

    template_name = "contacts/admin/import_mapping.html"

    def get(self, request: HttpRequest, import_id: int) -> HttpResponse:
        if self.found.state != ImportState.DRAFT:
            return self.to_report()
        columns = columns_of(self.found.mapping)
        initial = {"fill_organisation": self.found.options.get("fill_organisation", False)}
        return self._show(MappingForm(columns, initial=initial))

    def post(self, request: HttpRequest, import_id: int) -> HttpResponse:
        form = MappingForm(columns_of(self.found.mapping), request.POST)
        if not form.is_valid() and self.found.state == ImportState.DRAFT:
            return self._show(form, status=422)
        try:
            confirm_mapping(
                import_id=import_id,
                mapping=form.mapping,
                options={"fill_organisation": form.cleaned_data["fill_organisation"]},
                now=timezone.now(),
            )
        except ContactsError as error:
            return self.to_report(error)
        return self.to_report()

    def _show(self, form: MappingForm, status: int = 200) -> HttpResponse:
        try:
            table = read_top(self.found.content, sheet=self.found.sheet)
        except FileUnreadable as error:
            return self.to_report(error)
        context = self.get_context_data(
            found=self.found, form=form, table=table, columns=_columns(form, table)
        )
        return self.render_to_response(context, status=status)


def _columns(form: MappingForm, table: Table) -> list[dict[str, Any]]:
    """Return what the page shows of each column; one without heading and cells is not shown."""
    seen: set[str] = set()
    columns = []
    for place, (select, header) in enumerate(zip(form.selects(), table.header, strict=True)):
        samples = [cells[place] if place < len(cells) else "" for _row, cells in table.rows]
        remark = ""
        field = recognised_field(header)
        if not field:
            remark = _("not recognised")
        elif field in seen:
            remark = _("there is a column for this already")
        seen.add(field)
        if header or any(samples):
            columns.append(
                {"header": header, "samples": samples, "select": select, "remark": remark}
            )
    return columns


class ImportSheet(OneImport):
    """Another sheet of the workbook."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, import_id: int) -> HttpResponse:
        try:
            choose_sheet(import_id=self.found.pk, sheet=request.POST.get("sheet", ""))
        except ContactsError as error:
            return self.to_report(error)
        return redirect("contact_imports:mapping", import_id)

"""Lists whose export can be changed in a spreadsheet and imported again."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, override
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from base.spreadsheets import Cell, csv_lines, workbook
from contacts.selectors.exports import Export

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_response(export: Export, *, form: str, file_name: str) -> HttpResponseBase:
    """Return the file as "csv" or "xlsx"; its name goes without what stands behind the dot."""
    if form == SpreadsheetExportMixin.FORMAT_XLSX:
        content = workbook(export.rows, title=export.title)
        return FileResponse(
            content, as_attachment=True, filename=f"{file_name}.xlsx", content_type=_XLSX
        )
    language = get_language()
    rows = _in_language(export.rows, language)
    lines = csv_lines(rows, delimiter=";" if language == "nl" else ",")
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}.csv"'},
    )


def _in_language(rows: Iterator[list[Cell]], language: str | None) -> Iterator[list[Cell]]:
    """Read the rows in this language: the page, and its language, are gone when they are sent."""
    while True:
        with override(language):
            row = next(rows, None)
        if row is None:
            return
        yield row


class RoundTripExport(SpreadsheetExportMixin):
    """An index view of which `export` makes the rows; all that the filters leave is in them."""

    export: Callable[[QuerySet[Any], date], Export]

    @property
    def show_export_buttons(self) -> bool:
        return True

    def as_spreadsheet(self, queryset: QuerySet[Any], spreadsheet_format: str) -> HttpResponseBase:
        rows = type(self).export(queryset, timezone.localdate())
        return export_response(rows, form=spreadsheet_format, file_name=self.get_filename())

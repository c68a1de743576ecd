"""How far an import is, and what became, or would become, of each row."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from base.figures import figure
from base.spreadsheets import csv_lines
from contacts.enums import ImportState, RowOutcome
from contacts.imports.columns import FIELD_LABELS, columns_of
from contacts.imports.reading import read_table
from contacts.models import ContactImport
from contacts.selectors.imports import (
    goes_before,
    import_rows,
    kept_rows,
    people_in_the_way,
    report_rows,
)
from contacts.wagtail_hooks.imports.pages import OneImport
from contacts.wagtail_hooks.imports.standing import (
    change_count,
    may_undo,
    standing,
)

_ROWS_PER_PAGE = 200
#: Of a list of so many rows the page shows whom a row is about: it reads the file again.
_ROWS_NAMED = 2_000
#: The columns by which people know a row.
_NAMING = ("name", "given_name", "initials", "family_name_prefix", "family_name", "email")


class ImportReport(OneImport):
    """The page of an import, from the dry run to the undoing."""

    template_name = "contacts/admin/import_report.html"

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        url = reverse("contact_imports:rows", args=[self.found.pk])
        text = _("Download the report (CSV)")
        return [HeaderButton(text, url=url, icon_name="download")] if self.found.counts else []

    def get(self, request: HttpRequest, import_id: int) -> HttpResponse:
        if self.found.state == ImportState.DRAFT:
            return redirect("contact_imports:mapping", import_id)
        outcome, text = request.GET.get("outcome", ""), request.GET.get("q", "").strip()[:100]
        rows = report_rows(self.found, outcomes=(outcome,) if outcome else (), text=text)
        page = Paginator(rows, _ROWS_PER_PAGE).get_page(request.GET.get("p"))
        named = _named(self.found)
        query = request.GET.copy()
        query.pop("p", None)
        context = {
            "found": self.found,
            "standing": standing(self.found),
            "first": goes_before(self.found),
            "page": page,
            "rows": _shown(list(page.object_list), named),
            "is_named": bool(named),
            "outcome": outcome,
            "text": text,
            "query": f"&{query.urlencode()}" if query else "",
            "counts": _counts(self.found),
            "figures": {name: figure(count) for name, count in self.found.counts.items()},
            "change_count": change_count(self.found),
            "written": figure(change_count(self.found)),
            "may_undo": may_undo(self.found, timezone.now()),
            "kept": kept_rows(self.found),
            "columns": [
                (each["column"], FIELD_LABELS.get(each["field"], "")) for each in self.found.mapping
            ],
        }
        return self.render_to_response(self.get_context_data(**context))


def _counts(found: ContactImport) -> list[tuple[RowOutcome, str]]:
    return [(outcome, figure(found.counts.get(outcome, 0))) for outcome in RowOutcome]


def _named(found: ContactImport) -> dict[int, str]:
    """Return whom the rows are about, by their number, as long as the file is there.

    A report keeps no names: it is there longer than the file, and erasure does not look in it.
    """
    if not (found.row_count <= _ROWS_NAMED and found.may_apply):
        return {}
    columns = columns_of(found.mapping)
    table = read_table(found.content, sheet=found.sheet)
    named = {}
    for row, cells in table.rows:
        texts = {each.field: cell for each, cell in zip(columns, cells, strict=False) if cell}
        names = [texts[field] for field in _NAMING if field in texts]
        named[row] = " ".join(names) or texts.get("organisation", "")
    return named


def _shown(rows: list[dict[str, Any]], named: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the rows with a label for the outcome, a name, and the people who are in the way."""
    people = people_in_the_way(rows)
    return [
        row
        | {
            "label": RowOutcome(row["outcome"]).label,
            "name": named.get(row["row"], ""),
            "people": [people[pk] for pk in row.get("people", ()) if pk in people],
        }
        for row in rows
    ]


class ImportProgress(OneImport):
    """The same in figures, for the script that moves the bar."""

    def get(self, request: HttpRequest, import_id: int) -> HttpResponse:
        now = standing(self.found)
        figures = {
            "label": capfirst(now.label),
            "done": now.done,
            "total": now.total,
            "text": now.text,
            "isBusy": now.is_busy,
        }
        return JsonResponse(figures, headers={"Cache-Control": "no-store"})


class ImportRowsFile(OneImport):
    """The report as a CSV file, to put beside the list."""

    def get(self, request: HttpRequest, import_id: int) -> HttpResponseBase:
        labels = {outcome.value: str(outcome.label) for outcome in RowOutcome}
        headings = [_("Row"), _("Outcome"), _("Reason")]
        rows = (
            [str(row["row"]), labels[row["outcome"]], row["reason"]]
            for row in import_rows(self.found)
        )
        return StreamingHttpResponse(
            csv_lines([headings, *rows], delimiter=";" if get_language() == "nl" else ","),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="import-{import_id}.csv"'},
        )

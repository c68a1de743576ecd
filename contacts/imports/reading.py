"""From the bytes of an uploaded file to a table of texts: which sheet, which headings, rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from contacts.errors import FileUnreadable
from contacts.imports.columns import recognised_field
from contacts.imports.delimited import delimited_records
from contacts.imports.records import Record, nothing_there
from contacts.imports.workbooks import (
    COLUMNS_MAX,
    is_workbook,
    merged_rows,
    open_workbook,
    sheet_records,
    visible_sheets,
)

BYTES_MAX = 20 * 1024 * 1024
ROWS_MAX = 50_000

#: In so many rows the headings are looked for: titles and dates may stand above them.
_TOP = 20
_SAMPLES = 3

#: Returns how many headings that we know are among these cells.
Known = Callable[[Sequence[str]], int]


def _known_here(cells: Sequence[str]) -> int:
    return len(set(map(recognised_field, cells)) - {""})


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a file. `rows` are (row number as a spreadsheet shows it, cells).

    `marks` says of some rows, by their number, what was done to read them (see Record). `sheets`
    are the sheets to choose from, `sheet` is the one that was read; a CSV file has none, and a
    workbook no encoding and delimiter.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str = ""
    delimiter: str = ""
    marks: Mapping[int, str] = field(default_factory=dict)
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    has_merged_cells: bool = False


def read_table(content: bytes, *, sheet: str = "", known: Known = _known_here) -> Table:
    """Return the table in the file. Raises FileUnreadable with a message that names the remedy.

    Of a workbook, `sheet` is read, without it the first one with headings that we know: those of
    an import of people, unless `known` counts others.
    """
    return _read(content, sheet, ROWS_MAX, known)


def read_top(content: bytes, *, sheet: str = "") -> Table:
    """Return the same with the first three rows alone, soon even of a large file.

    Raises FileUnreadable for what is wrong with the file as a whole or with its first rows.
    """
    return _read(content, sheet, None, _known_here)


def _read(content: bytes, sheet: str, limit: int | None, known: Known) -> Table:
    if len(content) > BYTES_MAX:
        raise FileUnreadable(
            "file_too_large", _("The file is larger than 20 MB. Split it into smaller files.")
        )
    if not is_workbook(content):
        if sheet:
            raise FileUnreadable("sheet_unknown", _("There are no sheets in a CSV file."))
        encoding, delimiter, records = delimited_records(content)
        header, rows = _with_headings(records, known)
        return _table(header, rows, limit, encoding=encoding, delimiter=delimiter)
    with closing(open_workbook(content)) as workbook:
        sheets = {each.title: each for each in visible_sheets(workbook)}
        one = _sheet(sheets, content, sheet, known)
        width = len(one.header.cells)
        # What stands beside the list, under no heading, is a note of whoever keeps it.
        cut = (replace(row, cells=row.cells[:width]) for row in one.rows if any(row.cells[:width]))
        about = {"sheet": one.title, "sheets": tuple(sheets), "has_merged_cells": one.is_merged}
        return _table(one.header, cut, limit, **about)


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    header: Record
    rows: Iterator[Record]
    is_merged: bool


def _sheet(
    sheets: Mapping[str, ReadOnlyWorksheet], content: bytes, chosen: str, known: Known
) -> _Sheet:
    """Return the sheet that is chosen, else the first with a heading that we know."""
    if chosen and chosen not in sheets:
        text = _("There is no sheet “%(sheet)s”. There is: %(sheets)s.")
        raise FileUnreadable(
            "sheet_unknown", text % {"sheet": chosen[:60], "sheets": ", ".join(sheets)}
        )
    found = []
    for title in [chosen] if chosen else sheets:
        try:
            merged = merged_rows(sheets[title], content)
            header, rows = _with_headings(sheet_records(sheets[title], merged), known)
        except FileUnreadable as error:
            if error.code != "file_empty":
                raise
            continue
        found.append(_Sheet(title, header, rows, bool(merged)))
        if known(header.cells):
            return found[-1]
    if not found:
        raise nothing_there()
    return found[0]


def _with_headings(records: Iterator[Record], known: Known) -> tuple[Record, Iterator[Record]]:
    """Return the row of headings and the filled rows below it. Raises FileUnreadable without any.

    The headings are the first filled row. Rows above them, such as a title, have fewer cells and
    none of the headings that we know.
    """
    filled = (record for record in records if any(record.cells))
    top = list(islice(filled, _TOP))
    if not top:
        raise nothing_there()
    best = max(range(len(top)), key=lambda place: (known(top[place].cells), -place))
    if any(_width(above) >= _width(top[best]) for above in top[:best]):
        best = 0
    if _width(top[best]) > COLUMNS_MAX:
        text = _("The file has more than %(limit)s columns. Remove those that you do not need.")
        raise FileUnreadable("too_many_columns", text % {"limit": COLUMNS_MAX})
    return top[best], chain(top[best + 1 :], filled)


def _width(record: Record) -> int:
    return sum(map(bool, record.cells))


def _table(header: Record, records: Iterable[Record], limit: int | None, **about: Any) -> Table:
    if limit is None:
        records = islice(records, _SAMPLES)
    rows: list[tuple[int, tuple[str, ...]]] = []
    marks: dict[int, str] = {}
    for record in records:
        if len(rows) == limit:
            text = _("The file has more than %(limit)s rows. Split it into smaller files.")
            raise FileUnreadable("file_too_long", text % {"limit": limit})
        rows.append((record.number, record.cells))
        if record.mark:
            marks[record.number] = record.mark
    return Table(header=header.cells, rows=tuple(rows), marks=marks, **about)

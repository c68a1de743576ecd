"""Tables as a Dutch office saves them: any delimiter, three encodings, headers in two tongues.

Knows how to read a file into cells; what the cells mean is for the services that import.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from participation.errors import TableUnreadable

#: What a table of attendance or questions may hold; a bigger file is something else.
_MAX_BYTES = 5 * 1024 * 1024
_DELIMITERS = ";\t,"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the file (the header is 1) and its cells by our names."""

    number: int
    cells: dict[str, str]


def read_table(
    content: bytes, *, columns: Mapping[str, Sequence[str]], required: Sequence[str]
) -> list[Line]:
    """Return the rows of a CSV file, with the cells trimmed; empty rows are left out.

    `columns` gives for each of our names what the header may begin with, in small letters; the
    first name that fits takes the column. Raises TableUnreadable.
    """
    if len(content) > _MAX_BYTES:
        raise TableUnreadable(_("This file is larger than 5 MB. Save only the table as CSV."))
    if content[:2] == b"PK":
        raise TableUnreadable(_("This is a workbook. Save the sheet as CSV and try again."))
    rows = _rows(_decode(content))
    if not rows:
        raise TableUnreadable(_("This file is empty."))
    header = _header(rows[0], columns)
    missing = [name for name in required if name not in header.values()]
    if missing:
        raise TableUnreadable(
            _("These columns are missing: %(names)s. The first row must name the columns.")
            % {"names": ", ".join(columns[name][0] for name in missing)}
        )
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        cells = dict.fromkeys(header.values(), "")
        cells |= {header[place]: cell for place, cell in enumerate(row) if place in header}
        if any(cells.values()):
            lines.append(Line(number=number, cells=cells))
    return lines


def _decode(content: bytes) -> str:
    """UTF-8 with or without a mark, else Windows-1252: what a Dutch spreadsheet saves."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise TableUnreadable(_("This is not a CSV file. Save the table as CSV and try again."))
    return text


def _rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise TableUnreadable(
            _("This file cannot be read as a table: %(error)s.") % {"error": error}
        ) from error
    trimmed = [[" ".join(cell.split()) for cell in row] for row in rows]
    while trimmed and not any(trimmed[0]):
        trimmed.pop(0)
    return trimmed


def _header(row: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Return our name by the place of each column that we know."""
    found: dict[int, str] = {}
    for place, title in enumerate(row):
        for name, beginnings in columns.items():
            if name not in found.values() and title.casefold().startswith(tuple(beginnings)):
                found[place] = name
                break
    return found

"""Tables of attendance and of questions, read as files of people are (contacts.imports).

Knows which column is which by its heading; what the cells mean is for the services that import.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from contacts.errors import FileUnreadable
from contacts.imports import reading
from participation.errors import TableUnreadable


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet shows it, and its cells by our names."""

    number: int
    cells: dict[str, str]


def read_table(
    content: bytes, *, columns: Mapping[str, Sequence[str]], required: Sequence[str]
) -> list[Line]:
    """Return the filled rows of a CSV or XLSX file, each cell as one line without outer space.

    `columns` gives for each of our names what the heading may begin with, in small letters; the
    first name that fits takes the column. Of a workbook the first sheet with all `required` columns
    is read; rows above the headings are left out. Raises TableUnreadable.
    """

    def known(cells: Sequence[str]) -> int:
        names = set(_header(cells, columns).values())
        return len(names) if names.issuperset(required) else 0

    try:
        table = reading.read_table(content, known=known)
    except FileUnreadable as error:
        raise TableUnreadable(str(error)) from error
    header = _header(table.header, columns)
    missing = [name for name in required if name not in header.values()]
    if missing:
        raise TableUnreadable(
            _("These columns are missing: %(names)s. The first row must name the columns.")
            % {"names": ", ".join(columns[name][0] for name in missing)}
        )
    lines = []
    for number, row in table.rows:
        cells = dict.fromkeys(header.values(), "")
        cells |= {
            header[place]: " ".join(cell.split())
            for place, cell in enumerate(row)
            if place in header
        }
        if any(cells.values()):
            lines.append(Line(number=number, cells=cells))
    return lines


def _header(row: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Return our name by the place of each column that we know."""
    found: dict[int, str] = {}
    for place, title in enumerate(row):
        for name, beginnings in columns.items():
            if name not in found.values() and title.casefold().startswith(tuple(beginnings)):
                found[place] = name
                break
    return found

"""Texts that somebody typed, on their way to a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

#: A cell: a text as it is, a number or a date.
Cell = str | int | date

#: A file is kept on disk from so many bytes.
_IN_MEMORY = 100_000

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guarded_cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula: an apostrophe goes first (CWE-1236)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def unguarded_cell(text: str) -> str:
    """Undo `guarded_cell`, so that a file that we wrote can be read again."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_STARTS) else text


def csv_lines(rows: Iterable[Iterable[Cell]], *, delimiter: str = ",") -> Iterator[bytes]:
    """Yield the lines of a CSV file in UTF-8, with the mark by which Excel knows it; no formulas.

    A Dutch Excel takes a semicolon for the delimiter, an English one a comma.
    """
    line = StringIO()
    writer = csv.writer(line, delimiter=delimiter)
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([guarded_cell(str(cell)) for cell in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def workbook(rows: Iterable[Iterable[Cell]], *, title: str) -> IO[bytes]:
    """Return an XLSX file of one sheet. Texts are texts in it, whatever they begin with.

    The rows are read one by one, and a large file stands on disk until it is closed: however many
    there are, it takes no more memory.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append([_written(sheet, cell) for cell in row])
    output = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- whoever gets it closes it
    book.save(output)
    output.seek(0)
    return output


def _written(sheet: object, cell: Cell) -> Any:
    """Return the cell; a text that looks like a formula or an error says that it is a text."""
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)
    if not text.startswith(("=", "#")):
        return text
    written = WriteOnlyCell(sheet, text)
    written.data_type = "s"
    return written

"""Workbooks (XLSX): is it safe to open, which sheets are there, rows of one of them.

A workbook is a zip file of XML. What it says of its own size is checked before anything is
unpacked, and rows are read one by one, so that a hostile or a huge file costs little.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from contacts.errors import FileUnreadable
from contacts.imports.records import LINES_MAX, Record, clean_cell

#: As wide as a sheet of the old Excel: an export of every field that a system has still goes in.
COLUMNS_MAX = 256

_PARTS_MAX = 2_000
_UNPACKED_MAX = 150_000_000
#: The texts of all cells are kept in memory at once while the workbook is open.
_STRINGS_MAX = 40_000_000
#: Real sheets shrink to a tenth, blank ones to a thirtieth; a bomb to a thousandth.
_RATIO_MAX = 200
_RATIO_FROM = 10_000_000

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: What openpyxl and what it stands on raise at a file that is damaged or made by hand.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    InvalidFileException,
    LookupError,
    OSError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*ref=[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?[A-Z]{1,3}\$?(\d{1,7})"
)
_CHUNK = 1 << 20
#: Longer than any element that says which cells are merged.
_OVERLAP = 200


def is_workbook(content: bytes) -> bool:
    """Whether this is a zip file; a spreadsheet of another kind is refused.

    Raises FileUnreadable, which says how to save it.
    """
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            text = _(
                "This file is protected by a password. Open it in Excel, take the password away "
                "(File, Info, Protect workbook) and save it again."
            )
            raise FileUnreadable("protected", text)
        raise FileUnreadable("old_excel", f"{_('This is an old Excel file.')} {_save_as()}")
    return content.startswith(_ZIP)


def open_workbook(content: bytes) -> Workbook:
    """Return the workbook, of which rows are read when they are asked for.

    Raises FileUnreadable. Close it after use.
    """
    _check_parts(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions and styles, of no use here
            return load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise _broken() from error


def visible_sheets(workbook: Workbook) -> list[ReadOnlyWorksheet]:
    """Return the sheets that whoever opens the file sees. Raises FileUnreadable without any."""
    found = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if not found:
        raise FileUnreadable("sheet_missing", _("There is no visible sheet in this workbook."))
    return found


def merged_rows(sheet: ReadOnlyWorksheet, content: bytes) -> list[tuple[int, int]]:
    """Return (first row, last row) of the cells that were merged over rows. Raises FileUnreadable.

    They stand behind the rows in the file, and openpyxl does not keep them when it reads by row.
    """
    try:
        with ZipFile(BytesIO(content)) as archive, archive.open(sheet._worksheet_path) as part:
            return list(_merged_in(part))
    except _BROKEN as error:
        raise _broken() from error


def sheet_records(
    sheet: ReadOnlyWorksheet, merged_rows: Iterable[tuple[int, int]]
) -> Iterator[Record]:
    """Yield the filled rows of the sheet. Raises FileUnreadable when a part of it cannot be read.

    Formulas give the value that was saved with them. Of merged cells only the first has a value;
    rows in which such a cell goes on are marked.
    """
    known: dict[str, str] = {}  # the same text is kept once: a list repeats itself
    try:
        merged = _Merged(merged_rows)
        sheet.reset_dimensions()  # what the sheet says of its own size need not be true
        rows = sheet.iter_rows(max_col=COLUMNS_MAX + 1, values_only=True)
        for number, values in enumerate(rows, start=1):
            if number > LINES_MAX:
                raise FileUnreadable("file_too_long", _("The sheet has far too many rows."))
            if not any(values):  # there may be a million of these below the list
                continue
            cells = [known.setdefault(text, text) for text in map(_text, values)]
            while cells and not cells[-1]:
                cells.pop()
            yield Record(number, tuple(cells), "merged" if merged.goes_on_in(number) else "")
    except _BROKEN as error:
        raise _broken() from error


# --- safety -----------------------------------------------------------------------------------


def _check_parts(content: bytes) -> None:
    """Look at the list of parts: what they are, and how large they say they become.

    Python reads no more of a part than the size that stands there.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except _BROKEN as error:
        raise _broken() from error
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names or "content.xml" in names or "Index/Document.iwa" in names:
        raise FileUnreadable(
            "spreadsheet", f"{_('This kind of spreadsheet is not read.')} {_save_as()}"
        )
    if "[Content_Types].xml" not in names:
        raise _broken()
    if any(part.flag_bits & 1 for part in parts):
        raise FileUnreadable("protected", _("This file is protected by a password."))
    if len(parts) > _PARTS_MAX or _unpacked(parts) > _UNPACKED_MAX or any(map(_is_bomb, parts)):
        raise FileUnreadable(
            "unpacks_too_large",
            _(
                "Unpacked, this file is too large. Leave only the sheet with people in it, clear "
                "the formatting of empty rows and columns, and save it again."
            ),
        )


def _unpacked(parts: Iterable[ZipInfo]) -> int:
    return sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))


def _is_bomb(part: ZipInfo) -> bool:
    is_strings = part.filename.casefold().endswith("sharedstrings.xml")
    is_dense = part.file_size > max(_RATIO_FROM, _RATIO_MAX * part.compress_size)
    return is_dense or (is_strings and part.file_size > _STRINGS_MAX)


def _save_as() -> str:
    return _(
        "Open it in Excel or LibreOffice, choose File, Save as, and then “Excel workbook (.xlsx)”. "
        "Upload that file."
    )


def _broken() -> FileUnreadable:
    return FileUnreadable(
        "broken",
        _(
            "This workbook is damaged. Open it in Excel or LibreOffice, save it again as XLSX and "
            "upload that file."
        ),
    )


# --- cells ------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    """Return what the cell says, as it is typed in a CSV file: 2009.0 is 2009."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_cell(value.replace("_x000D_", ""))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


class _Merged:
    """Rows in which a merged cell goes on; asked for rows in their order."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._ranges = sorted(ranges, reverse=True)
        self._last = 0

    def goes_on_in(self, row: int) -> bool:
        while self._ranges and self._ranges[-1][0] < row:
            self._last = max(self._last, self._ranges.pop()[1])
        return row <= self._last


def _merged_in(part: IO[bytes]) -> Iterator[tuple[int, int]]:
    before = b""
    while chunk := part.read(_CHUNK):
        text = before + chunk
        for found in _MERGED.finditer(text):
            column, first, last = found[1].decode(), int(found[2]), int(found[3])
            if last > first and column_index_from_string(column) <= COLUMNS_MAX:
                yield first, last
        before = text[-_OVERLAP:]

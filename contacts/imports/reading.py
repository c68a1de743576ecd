"""From the bytes of an uploaded file to a table of texts: encoding, delimiter, rows."""

import csv
import io
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from base.spreadsheets import unguarded_cell
from contacts.errors import FileUnreadable

BYTES_MAX = 20 * 1024 * 1024
LINE_MAX = 100_000
ROWS_MAX = 50_000

_DELIMITERS = (";", ",", "\t")
_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SPREADSHEET_NAMES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
#: Excel's own first line, by which a file says what separates its cells.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a file. `rows` are (row number as a spreadsheet shows it, cells)."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(file_name: str, content: bytes) -> Table:
    """Return the table in the file. Raises FileUnreadable with a message that names the remedy."""
    _refuse_spreadsheet(file_name, content)
    if len(content) > BYTES_MAX:
        raise FileUnreadable(
            "file_too_large", _("The file is larger than 20 MB. Split it into smaller files.")
        )
    text, encoding = _decode(content)
    separator_line = _SEPARATOR_LINE.match(text)
    if separator_line:
        text = text[separator_line.end() :]
    if not text.strip():
        raise _empty()
    _refuse_long_lines(text)
    delimiter = separator_line[1] if separator_line else _delimiter(text)
    records = _records(text, delimiter)
    if not records:  # nothing but separators
        raise _empty()
    header, *rows = records
    if len(rows) > ROWS_MAX:
        raise FileUnreadable(
            "file_too_long",
            _("The file has more than %(limit)s rows. Split it into smaller files.")
            % {"limit": ROWS_MAX},
        )
    filled = tuple((number, cells) for number, cells in rows if any(cells))
    return Table(encoding=encoding, delimiter=delimiter, header=header[1], rows=filled)


def _empty() -> FileUnreadable:
    return FileUnreadable("file_empty", _("The file is empty."))


def _refuse_spreadsheet(file_name: str, content: bytes) -> None:
    """Excel and friends save something that is not text; say how to get it out of there."""
    if content.startswith(_SPREADSHEET) or file_name.casefold().endswith(_SPREADSHEET_NAMES):
        raise FileUnreadable(
            "spreadsheet",
            _(
                "Save as CSV: this is a spreadsheet. In Excel choose File, Save as, and then "
                "“CSV UTF-8 (comma delimited)”. Upload that file."
            ),
        )


def _decode(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding: UTF-8 with or without BOM, else Windows-1252."""
    if b"\x00" in content or content.startswith(_UTF16):
        raise _not_text()
    try:
        text, encoding = content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        try:
            text, encoding = content.decode("windows-1252"), "windows-1252"
        except UnicodeDecodeError as error:
            raise _not_text() from error
    if _CONTROL.search(text):
        raise _not_text()
    return text, encoding


def _not_text() -> FileUnreadable:
    return FileUnreadable(
        "encoding",
        _("The file is not text that we can read. Save it as “CSV UTF-8” and upload it again."),
    )


def _refuse_long_lines(text: str) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LINE_MAX:
            raise FileUnreadable(
                "line_too_long",
                _("Line %(line)s is too long (more than %(limit)s characters). Is this a CSV file?")
                % {"line": number, "limit": LINE_MAX},
            )


def _delimiter(text: str) -> str:
    """Return what separates the cells: whatever stands most often in the first line with text."""
    first = next(line for line in text.splitlines() if line.strip())
    outside_quotes = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=lambda sign: (outside_quotes.count(sign), sign == ","))


def _records(text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return (row number, trimmed cells) from the header on; a quoted cell may span lines."""
    csv.field_size_limit(LINE_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, tuple[str, ...]]] = []
    try:
        for number, cells in enumerate(reader, start=1):
            trimmed = tuple(unguarded_cell(cell.strip()) for cell in cells)
            if records or any(trimmed):
                records.append((number, trimmed))
    except csv.Error as error:
        raise FileUnreadable(
            "quotes",
            _("Line %(line)s cannot be read: a quotation mark is not closed or stands in the way.")
            % {"line": reader.line_num},
        ) from error
    return records

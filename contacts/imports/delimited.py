"""Files with separators between the cells (CSV): encoding, separator, rows.

Hand-made files go in as far as they can be understood: a line in another encoding or with a stray
quotation mark is read by itself and marked, so that the rest of the file is read as it was meant.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from django.utils.translation import gettext as _

from contacts.errors import FileUnreadable
from contacts.imports.columns import recognised_field
from contacts.imports.records import LINES_MAX, Record, clean_cell, nothing_there

LINE_MAX = 100_000

_DELIMITERS = (";", ",", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*<(!doctype|html|table|\?xml)", re.IGNORECASE)
#: Excel's own first line, by which a file says what separates its cells.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
#: In so many lines the headings are looked for.
_TOP = 20


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of a file, with their ends. `recoded` are those in another encoding than most."""

    encoding: str
    lines: list[str]
    recoded: frozenset[int]


def delimited_records(content: bytes) -> tuple[str, str, Iterator[Record]]:
    """Return the encoding, the separator and the rows. Raises FileUnreadable before any row."""
    text = _decode(content)
    lines = text.lines
    if not any(map(str.strip, lines)):
        raise nothing_there()
    separator_line = _SEPARATOR_LINE.fullmatch(lines[0])
    first = 1 if separator_line else 0
    delimiter = separator_line[1] if separator_line else _delimiter(lines)
    return text.encoding, delimiter, _records(text, delimiter, first)


# --- encoding ---------------------------------------------------------------------------------


def _decode(content: bytes) -> Text:
    """Return the lines: UTF-8, else Windows-1252, else each line by itself; or Excel's UTF-16."""
    if content.count(b"\n") + content.count(b"\r") > 2 * LINES_MAX:
        raise FileUnreadable("file_too_long", _("The file has far too many lines for a list."))
    if content.startswith(_UTF16):
        return _checked("utf-16", _lines(_decoded(content, "utf-16")))
    if b"\x00" in content:
        raise _not_text()
    try:
        return _checked("utf-8", _lines(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return _decode_by_line(content)


def _decode_by_line(content: bytes) -> Text:
    """A file that is not UTF-8 is Windows-1252, but for lines that are UTF-8 beyond doubt."""
    lines, wide, narrow = [], set(), set()
    for place, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)):
        try:
            lines.append(line.decode("utf-8"))
            if not line.isascii():
                wide.add(place)
        except UnicodeDecodeError:
            lines.append(_decoded(line, "windows-1252"))
            narrow.add(place)
    if len(wide) > len(narrow):
        return _checked("utf-8", lines, narrow)
    return _checked("windows-1252", lines, wide)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text() from error


def _lines(text: str) -> list[str]:
    return list(StringIO(text, newline=""))


def _checked(encoding: str, lines: list[str], recoded: Iterable[int] = ()) -> Text:
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_MAX:
            text = _(
                "Line %(line)s is too long (more than %(limit)s characters). Is this a CSV file?"
            )
            raise FileUnreadable("line_too_long", text % {"line": number, "limit": LINE_MAX})
        if _CONTROL.search(line):
            raise _not_text()
    if lines and _MARKUP.match(lines[0]):
        text = _(
            "This is a web page, not a table, whatever its name says. Open it in Excel or "
            "LibreOffice and save it as XLSX."
        )
        raise FileUnreadable("markup", text)
    return Text(encoding, lines, frozenset(recoded))


def _not_text() -> FileUnreadable:
    return FileUnreadable(
        "encoding",
        _(
            "The file is not text that we can read. Save it as XLSX or as “CSV UTF-8” and upload "
            "it again."
        ),
    )


# --- cells ------------------------------------------------------------------------------------


def _delimiter(lines: list[str]) -> str:
    """Return what separates the cells: what makes the most headings, then what is there most."""
    top = list(islice(filter(str.strip, lines), _TOP))
    first = re.sub(r'"[^"]*"', "", top[0])

    def score(sign: str) -> tuple[int, int, bool]:
        headings = (len(set(map(recognised_field, line.split(sign))) - {""}) for line in top)
        return max(headings), first.count(sign), sign == ","

    return max(_DELIMITERS, key=score)


def _records(text: Text, delimiter: str, first: int) -> Iterator[Record]:
    known: dict[str, str] = {}  # the same text is kept once: a list repeats itself
    for number, (begin, end, cells, is_torn) in enumerate(
        _rows(text.lines, delimiter, first), start=1
    ):
        mark = "quotes" if is_torn else ""
        if text.recoded and not text.recoded.isdisjoint(range(begin, end)):
            mark = "encoding"
        texts = (known.setdefault(text, text) for text in map(clean_cell, cells))
        yield Record(number, tuple(texts), mark)


def _rows(
    lines: list[str], delimiter: str, first: int
) -> Iterator[tuple[int, int, list[str], bool]]:
    """Yield (first line, line after the last, cells, whether quotation marks were in the way).

    A quoted cell may span lines. A row that cannot be read so is its first line alone: a mark that
    somebody forgot to close does not swallow the rest of the file.
    """
    csv.field_size_limit(LINE_MAX)
    while first < len(lines):
        rest = map(lines.__getitem__, range(first, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        begin = first
        try:
            for cells in reader:
                end = first + reader.line_num
                yield begin, end, cells, False
                begin = end
            return
        except csv.Error:
            yield begin, begin + 1, _torn(lines[begin], delimiter), True
            first = begin + 1


def _torn(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line with stray quotation marks; in pairs they still hold together."""
    if line.count('"') % 2:
        return line.strip("\r\n").replace('"', "").split(delimiter)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return [cell.replace('"', "") if cell.count('"') % 2 else cell for cell in cells]

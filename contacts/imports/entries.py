"""Rows of a file as entries: what one row says about one person and their organisations."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from contacts.addresses import address_key
from contacts.enums import MembershipKind, Purpose
from contacts.errors import AddressInvalid
from contacts.imports import values
from contacts.imports.columns import Column
from contacts.imports.reading import Table
from contacts.names import name_key, whole_name_key

#: The longest text that each field holds, or each part of a list.
_LENGTHS = {
    "title": 40,
    "given_name": 100,
    "initials": 30,
    "family_name_prefix": 30,
    "family_name": 100,
    "organisation": 200,
    "function": 160,
    "phone": 40,
    "website": 200,
    "source": 190,
    "tags": 60,
    "aliases": 200,
}
#: Fields that list several things, on several lines perhaps; the others are one line.
_LISTS = frozenset({"themes", "tags", "aliases"})
#: Fields in which people write that they do not know.
_UNKNOWABLE = frozenset({"email", "name", "function", "phone"})
#: With these words a row begins that counts the others.
_TOTALS = frozenset({"totaal", "total", "subtotaal", "subtotal", "aantal"})
#: "Amina de Vries <amina@example.org>", as mail programs copy it.
_WITH_NAME = re.compile(r"""["']?([^<>"]*?)["']?\s*<([^<>\s]+@[^<>\s]+)>[;,]?""")


@dataclass(frozen=True, slots=True)
class Remark:
    """Why something did not go as the row says: a code for programs, a sentence for people.

    `people` are the ids of those who are in the way, for whoever has to decide.
    """

    code: str
    text: str
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """The basis that the file gives for mailing this person, with its source in words."""

    purpose: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says. An empty text says nothing. `problem` is why the row cannot be used."""

    row: int
    email: str = ""
    address_key: str = ""
    title: str = ""
    given_name: str = ""
    initials: str = ""
    family_name_prefix: str = ""
    family_name: str = ""
    language: str = ""
    phone: str = ""
    time_zone: str = ""
    organisation: str = ""
    function: str = ""
    country: str = ""
    website: str = ""
    kind: str = ""
    themes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: Other names of the organisation.
    aliases: tuple[str, ...] = ()
    membership: str = ""
    member_since: date | None = None
    consent: Consent | None = None
    source: str = ""
    problem: Remark | None = None
    remarks: tuple[Remark, ...] = ()

    @property
    def name_key(self) -> str:
        """The whole name as it is compared."""
        return whole_name_key(
            self.given_name, self.initials, self.family_name_prefix, self.family_name
        )

    @property
    def is_organisation_only(self) -> bool:
        """Whether the row is about an organisation and names nobody there."""
        return bool(self.organisation) and not self.address_key and not self.name_key


def read_entries(
    table: Table, columns: tuple[Column, ...], *, fill_organisation: bool
) -> Iterator[Entry]:
    """Yield an entry for each row of the table.

    With `fill_organisation` a blank organisation means the one of the row above. A row that says
    the same as an earlier one carries that as its problem.
    """
    first_rows: dict[int, int] = {}
    organisation = ""
    for row, cells in table.rows:
        entry = _entry(row, cells, columns)
        if mark := table.marks.get(row):
            entry = replace(entry, remarks=(_marked(mark), *entry.remarks))
        if fill_organisation and not entry.organisation:
            entry = replace(entry, organisation=organisation)
        organisation = entry.organisation
        if not entry.problem:
            # Of 50,000 rows the texts themselves would take 15 MB.
            same = hash((entry.address_key, entry.name_key, name_key(entry.organisation)))
            first = first_rows.setdefault(same, row)
            if first != row:
                entry = replace(entry, problem=_double(first))
        yield entry


def _double(first: int) -> Remark:
    return Remark("duplicate", _("The same as row %(row)s of this file.") % {"row": first})


def _marked(mark: str) -> Remark:
    """Return what was done to read the row (contacts.imports.records)."""
    if mark == "merged":
        text = _("A merged cell goes on in this row; only its first row holds what it says.")
    elif mark == "quotes":
        text = _("A quotation mark is not closed or stands in the way. Check what became of it.")
    else:
        text = _("This row has other accents than the rest of the file. Check the names in it.")
    return Remark(mark, text)


def _entry(row: int, cells: tuple[str, ...], columns: tuple[Column, ...]) -> Entry:
    if problem := _no_row(cells, columns):
        return Entry(row=row, problem=problem)
    headers = {column.field: column.header for column in columns if column.field}
    texts, remarks = _texts(cells, columns)
    texts = _apart(texts)
    # A dictionary until the end: an entry cannot be changed, and a new one for each step is slow.
    said: dict[str, Any] = {
        "remarks": remarks,
        "phone": values.phone(texts.get("phone", "")),
        "organisation": texts.get("organisation", ""),
        "function": texts.get("function", ""),
        "source": texts.get("source", ""),
    }
    said |= _names(texts, is_split="family_name_prefix" in headers)
    _add_values(said, texts, headers)
    said["problem"] = _too_long(said, headers)
    _add_address(said, texts.get("email", ""))
    return Entry(row=row, **said)


def _no_row(cells: tuple[str, ...], columns: tuple[Column, ...]) -> Remark | None:
    """Return why these cells are about nobody, if they are not a row of the list."""
    if any(cells[len(columns) :]):
        text = _(
            "This row has more cells than there are columns. Put quotation marks around a "
            "cell in which the separator occurs."
        )
        return Remark("cells", text)
    if not any("@" in cell for cell in cells):
        first = next(filter(None, cells))
        if first.startswith("#"):
            return Remark("comment", _("A line that begins with # is taken for a comment."))
        if name_key(first) in _TOTALS:
            return Remark("total", _("This line is taken for a total below the list."))
    if all(cell == column.header for cell, column in zip(cells, columns, strict=False) if cell):
        return Remark("headings", _("These are the headings again."))
    return None


def _texts(
    cells: tuple[str, ...], columns: tuple[Column, ...]
) -> tuple[dict[str, str], tuple[Remark, ...]]:
    """Return what the cells say, by field, and remarks on cells that show an error."""
    texts, remarks = {}, []
    for column, cell in zip(columns, cells, strict=False):
        if not (column.field and cell):
            continue
        if values.is_error(cell):
            remarks.append(_unclear(column.header, cell))
        elif column.field in _LISTS:
            texts[column.field] = cell
        else:
            line = " ".join(cell.split())
            texts[column.field] = values.known(line) if column.field in _UNKNOWABLE else line
    return texts, tuple(remarks)


def _apart(texts: dict[str, str]) -> dict[str, str]:
    """Return the texts with an address on its own; a name beside it counts if there is no other."""
    cell = texts.get("email", "").removeprefix("mailto:").rstrip(" ;,")
    if "<" in cell and (found := _WITH_NAME.fullmatch(cell)):
        return {"name": found[1].strip()} | texts | {"email": found[2]}
    return texts | {"email": cell}


def _names(texts: Mapping[str, str], *, is_split: bool) -> dict[str, str]:
    """Return the parts of the name: columns for its parts go before the column with the whole name.

    With a column for the prefix (`is_split`) a family name is taken as it stands.
    """
    whole = values.full_name(texts.get("name", ""))
    prefix, family = texts.get("family_name_prefix", ""), texts.get("family_name", "")
    if family and not is_split:
        prefix, family = values.family(family)
    has_first = texts.get("given_name") or texts.get("initials")
    return {
        "title": texts.get("title") or whole.title,
        "given_name": texts.get("given_name", "") if has_first else whole.given_name,
        "initials": texts.get("initials", "") if has_first else whole.initials,
        "family_name_prefix": prefix if family else whole.family_name_prefix,
        "family_name": family or whole.family_name,
    }


def _add_values(said: dict[str, Any], texts: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """Fill in the cells that stand for something; a cell that is not clear becomes a remark."""
    remarks: list[Remark] = []

    def read(field: str, meaning: Callable[[str], str]) -> str:
        cell = texts.get(field, "")
        if not cell:
            return ""
        try:
            return meaning(cell)
        except values.CellUnclear:
            remarks.append(_unclear(headers[field], cell))
            return ""

    said |= {field: read(field, meaning) for field, meaning in _MEANINGS.items() if field in texts}
    said |= {field: values.several(texts[field]) for field in _LISTS if field in texts}
    said["membership"] = read("member", values.membership)
    since = read("member_since", lambda cell: values.day(cell).isoformat())
    if since:
        said["member_since"] = date.fromisoformat(since)
        if not texts.get("member"):
            said["membership"] = MembershipKind.MEMBER
    basis, purpose = read("basis", values.basis), read("purpose", values.purpose)
    if basis and texts.get("source"):
        given = Consent(purpose or Purpose.INVITATIONS, basis, texts["source"])
        if not texts.get("purpose") or purpose:
            said["consent"] = given
    elif basis:
        remarks.append(
            Remark("no_source", _("The basis is not recorded: no source is given for it."))
        )
    said["remarks"] = (*said["remarks"], *remarks)


def _unclear(header: str, cell: str) -> Remark:
    text = _("“%(cell)s” in the column “%(column)s” is not clear; it is left out.")
    return Remark("unclear", text % {"cell": cell[:60], "column": header})


def _website(cell: str) -> str:
    url = cell if "://" in cell else f"https://{cell}"
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError as error:
        raise values.CellUnclear(cell) from error
    return url


#: What the cells of a column stand for, where that is not what they say.
_MEANINGS: dict[str, Callable[[str], str]] = {
    "language": values.language,
    "time_zone": values.time_zone,
    "country": values.country,
    "kind": values.kind,
    "website": _website,
}


def _too_long(said: Mapping[str, Any], headers: Mapping[str, str]) -> Remark | None:
    for field, limit in _LENGTHS.items():
        value = said.get(field)
        if not value:
            continue
        if max(map(len, value if isinstance(value, tuple) else (value,))) > limit:
            text = _(
                "The text in the column “%(column)s” is too long (%(limit)s characters at most)."
            )
            column = headers.get(field, headers.get("name", field))
            return Remark("too_long", text % {"column": column, "limit": limit})
    return None


def _add_address(said: dict[str, Any], cell: str) -> None:
    """Fill in the address, if there is one."""
    if not cell:
        return
    try:
        said |= {"address_key": address_key(cell), "email": cell}
    except AddressInvalid as error:
        said["problem"] = said["problem"] or Remark(error.code, str(error))


def organisation_names(entry: Entry) -> Iterable[str]:
    """The names that the organisation's cell may hold: as a whole, and its parts by " / "."""
    yield entry.organisation
    if " / " in entry.organisation:
        yield from filter(None, map(str.strip, entry.organisation.split(" / ")))

"""Rows of a file as entries: what one row says about one person and their organisations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

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

#: The longest text that each field holds.
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
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Why something did not go as the row says: a code for programs, a sentence for people."""

    code: str
    text: str


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
    organisation: str = ""
    function: str = ""
    country: str = ""
    website: str = ""
    kind: str = ""
    themes: tuple[str, ...] = ()
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


def read_entries(
    table: Table, columns: tuple[Column, ...], *, fill_organisation: bool
) -> list[Entry]:
    """Return an entry for each row of the table.

    With `fill_organisation` a blank organisation means the one of the row above. A row that says
    the same as an earlier one carries that as its problem.
    """
    entries: list[Entry] = []
    first_rows: dict[tuple[str, str, str], int] = {}
    organisation = ""
    for row, cells in table.rows:
        entry = _entry(row, cells, columns)
        if fill_organisation and not entry.organisation:
            entry = replace(entry, organisation=organisation)
        organisation = entry.organisation
        if not entry.problem:
            same = (entry.address_key, entry.name_key, name_key(entry.organisation))
            first = first_rows.setdefault(same, row)
            if first != row:
                entry = replace(entry, problem=_double(first))
        entries.append(entry)
    return entries


def _double(first: int) -> Remark:
    return Remark("duplicate", _("The same as row %(row)s of this file.") % {"row": first})


def _entry(row: int, cells: tuple[str, ...], columns: tuple[Column, ...]) -> Entry:
    if any(cells[len(columns) :]):
        text = _(
            "This row has more cells than there are columns. Put quotation marks around a "
            "cell in which the separator occurs."
        )
        return Entry(row=row, problem=Remark("cells", text))
    texts = {
        column.field: cell for column, cell in zip(columns, cells, strict=False) if column.field
    }
    texts["function"] = values.known(texts.get("function", ""))
    headers = {column.field: column.header for column in columns if column.field}
    entry = _with_values(_with_names(Entry(row=row), texts), texts, headers)
    entry = replace(
        entry,
        phone=texts.get("phone", ""),
        organisation=texts.get("organisation", ""),
        function=texts["function"],
        source=texts.get("source", ""),
    )
    return _with_address(_checked_lengths(entry, headers), texts.get("email", ""))


def _with_names(entry: Entry, texts: Mapping[str, str]) -> Entry:
    """Fill in the name: columns for its parts go before the column with the whole name."""
    whole = values.full_name(texts.get("name", ""))
    prefix, family = texts.get("family_name_prefix", ""), texts.get("family_name", "")
    if family and not prefix:
        prefix, family = values.family(family)
    has_first = texts.get("given_name") or texts.get("initials")
    return replace(
        entry,
        title=texts.get("title") or whole.title,
        given_name=texts.get("given_name", "") if has_first else whole.given_name,
        initials=texts.get("initials", "") if has_first else whole.initials,
        family_name_prefix=prefix if family else whole.family_name_prefix,
        family_name=family or whole.family_name,
    )


def _with_values(entry: Entry, texts: Mapping[str, str], headers: Mapping[str, str]) -> Entry:
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

    entry = replace(
        entry,
        language=read("language", values.language),
        country=read("country", values.country),
        kind=read("kind", values.kind),
        website=read("website", _website),
        membership=read("member", values.membership),
        themes=values.several(texts.get("themes", "")),
    )
    since = read("member_since", lambda cell: values.day(cell).isoformat())
    if since:
        entry = replace(entry, member_since=date.fromisoformat(since))
        if not texts.get("member"):
            entry = replace(entry, membership=MembershipKind.MEMBER)
    basis, purpose = read("basis", values.basis), read("purpose", values.purpose)
    if basis and texts.get("source"):
        given = Consent(purpose or Purpose.INVITATIONS, basis, texts["source"])
        if not texts.get("purpose") or purpose:
            entry = replace(entry, consent=given)
    elif basis:
        remarks.append(
            Remark("no_source", _("The basis is not recorded: no source is given for it."))
        )
    return replace(entry, remarks=(*entry.remarks, *remarks))


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


def _checked_lengths(entry: Entry, headers: Mapping[str, str]) -> Entry:
    for field, limit in _LENGTHS.items():
        if len(getattr(entry, field)) > limit:
            text = _(
                "The text in the column “%(column)s” is too long (%(limit)s characters at most)."
            )
            column = headers.get(field, headers.get("name", field))
            return replace(
                entry, problem=Remark("too_long", text % {"column": column, "limit": limit})
            )
    return entry


def _with_address(entry: Entry, cell: str) -> Entry:
    """Fill in the address; a row needs one, or else a name and an organisation."""
    if cell:
        text = cell.removeprefix("mailto:")
        try:
            return replace(entry, email=text, address_key=address_key(text))
        except AddressInvalid as error:
            return replace(entry, problem=entry.problem or Remark(error.code, str(error)))
    return entry


def organisation_names(entry: Entry) -> Iterable[str]:
    """The names that the organisation's cell may hold: as a whole, and its parts by " / "."""
    yield entry.organisation
    if " / " in entry.organisation:
        yield from filter(None, map(str.strip, entry.organisation.split(" / ")))

"""All that is held of a person, from every room: as data, and as lines for people (GDPR, 15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Choices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contacts.holdings import HeldKind, registered
from contacts.models import Contact
from contacts.selectors.identity import ids_of
from contacts.selectors.retention import period_in_words, retention_rules


@dataclass(frozen=True, slots=True)
class HeldPart:
    """The rows of one kind, without the fields that this reader does not get."""

    kind: HeldKind
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ReadablePart:
    """The rows of one kind as (what it is called, what it says), without what is empty."""

    code: str
    label: str | Promise
    rows: list[list[tuple[str | Promise, str]]]


def parts_of(contact: Contact, *, for_person: bool) -> list[HeldPart]:
    """Return everything that is held, of every kind, also those of which nothing is held.

    `for_person` tells whether the person is the one who reads it: a private field is for nobody
    else's eyes. A fixed number of queries, whatever the number of rows.
    """
    ids = ids_of(contact)
    return [
        HeldPart(kind, [_shown(kind, row, for_person) for row in kind.read(ids)])
        for holding in registered()
        for kind in holding.held
    ]


def held_of(contact: Contact, *, for_person: bool) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is held by kind, as JSON carries it: times in ISO 8601, with offset.

    Choices are given by their code.
    """
    parts = parts_of(contact, for_person=for_person)
    return {part.kind.code: [_plain(row) for row in part.rows] for part in parts}


def document_of(contact: Contact, *, for_person: bool, now: datetime) -> dict[str, Any]:
    """Return the copy as a whole: `{"made_at", "person", "left_out", "held"}`.

    `left_out` names the private fields that this reader does not get, as "kind.field".
    """
    left_out = [
        f"{kind.code}.{name}"
        for holding in registered()
        for kind in holding.held
        for name in sorted(kind.private)
        if not for_person
    ]
    return {
        "made_at": _plain(now),
        "person": contact.pk,
        "left_out": left_out,
        "held": held_of(contact, for_person=for_person),
    }


def readable(parts: list[HeldPart]) -> list[ReadablePart]:
    """Return the parts of which something is held, in words of the language that is active."""
    return [
        ReadablePart(part.kind.code, part.kind.label, [_lines(part.kind, row) for row in part.rows])
        for part in parts
        if part.rows
    ]


def retention_in_words() -> list[tuple[str | Promise, str]]:
    """Return what is kept of people for how long, in every room: (what, "24 months")."""
    rules = [rule for rule in retention_rules() if rule.is_about_people]
    return [(rule.label, period_in_words(rule.kept)) for rule in rules]


def _shown(kind: HeldKind, row: Mapping[str, Any], for_person: bool) -> dict[str, Any]:
    hidden: frozenset[str] = frozenset() if for_person else kind.private
    return {name: value for name, value in row.items() if name not in hidden}


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case Choices():
            return value.value
        case datetime():
            return timezone.localtime(value).isoformat()
        case date():
            return value.isoformat()
        case Promise():
            return str(value)
        case _:
            return value


def _lines(kind: HeldKind, row: Mapping[str, Any]) -> list[tuple[str | Promise, str]]:
    return [
        (kind.fields[name], words)
        for name, value in row.items()
        if name in kind.fields and (words := _words(kind, value))
    ]


def _words(kind: HeldKind, value: Any) -> str:
    """Say a value; "" when there is none. "No" is said only where it is an answer of its own."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Mapping():
            said = {name: _words(kind, each) for name, each in value.items()}
            return "; ".join(
                f"{kind.fields.get(name, name)}: {words}" for name, words in said.items() if words
            )
        case list() | tuple():
            return ", ".join(filter(None, (_words(kind, each) for each in value)))
        case Choices():
            return str(value.label)
        case datetime():
            return date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case date():
            return date_format(value, "DATE_FORMAT")
        case None:
            return ""
        case _:
            return str(value)

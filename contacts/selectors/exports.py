"""People and organisations as rows of a file that an import reads again, to find nothing changed.

Headings and words are those of the active language; `contacts.imports` knows both.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from base.spreadsheets import Cell
from contacts.enums import MembershipKind, OrganisationKind
from contacts.imports.columns import FIELD_LABELS
from contacts.imports.values import listed
from contacts.models import Contact, Membership, Organisation, Representation
from contacts.models.people import LANGUAGES
from contacts.selectors.people import contacts_with_places

_CHUNK = 2_000

PERSON_FIELDS = (
    "email",
    "title",
    "given_name",
    "initials",
    "family_name_prefix",
    "family_name",
    "organisation",
    "function",
    "language",
    "phone",
    "time_zone",
    "tags",
    "source",
)
ORGANISATION_FIELDS = (
    "organisation",
    "aliases",
    "kind",
    "country",
    "website",
    "themes",
    "member",
    "member_since",
)


@dataclass(frozen=True, slots=True)
class Export:
    """Rows to be written to a file, the headings first. They are read as they are asked for."""

    title: str
    rows: Iterator[list[Cell]]


def export_people(people: QuerySet[Contact], day: date) -> Export:
    """Return a row for each organisation that a person speaks for on `day`, or one without any.

    One query more for every 2,000 people.
    """
    languages = {code: str(label) for code, label in LANGUAGES}

    def rows_of(contact: Contact) -> Iterator[list[Cell]]:
        for place in contact.current or [None]:
            yield _person_row(contact, place, languages)

    found = contacts_with_places(people.prefetch_related(None), day)
    return Export(_("People"), _rows(PERSON_FIELDS, found, rows_of))


def _person_row(
    contact: Contact, place: Representation | None, languages: dict[str, str]
) -> list[Cell]:
    return [
        contact.email,
        contact.title,
        contact.given_name,
        contact.initials,
        contact.family_name_prefix,
        contact.family_name,
        place.organisation.name if place else "",
        place.function if place else "",
        languages.get(contact.language, contact.language),
        contact.phone,
        contact.time_zone,
        listed(contact.tags),
        contact.address_source,
    ]


def export_organisations(organisations: QuerySet[Organisation], day: date) -> Export:
    """Return a row for each organisation, with its membership on `day`.

    Three queries more for every 2,000.
    """
    language = get_language() or "nl"
    kinds = {kind.value: str(kind.label) for kind in OrganisationKind}
    memberships = {kind.value: str(kind.label) for kind in MembershipKind}
    no = _("no")

    def rows_of(organisation: Organisation) -> Iterator[list[Cell]]:
        # Of somebody who is both on one day, the membership counts.
        held = min(
            organisation.held, key=lambda each: each.kind != MembershipKind.MEMBER, default=None
        )
        yield [
            organisation.name,
            listed(sorted(alias.name for alias in organisation.aliases.all())),
            kinds[organisation.kind],
            organisation.country,
            organisation.website,
            listed(sorted(theme.name(language) for theme in organisation.themes.all())),
            memberships[held.kind] if held else no,
            held.valid_from or "" if held else "",
        ]

    found = organisations.prefetch_related(None).prefetch_related(
        "aliases",
        "themes",
        Prefetch("memberships", Membership.objects.on(day).order_by("id"), to_attr="held"),
    )
    return Export(_("Organisations"), _rows(ORGANISATION_FIELDS, found, rows_of))


def _rows(
    fields: tuple[str, ...],
    found: QuerySet[Any],
    rows_of: Callable[[Any], Iterator[list[Cell]]],
) -> Iterator[list[Cell]]:
    """Return the headings, worded now, and then the rows, read by the thousand."""
    headings: list[Cell] = [capfirst(str(FIELD_LABELS[field])) for field in fields]
    each = found.iterator(chunk_size=_CHUNK)
    return chain([headings], chain.from_iterable(map(rows_of, each)))

"""Writing a batch in bulk, and remembering what was made and changed, to undo it by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import models

from base import bulk
from contacts.enums import ContactAct, Source
from contacts.errors import ContactsError
from contacts.imports.planning import KnownOrganisation
from contacts.models import (
    ConsentRecord,
    Contact,
    Membership,
    Organisation,
    OrganisationAlias,
    Representation,
    Theme,
)
from contacts.names import name_key
from contacts.services.audit import Named, Note, note_changes
from contacts.services.imports.batch import Batch, Pairs, Row
from contacts.services.organisations import free_slug

#: What was made and changed, by kind, as JSON can carry it: see contacts.services.imports.undoing.
Undo = dict[str, list[Any]]

Key = TypeVar("Key")

#: New rows with their ids.
Rows = list[tuple[int, Row]]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how to undo it, and the ids that new people and organisations got."""

    undo: Undo
    people: Mapping[int, int]
    organisations: Mapping[str, int]
    newest_place: int


class RunOutdated(ContactsError):
    """Somebody whom the run is about was erased or merged since it was decided."""


def write_batch(batch: Batch, *, by: User | None) -> Written:
    """Write it all, in the transaction of the run.

    Raises RunOutdated, and IntegrityError or DataError when another writer was first or a value
    does not fit; then the transaction is to be taken back.
    """
    _hold(batch)
    _write_values(batch)
    _give_slugs(list(batch.organisations.values()))
    organisations = _ids(Organisation, batch.organisations)
    people = _ids(Contact, batch.people)
    rows = _NewRows(batch, people, organisations)
    undo = rows.undo()
    undo["people_values"] = list(map(list, batch.people_values.items()))
    undo["organisation_values"] = list(map(list, batch.organisation_values.items()))
    undo["functions"] = [[pk, *pairs["function"]] for pk, pairs in batch.functions.items()]
    _write_notes(batch, people, by)
    return Written(
        undo={kind: items for kind, items in undo.items() if items},
        people=people,
        organisations=organisations,
        newest_place=max((pk for pk, _row in rows.places), default=0),
    )


def _hold(batch: Batch) -> None:
    held = Contact.objects.present().select_for_update().filter(pk__in=batch.touched)
    if batch.touched and len(held.order_by("pk").values_list("pk")) != len(batch.touched):
        raise RunOutdated


def _write_values(batch: Batch) -> None:
    """Write the fields that change of people, organisations and places that are there."""
    by_fields: dict[tuple[str, ...], list[Contact]] = {}
    for pk, pairs in batch.people_values.items():
        changed = Contact(pk=pk, **_after(pairs))
        by_fields.setdefault(tuple(sorted(pairs)), []).append(changed)
    for fields, people in by_fields.items():
        Contact.objects.bulk_update(people, fields)
    for pk, pairs in batch.organisation_values.items():
        Organisation.objects.filter(pk=pk).update(**_after(pairs))
    for pk, pairs in batch.functions.items():
        Representation.objects.filter(pk=pk).update(**_after(pairs))


def _after(pairs: Pairs) -> Row:
    return {name: after for name, (_before, after) in pairs.items()}


def _ids(model: type[models.Model], rows: dict[Key, Row]) -> dict[Key, int]:
    return dict(zip(rows, bulk.insert(model, list(rows.values())), strict=True))


class _NewRows:
    """Writes what comes to people and organisations; given are the ids of those who are new."""

    def __init__(
        self, batch: Batch, people: Mapping[int, int], organisations: Mapping[str, int]
    ) -> None:
        self._batch = batch
        self._people = people
        self._organisations = organisations
        self.places = self._write_places()
        self._consents = self._write_consents()
        self._memberships = self._write_memberships()
        self._aliases = self._write_aliases()
        self._themes = self._write_themes()

    def undo(self) -> Undo:
        """Return what was written: what a new person or organisation has goes with them."""
        people, organisations = set(self._people.values()), set(self._organisations.values())
        places = _of_others(people, "contact_id", self.places)
        consents = _of_others(people, "contact_id", self._consents)
        memberships = _of_others(organisations, "organisation_id", self._memberships)
        aliases = _of_others(organisations, "organisation_id", self._aliases)
        return {
            "people": _of_owners(people, "contact_id", self.places, self._consents),
            "places": [[pk, row["contact_id"], row["function"]] for pk, row in places],
            "consents": [[pk, row["contact_id"]] for pk, row in consents],
            "organisations": _of_owners(
                organisations, "organisation_id", self._memberships, self._aliases
            ),
            "memberships": [pk for pk, _row in memberships],
            "aliases": [pk for pk, _row in aliases],
            "themes": self._themes,
        }

    def _write_places(self) -> Rows:
        rows = [
            {
                "contact_id": self._contact_id(person),
                "organisation_id": self._organisation_id(known),
                "function": function,
            }
            for (person, _key), (known, function) in self._batch.places.items()
        ]
        return _insert(Representation, rows, {"valid_from": self._batch.today})

    def _write_consents(self) -> Rows:
        rows = [
            {
                "contact_id": self._contact_id(person),
                "purpose": consent.purpose,
                "basis": consent.basis,
                "source": Source.IMPORT,
                "source_detail": consent.source,
                "given_at": self._batch.now,
            }
            for person, consent in self._batch.consents
        ]
        return _insert(ConsentRecord, rows)

    def _write_memberships(self) -> Rows:
        rows = [
            {"organisation_id": self._organisation_id(known), "kind": kind, "valid_from": since}
            for known, kind, since in self._batch.memberships
        ]
        return _insert(Membership, rows)

    def _write_aliases(self) -> Rows:
        rows = [
            {
                "organisation_id": self._organisation_id(known),
                "name": alias,
                "name_key": name_key(alias),
            }
            for known, alias in self._batch.aliases
        ]
        return _insert(OrganisationAlias, rows)

    def _write_themes(self) -> list[list[int]]:
        """Write which themes the organisations work on; returns those of who was there."""
        if not self._batch.themes:
            return []
        ids = dict(Theme.objects.values_list("slug", "pk"))
        links = [
            (known, {"organisation_id": self._organisation_id(known), "theme_id": ids[slug]})
            for known, slug in self._batch.themes
            if slug in ids
        ]
        bulk.insert(Organisation.themes.through, [row for _known, row in links])
        return [list(row.values()) for known, row in links if known.id > 0]

    def _organisation_id(self, known: KnownOrganisation) -> int:
        return known.id if known.id > 0 else self._organisations[known.key]

    def _contact_id(self, person_id: int) -> int:
        return person_id if person_id > 0 else self._people[person_id]


def _insert(model: type[models.Model], rows: list[Row], same: Row | None = None) -> Rows:
    return list(zip(bulk.insert(model, rows, same=same), rows, strict=True))


def _of_owners(owners: Iterable[int], name: str, *kinds: Rows) -> list[list[Any]]:
    """Return [[owner, [ids of a kind], …]] of new owners with what is theirs."""
    found: dict[int, list[Any]] = {pk: [pk, *([] for _kind in kinds)] for pk in owners}
    for place, rows in enumerate(kinds, start=1):
        for pk, row in rows:
            if row[name] in found:
                found[row[name]][place].append(pk)
    return list(found.values())


def _of_others(owners: set[int], name: str, rows: Rows) -> Rows:
    """Return the rows of whoever is not among the new owners."""
    return [(pk, row) for pk, row in rows if row[name] not in owners]


def _write_notes(batch: Batch, made: Mapping[int, int], by: User | None) -> None:
    act, file_name = ContactAct.IMPORT, batch.file_name
    notes = [
        Note(Named(pk, batch.names[person]), act, detail=file_name) for person, pk in made.items()
    ]
    notes += [
        Note(Named(pk, batch.names[pk]), act, changes, file_name)
        for pk, changes in batch.changes.items()
    ]
    note_changes(notes, by=by, now=batch.now)


def _give_slugs(organisations: Sequence[Row]) -> None:
    """Give each new organisation a slug of its own: one query, and more only for a taken one."""
    if not organisations:
        return
    first_choices = {free_slug(each["name"], lambda slug: False) for each in organisations}
    taken = Organisation.objects.filter(slug__in=first_choices)
    used = set(taken.values_list("slug", flat=True))

    def is_taken(slug: str) -> bool:
        if slug in first_choices:
            return slug in used
        return slug in used or Organisation.objects.filter(slug=slug).exists()

    for each in organisations:
        each["slug"] = free_slug(each["name"], is_taken)
        used.add(each["slug"])

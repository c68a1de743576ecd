"""Undoing what an import did to people: those it made, and what it changed of others.

Nobody goes to whom something happened since, and no value that somebody changed since.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from contacts.enums import ContactAct, RepresentationRole
from contacts.models import ConsentRecord, Contact, ContactImport, Representation
from contacts.services.audit import Note, note_changes
from contacts.services.forgetting import forget_log
from contacts.services.imports.undone import (
    Kept,
    Undone,
    changed_since,
    in_use,
    kept,
    references,
)

#: The address is one thing in four columns.
_ADDRESS = frozenset({"email", "address_key", "address_hash", "address_source"})

Items = list[Any]


# --- those the import made --------------------------------------------------------------------


def remove_people(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Remove people whom the import made, unless something refers to them since."""
    ids = [pk for pk, _places, _consents in items]
    people = Contact.objects.select_for_update().in_bulk(ids)
    reasons = _reasons_to_stay(items, people, found)
    going = people.keys() - reasons.keys()
    Contact.objects.filter(pk__in=going).delete()
    # The log goes on telling that somebody was there, and not who.
    nobodies = {pk: f"#{pk}" for pk in going}
    forget_log(Contact, nobodies)
    _note({pk: {} for pk in nobodies}, {pk: Contact(pk=pk) for pk in nobodies}, found, now)
    return Undone(
        removed=len(going), kept=[kept("person", pk, text) for pk, text in reasons.items()]
    )


def _reasons_to_stay(
    items: Items, people: dict[int, Contact], found: ContactImport
) -> dict[int, str]:
    reasons: dict[int, str] = {}
    touched = _changed_since(people, found)
    used = _uses(items, people)
    for pk in sorted(people):
        if people[pk].erased_at or people[pk].merged_into_id:
            reasons[pk] = _("Erased or merged since.")
        elif pk in used:
            reasons[pk] = used[pk]
        elif pk in touched:
            reasons[pk] = changed_since()
    return reasons


def _uses(items: Items, ids: Collection[int]) -> dict[int, str]:
    """Return by what else each person is used than by what the import gave them."""
    own = {
        pk: {(Representation, place) for place in places}
        | {(ConsentRecord, consent) for consent in consents}
        for pk, places, consents in items
    }
    used = {
        pk: [row[0] for row in rows if row not in own[pk]]
        for pk, rows in references(Contact, ids).items()
    }
    places = {place: pk for pk, theirs, _consents in items for place in theirs}
    for place, rows in references(Representation, places).items():
        used.setdefault(places[place], []).extend(row[0] for row in rows)
    consents = {consent: pk for pk, _places, theirs in items for consent in theirs}
    withdrawn = ConsentRecord.objects.filter(pk__in=consents).exclude(withdrawn_at=None)
    for consent in withdrawn.values_list("pk", flat=True):
        used.setdefault(consents[consent], []).append(ConsentRecord)
    return {pk: in_use(models) for pk, models in used.items() if models and pk in ids}


def _changed_since(ids: Collection[int], found: ContactImport) -> set[int]:
    """Return whom the audit log says more of than that this import made or changed them."""
    lines = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Contact),
        object_id__in=[str(pk) for pk in ids],
    )
    own = Q(action__in=(ContactAct.IMPORT, ContactAct.UNDO_IMPORT))
    if found.finished_at:
        own &= Q(timestamp__lte=found.finished_at) | Q(action=ContactAct.UNDO_IMPORT)
    return {int(pk) for pk in lines.exclude(own).values_list("object_id", flat=True)}


# --- those who were there ---------------------------------------------------------------------


def restore_people(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Give people back the values they had, where they still have those of the import."""
    people = Contact.objects.present().select_for_update().in_bulk([pk for pk, _pairs in items])
    remarks: list[Kept] = []
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    for pk, pairs in items:
        contact = people.get(pk)
        values = _values_before(contact, pairs) if contact else {}
        if contact and values:
            changes[pk] = {name: (getattr(contact, name), old) for name, old in values.items()}
            Contact.objects.filter(pk=pk).update(**values)
        if len(values) < len(pairs):
            remarks.append(kept("person", pk, changed_since()))
    _note(changes, people, found, now)
    return Undone(restored=len(changes), kept=remarks)


def _values_before(contact: Contact, pairs: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the fields to restore with their values."""
    values = {}
    for name, (before, after) in pairs.items():
        if name == "tags":
            values[name] = [tag for tag in contact.tags if tag in before or tag not in after]
        elif name not in _ADDRESS and getattr(contact, name) == after:
            values[name] = before
    if "address_key" in pairs and contact.address_key == pairs["address_key"][1]:
        values |= {name: pairs[name][0] for name in _ADDRESS & pairs.keys()}
    return values


def restore_functions(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Give people back the function they had at an organisation."""
    places = _held_places(pk for pk, _before, _after in items)
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    remarks: list[Kept] = []
    people: dict[int, Contact] = {}
    for pk, before, after in items:
        place = places.get(pk)
        if place is None or place.function != after:
            remarks += [kept("person", place.contact_id, changed_since())] if place else []
            continue
        words = str(place.organisation)
        Representation.objects.filter(pk=pk).update(function=before)
        people[place.contact_id] = place.contact
        changes[place.contact_id] = {
            "organisations": (f"{words} ({after})", f"{words} ({before})" if before else words)
        }
    _note(changes, people, found, now)
    return Undone(restored=len(changes), kept=remarks)


def remove_places(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Remove where the import let people speak for an organisation, unless that is in use."""
    places = _held_places(pk for pk, _contact, _function in items)
    used = references(Representation, places.keys())
    remarks: list[Kept] = []
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    people: dict[int, Contact] = {}
    going = []
    for pk, contact_id, function in items:
        place = places.get(pk)
        if place is None:
            continue
        if pk in used:
            remarks.append(kept("person", contact_id, in_use(row[0] for row in used[pk])))
        elif not _is_as_given(place, contact_id, function):
            remarks.append(kept("person", contact_id, changed_since()))
        else:
            going.append(pk)
            people[contact_id] = place.contact
            changes[contact_id] = {"organisations": (str(place.organisation), "")}
    Representation.objects.filter(pk__in=going).delete()
    _note(changes, people, found, now)
    return Undone(restored=len(going), kept=remarks)


def remove_consents(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Remove the bases to mail that came from the file; one that was withdrawn is history."""
    given = ConsentRecord.objects.select_related("contact").select_for_update(of=("self",))
    records = given.in_bulk([pk for pk, _contact in items])
    withdrawn = [each for each in records.values() if each.withdrawn_at]
    going = {pk: each for pk, each in records.items() if not each.withdrawn_at}
    ConsentRecord.objects.filter(pk__in=going).delete()
    _note(
        {each.contact_id: {"consent": (each.purpose, "")} for each in going.values()},
        {each.contact_id: each.contact for each in going.values()},
        found,
        now,
    )
    remarks = [kept("person", each.contact_id, changed_since()) for each in withdrawn]
    return Undone(restored=len(going), kept=remarks)


def _held_places(ids: Any) -> dict[int, Representation]:
    rows = Representation.objects.select_for_update(of=("self",))
    return rows.select_related("contact", "organisation").in_bulk(list(ids))


def _is_as_given(place: Representation, contact_id: int, function: str) -> bool:
    return (
        place.contact_id == contact_id
        and place.function == function
        and place.role == RepresentationRole.PRIMARY
        and place.valid_until is None
    )


def _note(
    changes: dict[int, dict[str, tuple[Any, Any]]],
    people: dict[int, Contact],
    found: ContactImport,
    now: datetime,
) -> None:
    notes = [
        Note(people[pk], ContactAct.UNDO_IMPORT, pairs, found.file_name)
        for pk, pairs in changes.items()
    ]
    note_changes(notes, by=found.undone_by, now=now)

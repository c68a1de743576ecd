"""Taking back what an import did, the last rows first, in short transactions.

Each part of an import keeps what its rows made and changed (`ImportPart.undo`), by kind:

    people               [[id, [ids of their places], [ids of their consents]], …]
    people_values        [[id, {field: [before, after]}], …]
    places               [[id, contact_id, function], …]
    functions            [[id of a place, before, after], …]
    consents             [[id, contact_id], …]
    organisations        [[id, [ids of memberships], [ids of aliases]], …]
    organisation_values  [[id, {field: [before, after]}], …]
    memberships, aliases [id, …]
    themes               [[organisation_id, theme_id], …]

The lists of places, consents, memberships, aliases and themes are of those who were there before.
What is undone leaves its list in the same transaction, so a killed undoing goes on where it
stopped. What cannot be undone stays, and `kept` says why: [{"kind", "id", "reason"}].
"""

import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from contacts.enums import ImportState
from contacts.models import ContactImport, ImportPart
from contacts.services.imports import undoing_organisations, undoing_people
from contacts.services.imports.leases import keep_lease
from contacts.services.imports.pacing import FIRST, next_size
from contacts.services.imports.undone import Undoing, Undone

#: The kinds in the order in which they are undone: what refers to others goes first.
_UNDO: dict[str, Undoing] = {
    "consents": undoing_people.remove_consents,
    "functions": undoing_people.restore_functions,
    "places": undoing_people.remove_places,
    "people_values": undoing_people.restore_people,
    "people": undoing_people.remove_people,
    "memberships": undoing_organisations.remove_memberships,
    "aliases": undoing_organisations.remove_aliases,
    "themes": undoing_organisations.remove_themes,
    "organisation_values": undoing_organisations.restore_organisations,
    "organisations": undoing_organisations.remove_organisations,
}

#: What a part keeps as long as it can be undone; beside these there is `kept`.
KINDS = tuple(_UNDO)


def undo_parts(found: ContactImport, now: datetime, pause: Callable[[float], None]) -> None:
    """Undo an import that is UNDOING, from where it stands to the end."""
    size = FIRST
    while True:
        started = time.monotonic()
        count = _undo_some(found.pk, size, now)
        if count == 0:
            return
        seconds = time.monotonic() - started
        size = next_size(count, seconds)
        pause(seconds)


@transaction.atomic
def _undo_some(import_id: int, size: int, now: datetime) -> int:
    """Undo at most `size` things of one kind; returns how many that were, 0 when all is done."""
    undoing = ContactImport.objects.filter(pk=import_id, state=ImportState.UNDOING)
    found = undoing.select_for_update().first()
    if found is None:
        return 0
    part = found.parts.filter(undo__has_any_keys=list(KINDS)).order_by("-first").first()
    if part is None:
        undoing.update(state=ImportState.UNDONE, lease_until=None)
        return 0
    kind = next(each for each in _UNDO if each in part.undo)
    items = part.undo[kind][-size:]
    undone = _UNDO[kind](items, found, now)
    _take_off(part, kind, len(items), undone)
    undoing.update(counts=_counted(found.counts, undone))
    keep_lease(import_id)
    return len(items)


def _take_off(part: ImportPart, kind: str, count: int, undone: Undone) -> None:
    left = part.undo[kind][:-count]
    undo = {name: items for name, items in part.undo.items() if name != kind}
    undo |= {kind: left} if left else {}
    undo |= {"kept": undo.get("kept", []) + undone.kept} if undone.kept else {}
    part.undo = undo
    part.save(update_fields=["undo"])


def _counted(counts: dict[str, int], undone: Undone) -> dict[str, int]:
    more = {"removed": undone.removed, "restored": undone.restored, "kept": len(undone.kept)}
    return counts | {name: counts.get(name, 0) + count for name, count in more.items()}

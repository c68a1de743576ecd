"""Tags on many people at once."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction

from contacts.enums import ContactAct
from contacts.models import Contact
from contacts.services.audit import Author, Note, note_changes

#: From the tags somebody has to those they are to have.
Change = Callable[[list[str]], list[str]]


@transaction.atomic
def tag_people(*, contact_ids: Collection[int], tag: str, by: Author, now: datetime) -> int:
    """Give the people the tag; some hundreds at once. Returns how many did not have it."""
    return _change(contact_ids, lambda tags: tags if tag in tags else [*tags, tag], by, now)


@transaction.atomic
def untag_people(*, contact_ids: Collection[int], tag: str, by: Author, now: datetime) -> int:
    """Take the tag from the people; some hundreds at once. Returns how many had it."""
    return _change(contact_ids, lambda tags: [each for each in tags if each != tag], by, now)


def _change(
    contact_ids: Collection[int],
    change: Callable[[list[str]], list[str]],
    by: Author,
    now: datetime,
) -> int:
    people = Contact.objects.present().select_for_update().filter(pk__in=contact_ids)
    alike: dict[tuple[str, ...], list[int]] = {}
    notes = []
    for who in people.order_by("pk"):
        before, after = who.tags, change(who.tags)
        if after != before:
            alike.setdefault(tuple(after), []).append(who.pk)
            notes.append(Note(who, ContactAct.CHANGE, {"tags": (before, after)}))
    # Most of them end with the same tags: one statement for each set of tags, not for each person.
    for tags, ids in alike.items():
        Contact.objects.filter(pk__in=ids).update(tags=list(tags))
    note_changes(notes, by=by, now=now)
    return len(notes)

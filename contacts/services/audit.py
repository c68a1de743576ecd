"""The audit log: who changed a person, what, and from what to what.

Lines stand in Wagtail's own log, so that the site history and the history of the person show them
(contacts.wagtail_hooks.audit words them). A line is written in the transaction of the change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import ModelLogEntry

from base import bulk
from contacts.enums import ContactAct
from contacts.models import Contact, Organisation

#: The person's own act, behind a personal link or by confirming an address.
PERSON: Literal["person"] = "person"

#: Who did it: a user of the admin or the API, the person, or None for the system.
Author = AbstractBaseUser | AnonymousUser | Literal["person"] | None

#: {field: (before, after)}, with values that JSON can carry.
Changes = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Named:
    """A person by id and name, for whoever writes about many and has no rows of them at hand."""

    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Note:
    """One line to write: see `note_change`."""

    contact: Contact | Organisation | Named
    action: ContactAct | str
    changes: Changes | None = None
    detail: str = ""


@transaction.atomic
def note_change(
    *,
    contact: Contact | Organisation,
    action: ContactAct | str,
    by: Author,
    changes: Changes | None = None,
    detail: str = "",
    now: datetime,
) -> None:
    """Write one line about a person (or an organisation, of a merge), who has an id already.

    `changes` are fields of the row, or `organisations`, `consent`, `suppression` and `communities`,
    with their value before and after; `detail` says the rest in words, such as a file's name.
    """
    note_changes([Note(contact, action, changes, detail)], by=by, now=now)


@transaction.atomic
def note_changes(notes: Iterable[Note], *, by: Author, now: datetime) -> None:
    """Write many lines at once: an import writes one for every person."""
    own = {"by": PERSON} if by == PERSON else {}
    user_id = by.pk if isinstance(by, AbstractBaseUser) else None
    kinds = {
        model: ContentType.objects.get_for_model(model).pk for model in (Contact, Organisation)
    }
    # Not through the model, which checks each line by a query. `uuid` stays empty: of lines that
    # share one, Wagtail shows but the last.
    lines = [
        {
            "content_type_id": kinds[
                Organisation if isinstance(note.contact, Organisation) else Contact
            ],
            "object_id": str(note.contact.pk),
            "label": str(note.contact),
            "action": str(note.action),
            "data": data,
            "content_changed": bool(note.changes),
        }
        for note, data in _with_data(notes, own)
    ]
    bulk.insert(ModelLogEntry, lines, same={"timestamp": now, "user_id": user_id})


def _with_data(notes: Iterable[Note], own: dict[str, Any]) -> Iterator[tuple[Note, dict[str, Any]]]:
    """Yield each line with its data; those that differ in nothing but the person share them."""
    before: Note | None = None
    data: dict[str, Any] = {}
    for note in notes:
        if before is None or (note.changes, note.detail) != (before.changes, before.detail):
            before, data = note, own | _data(note)
        yield note, data


def _data(note: Note) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if note.changes:
        data["changes"] = {name: list(pair) for name, pair in note.changes.items()}
    if note.detail:
        data["detail"] = note.detail
    return data


def differences(before: Mapping[str, Any], contact: Contact) -> dict[str, tuple[Any, Any]]:
    """Return the fields in `before` whose value on the person is another now, as `Changes`."""
    return {
        name: (value, getattr(contact, name))
        for name, value in before.items()
        if getattr(contact, name) != value
    }

"""What the rooms hold of a person, asked by one person at a time.

This room cannot know registrations or mailings; the rooms that do register a Holding when Django
starts (AppConfig.ready). The timeline, the access export, erasure, merging, the night's cleaning
and the filters of the list of people ask every holding in turn.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from contacts.models import Contact


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a person's timeline. Texts are in the language that is active.

    `kind` groups lines ("mail", "registration", "consent" …); `by` is who did it, "" for the
    person or the system; `url` leads to it in the admin.
    """

    at: datetime
    kind: str
    text: str
    detail: str = ""
    by: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """A filter of the list of people that only another room can answer.

    `choices` are (value, label); `narrow` returns the people that fit the chosen value at `now`.
    """

    name: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]]
    narrow: Callable[[QuerySet[Contact], str, datetime], QuerySet[Contact]]


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What is removed once it has been kept for `kept`.

    `due` counts what is due at a moment; `remove` removes it, and returns how many that were.
    """

    code: str
    label: str | Promise
    kept: timedelta
    due: Callable[[datetime], int]
    remove: Callable[[datetime], int]


class Holding:
    """What one room holds of people. A room overrides the questions that concern it."""

    filters: Sequence[PeopleFilter] = ()
    retention: Sequence[RetentionRule] = ()
    #: How two rows of a model are brought to one when their people turn out to be the same, and
    #: both cannot belong to one person (contacts.services.merging).
    settlements: Mapping[type[Model], Callable[..., None]] = {}

    def happenings(self, contact_ids: Collection[int]) -> Iterable[Happening]:
        """Lines of the timeline of these rows, which are one person; in no particular order."""
        return ()

    def held(self, contact_ids: Collection[int]) -> dict[str, list[dict[str, Any]]]:
        """All that is held of the person, by kind, as values that JSON can carry."""
        return {}

    def forget(self, contact: Contact, *, now: datetime) -> None:
        """Remove what tells of the person, inside the transaction that erases them.

        What an organisation's figures stand on stays, without the person's own words.
        """


_holdings: list[Holding] = []


def register(holding: Holding) -> None:
    """Add a room's holding; called once, when Django starts."""
    _holdings.append(holding)


def registered() -> tuple[Holding, ...]:
    return tuple(_holdings)

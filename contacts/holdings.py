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
class TimelineSource:
    """One kind of event that lines of the timeline are made of.

    `read(ids, until, limit)` gives the newest `limit` lines of these rows, which are one person,
    that happened at `until` or before, newest first, and always in the same order. It asks a fixed
    number of queries. Only a reader with `permission` sees these lines.
    """

    kind: str
    label: str | Promise
    permission: str
    read: Callable[[Collection[int], datetime, int], Iterable[Happening]]


@dataclass(frozen=True, slots=True)
class HeldKind:
    """One kind of thing that is held of people, as their copy of it shows it (GDPR, article 15).

    `read(contact_ids)` gives the rows, oldest first, in a fixed number of queries: each a mapping
    from `code` to a value that is a text, a number, a truth, a moment, a date, one of our choices
    (its label is shown), None, or a list or a mapping of these. `fields` says what each code is
    called; what it does not name is in the data alone, not on the page.
    `private` fields are for the person's own eyes: not in a copy that an organiser makes.
    """

    code: str
    label: str | Promise
    fields: Mapping[str, str | Promise]
    read: Callable[[Collection[int]], Iterable[Mapping[str, Any]]]
    private: frozenset[str] = frozenset()


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
class PeopleColumn:
    """A column of the list of people that only another room can fill.

    `read(contact_ids)` gives, in one query for the whole page, what stands there by person; who is
    not in it has an empty cell.
    """

    name: str
    label: str | Promise
    read: Callable[[Collection[int]], Mapping[int, Any]]


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What is removed every night once it has been kept for `kept`, and why it is kept so long.

    `rows(before)` are the rows that are due: older than that moment, and not emptied yet.
    `remove(rows, now)` deletes or empties some of them, in the caller's transaction; none of them
    is due any more after that. `is_about_people` tells whether a person wants to hear of it.
    """

    code: str
    label: str | Promise
    reason: str | Promise
    kept: timedelta
    rows: Callable[[datetime], QuerySet[Any]]
    remove: Callable[[QuerySet[Any], datetime], object]
    is_about_people: bool = True


@dataclass(frozen=True, slots=True)
class Settlement:
    """How two rows of a model are brought to one, when both cannot belong to one person.

    `settle(kept=…, gone=…, steps=…, now=…)` gets the row of the person who stays and that of the
    one who goes, and writes through `steps` (contacts.services.merging). `words` says beforehand
    what becomes of it. `reopen(row=…, values=…, now=…)` puts a row that was changed back to
    `values` when the merge is undone, as far as that is possible, and returns what was not, in
    words.
    """

    settle: Callable[..., None]
    words: str | Promise
    reopen: Callable[..., str] | None = None


class Holding:
    """What one room holds of people. A room overrides the questions that concern it."""

    timeline: Sequence[TimelineSource] = ()
    #: The same of organisations: `read` gets their ids.
    organisation_timeline: Sequence[TimelineSource] = ()
    held: Sequence[HeldKind] = ()
    filters: Sequence[PeopleFilter] = ()
    columns: Sequence[PeopleColumn] = ()
    retention: Sequence[RetentionRule] = ()
    #: By model. A model without one is settled by filling in what is empty and keeping one row.
    settlements: Mapping[type[Model], Settlement] = {}

    def lock(self, contact_ids: Collection[int]) -> None:
        """Hold what settling or forgetting the rows of these people takes, before they are held.

        Whoever signs up holds the session before the person, so a merge has to as well, and an
        erasure.
        """

    def erasure_in_words(self, contact_ids: Collection[int], now: datetime) -> Iterable[str]:
        """What erasing these rows, which are one person, would do, in sentences with numbers."""
        return ()

    def heard_of(self, since: datetime) -> Iterable[QuerySet[Any]]:
        """Querysets of one column: ids of people of whom there was a sign of life since then."""
        return ()

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


def settlement_of(model: type[Model]) -> Settlement | None:
    """Return how colliding rows of the model are settled, if a room has a rule of its own."""
    return next(
        (each.settlements[model] for each in _holdings if model in each.settlements),
        None,
    )

"""The timeline: one read across everything that concerns a person or an organisation.

Every room brings its sources (contacts.holdings). Each is asked for its newest lines only, so that
a page costs the same for a person with ten mails and one with ten thousand.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from django.utils.functional import Promise

from contacts.errors import CursorUnknown
from contacts.holdings import Happening, TimelineSource, registered
from contacts.models import Contact, Organisation
from contacts.selectors.authors import with_authors
from contacts.selectors.identity import ids_of

DEFAULT_LIMIT = 50
LIMIT_MAX = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: More lines than this at one and the same moment are not paged through.
_SAME_MOMENT_MAX = 1000

#: Whether the reader has a permission, such as `user.has_perm`.
May = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the timeline, newest first; `next` is the cursor of the following page, or ""."""

    lines: list[Happening]
    next: str = ""


def timeline(
    contact: Contact,
    *,
    may: May,
    now: datetime,
    kind: str = "",
    cursor: str = "",
    limit: int = DEFAULT_LIMIT,
) -> Timeline:
    """Return what concerns this person up to `now`, rows merged into theirs included.

    `kind` leaves out all other kinds. A number of queries that does not depend on the number of
    rows. Raises CursorUnknown.
    """
    ids = ids_of(contact)
    page = _page(_sources_of_people(may, kind), ids, now=now, cursor=cursor, limit=limit)
    return Timeline(with_authors(page.lines, ids), page.next)


def organisation_timeline(
    organisation: Organisation,
    *,
    may: May,
    now: datetime,
    kind: str = "",
    cursor: str = "",
    limit: int = DEFAULT_LIMIT,
) -> Timeline:
    """Return what concerns this organisation, as `timeline` does for a person."""
    sources = _sources_of_organisations(may, kind)
    return _page(sources, [organisation.pk], now=now, cursor=cursor, limit=limit)


def kinds_of_people(may: May) -> list[tuple[str, str | Promise]]:
    """Return (kind, label) of all that a person's timeline can show to this reader."""
    return _kinds(_sources_of_people(may, ""))


def kinds_of_organisations(may: May) -> list[tuple[str, str | Promise]]:
    """Return (kind, label) of all that an organisation's timeline can show to this reader."""
    return _kinds(_sources_of_organisations(may, ""))


def _sources_of_people(may: May, kind: str) -> list[TimelineSource]:
    return _allowed(chain.from_iterable(each.timeline for each in registered()), may, kind)


def _sources_of_organisations(may: May, kind: str) -> list[TimelineSource]:
    every = chain.from_iterable(each.organisation_timeline for each in registered())
    return _allowed(every, may, kind)


def _allowed(sources: Iterable[TimelineSource], may: May, kind: str) -> list[TimelineSource]:
    return [each for each in sources if kind in ("", each.kind) and may(each.permission)]


def _kinds(sources: list[TimelineSource]) -> list[tuple[str, str | Promise]]:
    return list({source.kind: (source.kind, source.label) for source in sources}.values())


def _page(
    sources: list[TimelineSource],
    ids: Collection[int],
    *,
    now: datetime,
    cursor: str,
    limit: int,
) -> Timeline:
    until, seen = _read_cursor(cursor, now)
    # One more than is shown tells whether there is a next page.
    wanted = seen + limit + 1
    found = chain.from_iterable(source.read(ids, until, wanted) for source in sources)
    # Sorting keeps the order of lines of one moment, so that the next page begins where this ends.
    lines = sorted(found, key=lambda line: line.at, reverse=True)[seen:wanted]
    if len(lines) <= limit:
        return Timeline(lines)
    shown = lines[:limit]
    return Timeline(shown, _cursor(shown, until, seen))


def _cursor(shown: list[Happening], until: datetime, seen: int) -> str:
    """Write where the page ends: a moment, and how many lines of that moment were shown."""
    last = shown[-1].at
    same = sum(line.at == last for line in shown) + (seen if last == until else 0)
    return f"{(last - _EPOCH) // _MICROSECOND}.{same}"


def _read_cursor(cursor: str, now: datetime) -> tuple[datetime, int]:
    if not cursor:
        return now, 0
    moment, dot, same = cursor.partition(".")
    digits = moment.removeprefix("-") + same
    if not (dot and same and digits.isascii() and digits.isdigit() and len(digits) < 22):
        raise CursorUnknown
    try:
        until = _EPOCH + int(moment) * _MICROSECOND
    except (ValueError, OverflowError) as error:
        raise CursorUnknown from error
    if int(same) > _SAME_MOMENT_MAX:
        raise CursorUnknown
    return min(until, now), int(same)

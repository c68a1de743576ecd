"""One line of a time line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings

from campaigns.models import Mailing
from content.models import Session
from content.selectors import last_possible_day


class LineKind(StrEnum):
    OPENS = "opens"
    CLOSES = "closes"
    SESSION = "session"
    MAILING = "mailing"
    #: A mailing that is repeated until people answer, as often as it may be.
    AGAIN = "again"


#: In which order what happens at one moment is told.
_ORDER = list(LineKind)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What an organiser should look at; `code` is for tests and styles."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happens, or will. What has no moment (`at`) stands where it would be: `about`.

    `waits` says in words what the moment waits for, or has to wait for. `number` is how many people
    get the mailing, or got it; None when that was not counted.
    """

    kind: LineKind
    at: datetime | None = None
    about: datetime | None = None
    session: Session | None = None
    mailing: Mailing | None = None
    waits: str = ""
    number: int | None = None
    #: Of a mailing: how often it goes once more at most. Of a repetition: which of them it is.
    times: int = 0
    conflicts: tuple[Conflict, ...] = ()

    @property
    def place(self) -> datetime | None:
        """Where it stands on the line."""
        return self.at or self.about

    @property
    def estimate(self) -> datetime | None:
        """When it will be, unless its session may still be on any day of a month or a season."""
        is_vague = self.session is not None and self.session.starts_at is None
        return self.at or (None if is_vague else self.about)

    @property
    def is_to_come(self) -> bool:
        return self.mailing is not None and self.mailing.is_editable


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return the lines by their moment; what has none at all stands last."""
    return sorted(lines, key=_key)


def _key(line: Line) -> tuple[bool, datetime, int, int]:
    row = line.mailing or line.session
    number = row.pk if row and row.pk else 0
    last = datetime.max.replace(tzinfo=UTC)
    return (line.place is None, line.place or last, _ORDER.index(line.kind), number)


def zone_of(session: Session | None) -> ZoneInfo:
    """Return the zone in which moments about a session are read; without one that of the site."""
    return ZoneInfo(session.time_zone if session else settings.TIME_ZONE)


def lines_of_session(session: Session) -> list[Line]:
    """Return the session itself, and when sign-up opens and closes where that was said."""
    moments = {
        LineKind.OPENS: session.registration_opens_at,
        LineKind.CLOSES: session.registration_closes_at,
    }
    found = [Line(kind, at=at, session=session) for kind, at in moments.items() if at]
    about = None if session.starts_at else end_of_period(session)
    return [*found, Line(LineKind.SESSION, at=session.starts_at, about=about, session=session)]


def end_of_period(session: Session) -> datetime | None:
    """Return the end of the last day on which a session without a time may be, if any is known."""
    day = last_possible_day(session)
    return datetime.combine(day, time.max, tzinfo=zone_of(session)) if day else None

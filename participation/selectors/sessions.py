"""What can be done about a session at a moment: its own facts (content) and its seats together."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from content.dates import KNOWN_DAY
from content.enums import SessionStatus, SignUpPhase
from content.models import Session
from content.selectors import sign_up_phase
from participation.enums import ACCEPTING, Phase
from participation.selectors.seats import seats_left_of

_BY_FACTS = {
    SignUpPhase.CANCELLED: Phase.CANCELLED,
    SignUpPhase.OVER: Phase.OVER,
    SignUpPhase.INTEREST: Phase.INTEREST,
    SignUpPhase.PARTNER: Phase.PARTNER,
    SignUpPhase.NOT_YET: Phase.NOT_YET,
    SignUpPhase.CLOSED: Phase.CLOSED,
    SignUpPhase.INVITED: Phase.INVITED_ONLY,
}


def is_dated(session: Session) -> bool:
    """Whether the day is known, so that somebody can promise to come."""
    return session.precision in KNOWN_DAY and session.status != SessionStatus.POSTPONED


def phase_of(session: Session, now: datetime) -> Phase:
    """Return what a visitor can do about the session.

    A partner's session without a date can be followed here until the date is known.
    """
    return phases_of([session], now)[session.pk]


def phase_by_link(session: Session, now: datetime) -> Phase:
    """The same for somebody with a personal link: an invited session is open to them."""
    return phases_of([session], now, invited=[session.pk])[session.pk]


def has_public_form(phase: Phase) -> bool:
    """Whether the public page of a session in this phase has a form: to join, or to hear when."""
    return phase in ACCEPTING or phase == Phase.INTEREST


def phases_of(
    sessions: Iterable[Session],
    now: datetime,
    *,
    invited: Collection[int] = (),
    left: Mapping[int, int | None] | None = None,
) -> dict[int, Phase]:
    """The same for several sessions, by their ids; one query counts the seats of all.

    Those of which the id is in `invited` are seen by somebody who was invited for them. `left` are
    the seats of all, where they were counted already.
    """
    found, to_count = dict[int, Phase](), list[Session]()
    for session in sessions:
        by_facts = sign_up_phase(session, now)
        may_come = by_facts == SignUpPhase.INVITED and session.pk in invited
        if by_facts == SignUpPhase.OPEN or may_come:
            to_count.append(session)
        elif by_facts == SignUpPhase.PARTNER and not is_dated(session):
            found[session.pk] = Phase.INTEREST
        else:
            found[session.pk] = _BY_FACTS[by_facts]
    left = seats_left_of(to_count) if left is None else left
    return found | {each.pk: _by_seats(each, left[each.pk]) for each in to_count}


def day_of(session: Session, now: datetime) -> date:
    """Return the day on which membership counts: that of the session, else today."""
    return session.day() or now.astimezone(ZoneInfo(session.time_zone)).date()


def _by_seats(session: Session, left: int | None) -> Phase:
    if left != 0:
        return Phase.OPEN
    return Phase.WAITING_LIST if session.waiting_list else Phase.FULL

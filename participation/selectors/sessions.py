"""What can be done about a session at a moment: its own facts (content) and its seats together."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from content.dates import KNOWN_DAY
from content.enums import SessionStatus, SignUpPhase
from content.models import Session
from content.selectors import sign_up_phase
from participation.enums import Phase
from participation.selectors.seats import seats_left

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
    by_facts = sign_up_phase(session, now)
    if by_facts == SignUpPhase.OPEN:
        return _phase_by_seats(session)
    if by_facts == SignUpPhase.PARTNER and not is_dated(session):
        return Phase.INTEREST
    return _BY_FACTS[by_facts]


def phase_by_link(session: Session, now: datetime) -> Phase:
    """The same for somebody with a personal link: an invited session is open to them."""
    phase = phase_of(session, now)
    return _phase_by_seats(session) if phase == Phase.INVITED_ONLY else phase


def day_of(session: Session, now: datetime) -> date:
    """Return the day on which membership counts: that of the session, else today."""
    return session.day() or now.astimezone(ZoneInfo(session.time_zone)).date()


def _phase_by_seats(session: Session) -> Phase:
    if seats_left(session) != 0:
        return Phase.OPEN
    return Phase.WAITING_LIST if session.waiting_list else Phase.FULL

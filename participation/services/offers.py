"""Seats that are offered to whoever waits: said yes to, or passed on when the time is over."""

from datetime import datetime

from django.db import transaction

from contacts.enums import NoticeKind
from content.enums import SessionStatus
from content.models import Session
from content.selectors import has_begun
from participation.enums import Phase, RegistrationState
from participation.errors import MoveNotAllowed, SessionGone, SignUpClosed
from participation.models import Registration
from participation.selectors.seats import is_unsent, sessions_to_settle
from participation.services.moves import move, tell
from participation.services.seats import fill_seats, keep_longer, lock_session


@transaction.atomic
def accept_offer(*, registration: Registration, now: datetime) -> Registration:
    """Take the seat that is kept for this person. Twice is once.

    Too late, it lapses here and now: the state of what is returned says so. Raises MoveNotAllowed
    when no seat was offered, SignUpClosed when the session is cancelled.
    """
    session = lock_session(registration.session_id)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state == RegistrationState.REGISTERED or _has_lapsed(registration):
        return registration
    if registration.state != RegistrationState.OFFERED:
        raise MoveNotAllowed(state=registration.state, to=RegistrationState.REGISTERED)
    if session.status == SessionStatus.CANCELLED:
        raise SignUpClosed(Phase.CANCELLED)
    if _is_past(registration, session, now):
        _lapse(registration, now)
        fill_seats(session, now=now)
        return registration
    move(registration, to=RegistrationState.REGISTERED, now=now, offered_until=None)
    tell(registration, now=now)
    return registration


def settle_offers(*, now: datetime) -> int:
    """Let offers lapse whose time is over, and offer every free seat to whoever is next.

    To be called every now and then: it looks for what is due, so it also finds the seats that a
    publication added. Nobody loses a seat by a mail that is still on our side: their time begins
    anew. Returns how many sign-ups it moved or kept longer.
    """
    return sum(_settle(session_id, now) for session_id in sessions_to_settle(now))


@transaction.atomic
def _settle(session_id: int, now: datetime) -> int:
    try:
        session = lock_session(session_id)
    except SessionGone:
        return 0
    if session.status == SessionStatus.CANCELLED:
        return 0
    offered = Registration.objects.filter(session=session, state=RegistrationState.OFFERED)
    past = [row for row in offered.order_by("pk") if _is_past(row, session, now)]
    for registration in past:
        if has_begun(session, now) or not is_unsent(registration):
            _lapse(registration, now)
        else:
            keep_longer(registration, session, now=now)
    return len(past) + fill_seats(session, now=now)


def _is_past(registration: Registration, session: Session, now: datetime) -> bool:
    """Whether the time is over: the one that was promised, or that of the session itself."""
    ends = (registration.offered_until, session.starts_at)
    return any(end is not None and end <= now for end in ends)


def _has_lapsed(registration: Registration) -> bool:
    return registration.state == RegistrationState.LAPSED and registration.offered_until is not None


def _lapse(registration: Registration, now: datetime) -> None:
    """`offered_until` stays: it tells an offer that lapsed from a sign-up that nobody confirmed."""
    move(registration, to=RegistrationState.LAPSED, now=now)
    tell(registration, kind=NoticeKind.OFFER_LAPSED, now=now)

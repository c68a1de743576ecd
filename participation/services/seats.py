"""Seats under concurrency: who takes one, who waits, and who follows when one comes free.

Everybody who takes or frees a seat holds the session's row first: `FOR UPDATE` on PostgreSQL; on
SQLite a transaction is IMMEDIATE, so that the whole of it waits for its turn.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from contacts.models import Organisation
from content.dates import KNOWN_DAY
from content.enums import SessionStatus
from content.models import Session
from content.selectors import has_begun
from participation.enums import RegistrationState
from participation.errors import OrganisationFull, SessionFull, SessionGone
from participation.models import Registration
from participation.selectors.seats import free_seat, organisation_has_room, seats_left
from participation.services.moves import move, tell

#: Whoever is offered a seat has at least this long to say yes.
SHORTEST_OFFER = timedelta(hours=1)


def lock_session(session_id: int) -> Session:
    """Return the session, held until the transaction ends. Call it first in the transaction.

    Raises SessionGone.
    """
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise SessionGone
    return session


@transaction.atomic
def seat_or_wait(
    session: Session, organisation: Organisation | None, *, now: datetime
) -> RegistrationState:
    """Return the state of whoever comes now: registered, or waiting behind those who wait already.

    The caller holds the session. Raises SessionFull, or OrganisationFull, when there is no seat
    and no waiting list.
    """
    fill_seats(session, now=now)
    if free_seat(session, organisation):
        return RegistrationState.REGISTERED
    if session.waiting_list:
        return RegistrationState.WAITING
    if organisation_has_room(session, organisation):
        raise SessionFull
    raise OrganisationFull


@transaction.atomic
def fill_seats(session: Session, *, now: datetime) -> int:
    """Offer free seats to those who wait, in the order in which they signed up. Returns how many.

    The caller holds the session. Whose organisation is full is passed over and keeps the place.
    Where there is no time left to ask, or no address to ask at, the seat is theirs at once.
    """
    if has_begun(session, now) or session.status == SessionStatus.CANCELLED:
        return 0
    queue = Registration.objects.filter(session=session, state=RegistrationState.WAITING)
    given = 0
    for registration in queue.select_related("contact", "organisation").order_by(
        "created_at", "id"
    ):
        if seats_left(session) == 0:
            break
        if not organisation_has_room(session, registration.organisation):
            continue
        _give(registration, until=kept_until(session, now), now=now)
        given += 1
    return given


def kept_until(session: Session, now: datetime) -> datetime | None:
    """Return until when a seat that comes free now is kept for whoever is next.

    Never past the end of sign-up or the start. None when that leaves less than SHORTEST_OFFER:
    then nobody is asked, since a question that cannot be answered in time leaves a seat empty.
    """
    until = min((now + timedelta(hours=session.offer_hours), *_last_moments(session)))
    return until if until - now >= SHORTEST_OFFER else None


@transaction.atomic
def keep_longer(registration: Registration, session: Session, *, now: datetime) -> None:
    """Give somebody who has a seat offered the whole time anew; with no time left it is theirs.

    The caller holds the session.
    """
    until = kept_until(session, now)
    if until is not None:
        Registration.objects.filter(pk=registration.pk).update(offered_until=until)
        return
    move(registration, to=RegistrationState.REGISTERED, now=now, offered_until=None)
    tell(registration, now=now)


def _last_moments(session: Session) -> list[datetime]:
    """Return the moments at which nobody can sign up any more, as far as they are known."""
    start = session.starts_at
    if start is None and session.first_day and session.precision in KNOWN_DAY:
        start = datetime.combine(session.first_day, time(), ZoneInfo(session.time_zone))
    return [moment for moment in (start, session.registration_closes_at) if moment]


def _give(registration: Registration, *, until: datetime | None, now: datetime) -> None:
    contact = registration.contact
    if until is None or contact is None or not contact.address_key:
        move(registration, to=RegistrationState.REGISTERED, now=now)
    else:
        move(registration, to=RegistrationState.OFFERED, now=now, offered_until=until)
    # A merge that is undone can put somebody back in line, who is then asked once more.
    tell(registration, act="" if until is None else f"{until:%Y%m%d%H%M}", now=now)

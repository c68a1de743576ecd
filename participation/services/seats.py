"""Seats under concurrency: who takes one, who waits, and who follows when one comes free.

Everybody who takes or frees a seat holds the session's row first: `FOR UPDATE` on PostgreSQL; on
SQLite a transaction is IMMEDIATE, so that the whole of it waits for its turn.
"""

from datetime import datetime

from django.db import transaction

from contacts.models import Organisation
from content.models import Session
from content.selectors import has_begun
from participation.enums import RegistrationState
from participation.errors import OrganisationFull, SessionFull
from participation.models import Registration
from participation.selectors.seats import free_seat, organisation_has_room, seats_left
from participation.services.moves import move, tell


def lock_session(session_id: int) -> Session:
    """Return the session, held until the transaction ends. Call it first in the transaction."""
    return Session.objects.select_for_update().get(pk=session_id)


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
    """Give free seats to those who wait, in the order in which they signed up. Returns how many.

    The caller holds the session. Whose organisation is full is passed over and keeps the place.
    """
    if has_begun(session, now):
        return 0
    queue = Registration.objects.filter(session=session, state=RegistrationState.WAITING)
    seated = 0
    for registration in queue.select_related("contact", "organisation").order_by(
        "created_at", "id"
    ):
        if seats_left(session) == 0:
            break
        if not organisation_has_room(session, registration.organisation):
            continue
        move(registration, to=RegistrationState.REGISTERED, now=now)
        tell(registration, now=now)
        seated += 1
    return seated

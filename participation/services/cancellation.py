"""Somebody cannot come after all."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from content.selectors.sessions import is_over
from participation.enums import (
    ENDED,
    SEATED,
    InvitationAnswer,
    Phase,
    RegistrationState,
)
from participation.errors import SignUpClosed
from participation.models import Invitation, Registration
from participation.services.moves import move, tell
from participation.services.seats import fill_seats, lock_session


@transaction.atomic
def cancel_registration(*, registration: Registration, now: datetime) -> Registration:
    """Cancel, free the seat and offer it to the head of the waiting list. Twice is once.

    Declining an offered seat is cancelling. The calendar number rises with it, so that CANCEL is
    above the REQUEST that it withdraws. An unconfirmed sign-up has no contact yet and simply
    lapses. Raises SignUpClosed when the session is over.
    """
    session = lock_session(registration.session_id)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state in ENDED:
        return registration
    if is_over(session, now):
        raise SignUpClosed(Phase.OVER)
    if registration.state == RegistrationState.UNCONFIRMED:
        move(registration, to=RegistrationState.LAPSED, now=now)
        return registration
    had_seat = registration.state in SEATED
    move(
        registration,
        to=RegistrationState.CANCELLED,
        now=now,
        calendar_sequence=F("calendar_sequence") + 1,
    )
    Invitation.objects.filter(session=session, contact=registration.contact).update(
        answer=InvitationAnswer.DECLINED, answered_at=now
    )
    tell(registration, now=now)
    if had_seat:
        fill_seats(session, now=now)
    return registration

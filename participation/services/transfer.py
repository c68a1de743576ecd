"""A seat that passes from one person to a colleague, and never by way of the waiting list.

Whoever gives the seat vouches for the colleague: no organiser is asked again, and what was given
is what is got. A seat stays a seat (an offered one is taken by confirming), a place on the waiting
list keeps its place in line, and what waits for approval goes on waiting.

For whom the colleague comes is another matter, since a typed organisation opens no door
(participation.admission). It is that of the giver, unless the colleague would be in at once for an
organisation of their own: then it is theirs, if that has a seat left. Nobody becomes a
representative by being sent.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F

from contacts.enums import NoticeKind
from contacts.models import Organisation
from content.models import Session
from participation.enums import SEATED, InvitationAnswer, RegistrationState
from participation.errors import OrganisationFull, TransferNotPossible
from participation.models import Invitation, Registration
from participation.selectors.seats import organisation_has_room
from participation.selectors.transfer import may_pass_on
from participation.services.moves import move, tell


class Place(NamedTuple):
    """What the colleague gets."""

    state: RegistrationState
    organisation: Organisation | None
    #: More to write on the sign-up of the colleague.
    values: dict[str, Any]


@transaction.atomic
def send_colleague_link(*, registration: Registration, now: datetime) -> None:
    """Mail this person, and nobody else, the link for a colleague; once a day.

    Raises TransferNotPossible.
    """
    if not may_pass_on(registration, now):
        raise TransferNotPossible
    tell(registration, kind=NoticeKind.COLLEAGUE, act=f"{now:%Y%m%d}", now=now)


def seat_to_take(
    registration: Registration, session: Session, *, now: datetime
) -> Registration | None:
    """Return the sign-up that this one may take over now, None when there is none (any more).

    The caller holds the session.
    """
    if registration.takes_over_id is None:
        return None
    seat = Registration.objects.get(pk=registration.takes_over_id)
    seat.session = session
    return seat if may_pass_on(seat, now) else None


def hand_over(
    seat: Registration, *, own: Organisation | None, is_admitted: bool, now: datetime
) -> Place:
    """End the sign-up of whoever gives the seat, tell them, and return what is free for another.

    `own` is the organisation of the colleague, who would be in at once for it if `is_admitted`. The
    caller holds the session. Raises OrganisationFull.
    """
    state = RegistrationState(seat.state)
    values: dict[str, Any] = {}
    if state in SEATED:
        state = RegistrationState.REGISTERED
    else:
        values["created_at"] = seat.created_at  # the place in line
    organisation = seat.organisation
    if own is not None and (is_admitted or state == RegistrationState.PENDING):
        organisation = own
    _give_up(seat, now)
    if state == RegistrationState.REGISTERED:
        _refuse_full(seat, organisation)
    return Place(state, organisation, values)


def take_over_while_waiting(
    live: Registration, seat: Registration | None, *, now: datetime
) -> Registration:
    """Let somebody on the waiting list have the seat of a colleague. Else nothing changes."""
    if (
        seat is None
        or seat.state not in SEATED
        or live.state != RegistrationState.WAITING
        or seat.pk == live.pk
    ):
        return live
    hand_over(seat, own=None, is_admitted=False, now=now)
    _refuse_full(seat, live.organisation)
    move(live, to=RegistrationState.REGISTERED, now=now, takes_over=seat)
    tell(live, now=now)
    return live


def _refuse_full(seat: Registration, organisation: Organisation | None) -> None:
    """Another organisation than the giver's has to have a seat left itself."""
    same = organisation == seat.organisation
    if not same and not organisation_has_room(seat.session, organisation):
        raise OrganisationFull


def _give_up(seat: Registration, now: datetime) -> None:
    """The calendar number rises, so that CANCEL is above the REQUEST that it withdraws."""
    move(
        seat,
        to=RegistrationState.TRANSFERRED,
        now=now,
        calendar_sequence=F("calendar_sequence") + 1,
    )
    Invitation.objects.filter(session=seat.session, contact=seat.contact).update(
        answer=InvitationAnswer.COLLEAGUE, answered_at=now
    )
    tell(seat, now=now)

"""Seats that are taken and free. Only a caller that holds the session's lock may rely on it."""

from contacts.models import Organisation
from content.models import Session
from participation.enums import SEATED
from participation.models import Registration


def seats_left(session: Session) -> int | None:
    """Return how many seats are free, or None when there is no limit."""
    if session.capacity is None:
        return None
    taken = Registration.objects.filter(session=session, state__in=SEATED).count()
    return max(0, session.capacity - taken)


def organisation_has_room(session: Session, organisation: Organisation | None) -> bool:
    """Whether the organisation may have one more seat."""
    if session.seats_per_organisation is None or organisation is None:
        return True
    taken = Registration.objects.filter(
        session=session, state__in=SEATED, organisation=organisation
    ).count()
    return taken < session.seats_per_organisation


def free_seat(session: Session, organisation: Organisation | None) -> bool:
    """Whether somebody of this organisation can have a seat now."""
    return seats_left(session) != 0 and organisation_has_room(session, organisation)

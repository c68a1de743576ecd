"""Who answered what."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import Contact
from content.models import Session
from participation.enums import LIVE, InvitationAnswer, RegistrationState
from participation.models import Invitation, Registration


def has_registration(session_id: int, states: Iterable[str]) -> Exists:
    """A condition on contacts: a registration for the session in one of the states."""
    return Exists(
        Registration.objects.filter(
            session_id=session_id, contact=OuterRef("pk"), state__in=list(states)
        )
    )


def declined(session_id: int) -> Exists:
    """A condition on contacts: answered that they cannot come."""
    return Exists(
        Invitation.objects.filter(
            session_id=session_id, contact=OuterRef("pk"), answer=InvitationAnswer.DECLINED
        )
    )


def live_registration(session: Session, contact: Contact) -> Registration | None:
    """Return the one live registration of the contact for the session."""
    return Registration.objects.filter(session=session, contact=contact, state__in=LIVE).first()


def live_registration_of_address(session: Session, address_key: str) -> Registration | None:
    """Return the live, confirmed registration of whoever has this address, or had it."""
    theirs = Q(contact__address_key=address_key) | Q(
        contact__in=Contact.objects.filter(address_key=address_key).values("merged_into")
    )
    return (
        Registration.objects.filter(theirs, session=session, state__in=LIVE)
        .exclude(state=RegistrationState.UNCONFIRMED)
        .select_related("contact", "session")
        .first()
    )


def unconfirmed_of(address_key: str, now: datetime) -> QuerySet[Registration]:
    """Return the sign-ups that still wait until this address confirms them, in order of entry."""
    waiting = Registration.objects.filter(
        address_key=address_key,
        state=RegistrationState.UNCONFIRMED,
        changed_at__gt=now - settings.CONFIRM_VALID,
    )
    return waiting.order_by("pk")


def is_relocated(registration: Registration) -> bool:
    """Whether the person went to another session instead (services.move_to_session)."""
    return went_elsewhere().filter(pk=registration.pk).exists()


def went_elsewhere() -> QuerySet[Registration]:
    """Sign-ups that ended because the same person goes to another session."""
    onward = Registration.objects.filter(moved_from=OuterRef("pk"))
    return Registration.objects.filter(Exists(onward), state=RegistrationState.CANCELLED)

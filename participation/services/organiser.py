"""An organiser signs somebody up who mailed or phoned."""

from datetime import datetime

from django.db import transaction

from contacts.models import Contact, Organisation
from contacts.services.audit import Author
from contacts.services.organisations import suggest_organisation
from contacts.services.people import confirm_contact
from content.models import Session
from content.questions import Answer
from participation.enums import Phase, RegistrationSource
from participation.errors import SignUpClosed
from participation.models import Registration
from participation.selectors.registrations import live_registration
from participation.selectors.sessions import is_dated, phase_of
from participation.services.moves import open_registration, tell
from participation.services.questions import keep_question
from participation.services.seats import lock_session, seat_or_wait
from participation.services.sign_up import Typed
from participation.services.speaking import vouch_for


@transaction.atomic
def register_by_organiser(
    *,
    session: Session,
    contact: Contact,
    organisation: Organisation | None,
    answers: dict[str, Answer],
    now: datetime,
    private_answers: dict[str, Answer] | None = None,
    function: str = "",
    source: RegistrationSource = RegistrationSource.ORGANISER,
    by: Author = None,
) -> Registration:
    """Sign up a contact without approval or declaration; seats count as for everybody.

    Sign-up may be closed or not open yet: the organiser decides. Twice is once. Raises
    SignUpClosed for a session that is cancelled, over or without a date, and SessionFull.
    """
    session = lock_session(session.pk)
    contact = contact.whoever_stayed
    if live := live_registration(session, contact):
        return live
    require_open_to_organiser(session, now)
    known = vouch_for(contact, organisation, session=session, function=function, by=by, now=now)
    organisation = known.organisation if known else None
    registration = open_registration(
        session=session,
        contact=contact,
        organisation=organisation,
        representation=known,
        state=seat_or_wait(session, organisation, now=now),
        source=source,
        answers=answers,
        private_answers=private_answers,
        now=now,
    )
    keep_question(registration, now=now)
    tell(registration, now=now)
    return registration


def require_open_to_organiser(session: Session, now: datetime) -> None:
    """Refuse a session that is cancelled, over or without a date: even an organiser cannot."""
    phase = phase_of(session, now)
    if phase in (Phase.CANCELLED, Phase.OVER) or not is_dated(session):
        raise SignUpClosed(phase)


@transaction.atomic
def register_typed(
    *,
    session: Session,
    typed: Typed,
    contact: Contact | None = None,
    by: Author = None,
    now: datetime,
) -> Registration:
    """Sign up whoever an organiser types in: the person is looked up by address, else made.

    A `contact` that is given needs no name and no address. The organiser vouches for the
    organisation. Raises AddressInvalid and what `register_by_organiser` raises.
    """
    lock_session(session.pk)  # before the person, as everybody does
    contact = contact or confirm_contact(
        email=typed.email,
        given_name=typed.given_name,
        family_name_prefix=typed.family_name_prefix,
        family_name=typed.family_name,
        language=typed.language,
        address_source="organiser" if typed.language == "en" else "organisator",
        by=by,
        now=now,
    )
    organisation = (
        suggest_organisation(name=typed.organisation, now=now) if typed.organisation else None
    )
    return register_by_organiser(
        session=session,
        contact=contact,
        organisation=organisation,
        function=typed.function,
        answers=typed.answers,
        private_answers=typed.private,
        by=by,
        now=now,
    )

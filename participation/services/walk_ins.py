"""Somebody is there who never signed up."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from contacts.models import Contact, Organisation
from contacts.services.audit import Author
from contacts.services.organisations import suggest_organisation
from contacts.services.people import confirm_contact
from content.enums import SessionStatus
from content.models import Session
from content.questions import Answer
from participation.enums import Attendance, Phase, RegistrationSource, RegistrationState
from participation.errors import AttendanceTooEarly, SignUpClosed
from participation.models import Registration
from participation.names import PersonName
from participation.selectors.registrations import live_registration
from participation.selectors.sessions import is_dated
from participation.services.attendance import mark_attendance
from participation.services.moves import move, open_registration
from participation.services.people import person_named
from participation.services.questions import keep_question
from participation.services.seats import lock_session
from participation.services.sign_up import Typed
from participation.services.speaking import vouch_for

#: From these somebody who turns out to be in the room simply takes part.
_NOT_SEATED = (RegistrationState.PENDING, RegistrationState.WAITING, RegistrationState.OFFERED)


@transaction.atomic
def register_walk_in(
    *,
    session: Session,
    contact: Contact,
    organisation: Organisation | None,
    answers: dict[str, Answer],
    now: datetime,
    function: str = "",
    private_answers: dict[str, Answer] | None = None,
    by: Author = None,
) -> Registration:
    """Register somebody who is in the room, and mark them present at once.

    Also when it is full or sign-up is closed: they are there. Nobody is mailed about it. Whoever
    had signed up already is marked present. Raises AttendanceTooEarly before the day, SignUpClosed
    for a session that is called off or has no date.
    """
    session = lock_session(session.pk)
    _require_day(session, now)
    contact = contact.whoever_stayed
    registration = live_registration(session, contact)
    if registration is None:
        known = vouch_for(contact, organisation, session=session, function=function, by=by, now=now)
        registration = open_registration(
            session=session,
            contact=contact,
            organisation=known.organisation if known else None,
            representation=known,
            state=RegistrationState.REGISTERED,
            source=RegistrationSource.WALK_IN,
            answers=answers,
            private_answers=private_answers,
            now=now,
        )
        keep_question(registration, now=now)
    elif registration.state in _NOT_SEATED:
        move(registration, to=RegistrationState.REGISTERED, now=now)
    return mark_attendance(
        registration=registration,
        attendance=Attendance.PRESENT,
        source=RegistrationSource.WALK_IN,
        now=now,
    )


@transaction.atomic
def register_typed_walk_in(
    *,
    session: Session,
    typed: Typed,
    contact: Contact | None = None,
    by: Author = None,
    now: datetime,
) -> Registration:
    """The same for whoever is typed in; without an address the person is found by the name.

    A `contact` that is given needs neither. Raises AddressInvalid, and what `register_walk_in`
    raises.
    """
    session = lock_session(session.pk)  # before the person, as everybody does
    _require_day(session, now)
    organisation = (
        suggest_organisation(name=typed.organisation, now=now) if typed.organisation else None
    )
    return register_walk_in(
        session=session,
        contact=contact or _person(typed, organisation, by, now),
        organisation=organisation,
        function=typed.function,
        answers=typed.answers,
        private_answers=typed.private,
        by=by,
        now=now,
    )


def _person(typed: Typed, organisation: Organisation | None, by: Author, now: datetime) -> Contact:
    if not typed.email:
        name = PersonName(
            given_name=typed.given_name,
            family_name_prefix=typed.family_name_prefix,
            family_name=typed.family_name,
        )
        return person_named(
            name, organisations=[organisation] if organisation else [], by=by, now=now
        )
    return confirm_contact(
        email=typed.email,
        given_name=typed.given_name,
        family_name_prefix=typed.family_name_prefix,
        family_name=typed.family_name,
        language=typed.language,
        address_source="organiser" if typed.language == "en" else "organisator",
        by=by,
        now=now,
    )


def _require_day(session: Session, now: datetime) -> None:
    if session.status == SessionStatus.CANCELLED:
        raise SignUpClosed(Phase.CANCELLED)
    if not is_dated(session):
        raise SignUpClosed(Phase.INTEREST)
    day = session.day()
    if day is None or day > now.astimezone(ZoneInfo(session.time_zone)).date():
        raise AttendanceTooEarly

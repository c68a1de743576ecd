"""Who was asked, and what they answer by their personal link."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from contacts.models import Contact
from contacts.selectors import primary_organisation_on, primary_representation
from content.enums import Eligibility
from content.models import Session
from content.questions import Answer
from participation.admission import admission, lacks_declaration
from participation.enums import (
    ACCEPTING,
    Admission,
    InvitationAnswer,
    Phase,
    RegistrationSource,
    RegistrationState,
)
from participation.errors import (
    DeclarationMissing,
    SessionFull,
    SignUpClosed,
    TransferNotPossible,
)
from participation.models import Invitation, Registration
from participation.selectors.applicants import applicant, vouched_organisation
from participation.selectors.registrations import live_registration
from participation.selectors.sessions import day_of, phase_by_link, phase_of
from participation.services.interest import note_interest
from participation.services.moves import move, open_registration, tell
from participation.services.questions import keep_question, update_answers
from participation.services.seats import lock_session, seat_or_wait

#: The source of an answer by personal link from somebody whom nobody invited.
BY_ONESELF = "personal link"


@transaction.atomic
def invite(
    *, session_id: int, contact_ids: Iterable[int] | QuerySet[Any], source: str, now: datetime
) -> int:
    """Note that these contacts were asked, by what (in words). Returns how many were new.

    `contact_ids` may be a query for them.

    Each is asked for the organisation that they speak for first on the session's day. Somebody who
    was asked before keeps the first invitation and its answer.
    """
    day = day_of(Session.objects.get(pk=session_id), now)
    asked = (
        Contact.objects.filter(pk__in=contact_ids)
        .annotate(spoken_for=primary_organisation_on(day))
        .order_by("id")
        .values_list("id", "spoken_for")
    )
    sql, params = asked.query.get_compiler(asked.db).as_sql()
    quote = connection.ops.quote_name
    columns = ("session_id", "contact_id", "organisation_id", "answer", "source", "invited_at")
    # No row travels through Python: a mailing invites thousands in one statement.
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(Invitation._meta.db_table)}"  # noqa: S608 -- composed by the compiler
            f" ({', '.join(map(quote, columns))})"
            f" SELECT %s, asked.id, asked.spoken_for, %s, %s, %s FROM ({sql}) AS asked WHERE true"
            " ON CONFLICT (session_id, contact_id) DO NOTHING",
            [
                session_id,
                str(InvitationAnswer.NONE),
                source[:200],
                connection.ops.adapt_datetimefield_value(now),
                *params,
            ],
        )
        return int(cursor.rowcount)


@transaction.atomic
def register_by_link(
    *,
    session: Session,
    contact: Contact,
    answers: dict[str, Answer],
    now: datetime,
    private_answers: dict[str, Answer] | None = None,
    works_on_theme: bool = False,
    source: RegistrationSource = RegistrationSource.PERSONAL_LINK,
) -> Registration:
    """Sign up the contact whose personal link this is. Twice is once; later answers are kept.

    Raises SignUpClosed (also for a session without a date: see show_interest), SessionFull, and
    DeclarationMissing when somebody who speaks for no member does not declare the theme.
    """
    session = lock_session(session.pk)
    contact = _whoever_stayed(contact)
    if live := live_registration(session, contact):
        if not answers and not private_answers:
            return live
        return update_answers(
            registration=live, answers=answers, private_answers=private_answers, now=now
        )
    phase = phase_by_link(session, now)
    if phase == Phase.FULL:
        raise SessionFull
    if phase not in ACCEPTING:
        raise SignUpClosed(phase)
    who = applicant(session=session, contact=contact, works_on_theme=works_on_theme, now=now)
    if lacks_declaration(session.eligibility, who):
        raise DeclarationMissing
    known = primary_representation(contact, day_of(session, now))
    organisation = known.organisation if known else None
    if organisation is None:
        organisation = vouched_organisation(contact=contact, session=session, now=now)
    state = RegistrationState.PENDING
    if admission(session.eligibility, who) is Admission.AT_ONCE:
        state = seat_or_wait(session, organisation, now=now)
    registration = open_registration(
        session=session,
        contact=contact,
        organisation=organisation,
        representation=known,
        state=state,
        source=source,
        answers=answers,
        private_answers=private_answers,
        works_on_theme=works_on_theme,
        now=now,
    )
    _drop_unconfirmed(session, contact, now)
    _answer(session, contact, InvitationAnswer.REGISTERED, now)
    keep_question(registration, now=now)
    tell(registration, now=now)
    return registration


@transaction.atomic
def show_interest(*, session: Session, contact: Contact, now: datetime) -> None:
    """ "Keep me informed", by personal link, for a session without a date. Raises SignUpClosed."""
    phase = phase_by_link(session, now)
    if phase != Phase.INTEREST:
        raise SignUpClosed(phase)
    note_interest(session=session, contact=contact, now=now)


@transaction.atomic
def decline_invitation(*, session: Session, contact: Contact, now: datetime) -> None:
    """Note that the contact cannot come. Twice is once.

    Whoever is signed up cancels that (cancel_registration); here nothing happens to it.
    """
    lock_session(session.pk)
    if live_registration(session, contact):
        return
    Invitation.objects.get_or_create(
        session=session,
        contact=contact,
        defaults={"source": BY_ONESELF, "invited_at": now},
    )
    _answer(session, contact, InvitationAnswer.DECLINED, now)


@transaction.atomic
def send_colleague(*, session: Session, contact: Contact, now: datetime) -> None:
    """Note that the contact sends a colleague instead, who signs up on the public page.

    Raises TransferNotPossible for whoever is signed up (they pass on their own seat), and
    SignUpClosed when nobody can sign up on the public page.
    """
    lock_session(session.pk)
    if live_registration(session, contact):
        raise TransferNotPossible
    phase = phase_of(session, now)
    if phase not in ACCEPTING:
        raise SignUpClosed(phase)
    Invitation.objects.get_or_create(
        session=session,
        contact=contact,
        defaults={"source": BY_ONESELF, "invited_at": now},
    )
    _answer(session, contact, InvitationAnswer.COLLEAGUE, now)


def needs_declaration(*, session: Session, contact: Contact, now: datetime) -> bool:
    """Whether the contact has to declare the theme on signing up by link."""
    if session.eligibility != Eligibility.THEME:
        return False
    who = applicant(session=session, contact=contact, works_on_theme=False, now=now)
    return lacks_declaration(session.eligibility, who)


def _whoever_stayed(contact: Contact) -> Contact:
    """Return the person, held: at this very moment somebody may be merging them into another."""
    people = Contact.objects.select_for_update(no_key=True, of=("self",))
    return people.select_related("merged_into").get(pk=contact.pk).whoever_stayed


def _answer(session: Session, contact: Contact, answer: InvitationAnswer, now: datetime) -> None:
    Invitation.objects.filter(session=session, contact=contact).exclude(answer=answer).update(
        answer=answer, answered_at=now
    )


def _drop_unconfirmed(session: Session, contact: Contact, now: datetime) -> None:
    """The link answers the question that the confirm mail still asks."""
    open_ones = Registration.objects.filter(
        session=session, address_key=contact.address_key or "-", state=RegistrationState.UNCONFIRMED
    )
    for registration in open_ones:
        move(registration, to=RegistrationState.LAPSED, now=now)

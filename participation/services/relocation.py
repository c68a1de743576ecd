"""Somebody goes to another session than the one they signed up for."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from content.models import Session
from content.selectors.sessions import is_over
from participation.enums import ENDED, SEATED, Phase, RegistrationState
from participation.errors import NotMovable, SessionGone, SignUpClosed
from participation.models import LearningQuestion, Registration
from participation.selectors.registrations import live_registration
from participation.services.moves import move, open_registration, tell
from participation.services.organiser import require_open_to_organiser
from participation.services.seats import fill_seats, seat_or_wait

#: What is asked for every session; questions of its own belong to one.
_ASKED_EVERYWHERE = ("need", "learning_question")


@transaction.atomic
def move_to_session(*, registration: Registration, session: Session, now: datetime) -> Registration:
    """Cancel the sign-up here and register the person there, both or neither.

    The invitation is not declined by it. The person gets two mails: one takes the old entry out of
    the calendar, one says how they stand there. Who waits for approval waits for it there as well.
    What was asked for the other session too goes along. Twice is once.

    Raises NotMovable, SignUpClosed (here it is over; there nobody can come), SessionFull and
    SessionGone.
    """
    sessions = _lock_both(registration.session_id, session.pk)
    here, there = sessions[registration.session_id], sessions[session.pk]
    old = Registration.objects.select_for_update().get(pk=registration.pk)
    if old.contact is None or old.state in ENDED or here == there:
        raise NotMovable
    if is_over(here, now):
        raise SignUpClosed(Phase.OVER)
    require_open_to_organiser(there, now)
    had_seat, was_pending = old.state in SEATED, old.state == RegistrationState.PENDING
    move(
        old,
        to=RegistrationState.CANCELLED,
        now=now,
        calendar_sequence=F("calendar_sequence") + 1,
    )
    new = live_registration(there, old.contact)
    if new is None:
        state = RegistrationState.PENDING
        if not was_pending:
            state = seat_or_wait(there, old.organisation, now=now)
        new = _register(old, there, state, now)
        tell(new, now=now)
    if new.moved_from is None:
        new.moved_from = old
        new.save(update_fields=["moved_from"])
    tell(old, now=now)
    if had_seat:
        fill_seats(here, now=now)
    return new


def _register(
    old: Registration, session: Session, state: RegistrationState, now: datetime
) -> Registration:
    if old.contact is None:
        raise NotMovable
    kept = _asked_by(session)
    new = open_registration(
        session=session,
        contact=old.contact,
        organisation=old.organisation,
        representation=old.representation,
        state=state,
        source=old.source,
        answers={name: answer for name, answer in old.answers.items() if name in kept},
        works_on_theme=old.works_on_theme,
        now=now,
    )
    Registration.objects.filter(pk=new.pk).update(
        typed=old.typed,
        private_answers={
            name: answer for name, answer in old.private_answers.items() if name in kept
        },
        no_reminders=old.no_reminders,
    )
    LearningQuestion.objects.filter(registration=old).update(
        registration=new, session=session, series=session.series
    )
    new.refresh_from_db()
    return new


def _asked_by(session: Session) -> set[str]:
    asked = {each["id"] for kept in session.questions.values() for each in kept}
    return asked | set(_ASKED_EVERYWHERE)


def _lock_both(*session_ids: int) -> dict[int, Session]:
    """Return both sessions, held. Always in the same order, so that two moves cannot cross."""
    held = Session.objects.select_for_update().filter(pk__in=session_ids).order_by("pk")
    found = {session.pk: session for session in held}
    if not found.keys() >= set(session_ids):
        raise SessionGone
    return found

"""Rows of two people who turn out to be one (contacts.services.merging)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contacts.services.merging import Steps, absorb, values_of
from participation.enums import (
    ENDED,
    SEATED,
    Attendance,
    InvitationAnswer,
    RegistrationState,
)
from participation.models import (
    Interest,
    Invitation,
    LearningQuestion,
    OrganisationInvitation,
    PollAnswer,
    Registration,
)
from participation.selectors.seats import free_seat
from participation.services.moves import announce, move
from participation.services.seats import fill_seats, lock_session

_S = RegistrationState

#: The stronger of two sign-ups first: marked ones, then by state.
_ATTENDANCE = (Attendance.PRESENT, Attendance.EXCUSED, Attendance.NO_SHOW, Attendance.UNMARKED)
_STATES = (_S.REGISTERED, _S.OFFERED, _S.WAITING, _S.PENDING, _S.UNCONFIRMED)

#: The answer that says most comes last.
_ANSWERS = (
    InvitationAnswer.NONE,
    InvitationAnswer.DECLINED,
    InvitationAnswer.COLLEAGUE,
    InvitationAnswer.REGISTERED,
)


def settle_registrations(
    *, kept: Registration, gone: Registration, steps: Steps, now: datetime
) -> None:
    """Two live sign-ups for one session: the stronger stays with the person, the other is closed.

    What the other said is filled in where the stronger says nothing. Nobody is mailed about it; a
    seat that comes free goes to the head of the waiting list, as after cancelling.
    """
    session = lock_session(kept.session_id)
    person, other = kept.contact_id, gone.contact_id
    stronger, weaker = sorted((kept, gone), key=_strength)
    had_seat = weaker.state in SEATED
    _fill(stronger, weaker, steps)
    before = values_of(weaker)
    move(weaker, to=_S.CANCELLED, now=now, attendance=Attendance.UNMARKED)
    steps.changed(weaker, before)
    if stronger is gone:
        _hand_over(weaker, other, steps)
        _hand_over(stronger, person, steps)
    if had_seat:
        fill_seats(session, now=now)


def reopen_registration(*, row: Registration, values: dict[str, Any], now: datetime) -> str:
    """Put a sign-up back as it was before the merge; without a free seat it waits for one.

    Returns what could not be put back, in words.
    """
    session = lock_session(row.session_id)
    told = ""
    is_reopened = row.state in ENDED and values.get("state", row.state) not in ENDED
    if is_reopened and values["state"] in SEATED and not free_seat(session, row.organisation):
        values = values | {"state": _S.WAITING}
        told = _("The seat for “%(session)s” is taken by now: the sign-up waits for a seat.") % {
            "session": session
        }
    Registration.objects.filter(pk=row.pk).update(**values)
    if is_reopened:
        row.refresh_from_db()
        announce(row, now=now)
    return told


def settle_invitations(*, kept: Invitation, gone: Invitation, steps: Steps, now: datetime) -> None:
    """One person was asked once: by the first invitation, with the answer that says most."""
    first = min(kept, gone, key=lambda each: each.invited_at)
    said = max(kept, gone, key=lambda each: _ANSWERS.index(InvitationAnswer(each.answer)))
    values = {
        "invited_at": first.invited_at,
        "source": first.source or kept.source or gone.source,
        "answer": said.answer,
        "answered_at": said.answered_at,
    }
    absorb(kept=kept, gone=gone, steps=steps, now=now)
    steps.change(kept, **values)


def settle_organisation_invitations(
    *, kept: OrganisationInvitation, gone: OrganisationInvitation, steps: Steps, now: datetime
) -> None:
    """One organisation was asked once: by the first invitation."""
    first = min(kept, gone, key=lambda each: each.invited_at)
    values = {
        "invited_at": first.invited_at,
        "source": first.source or kept.source or gone.source,
    }
    absorb(kept=kept, gone=gone, steps=steps, now=now)
    steps.change(kept, **values)


def settle_interests(*, kept: Interest, gone: Interest, steps: Steps, now: datetime) -> None:
    """Keep informed once, since the first time; who was told under either was told."""
    since = min(kept.since, gone.since)
    absorb(kept=kept, gone=gone, steps=steps, now=now)
    steps.change(kept, since=since)


def settle_poll_answers(*, kept: PollAnswer, gone: PollAnswer, steps: Steps, now: datetime) -> None:
    """What was answered last stays, as it is: an empty remark is an answer too."""
    last = max(kept, gone, key=lambda each: each.answered_at)
    values = {
        "organisation_id": last.organisation_id,
        "choices": last.choices,
        "remark": last.remark,
        "answered_at": last.answered_at,
    }
    absorb(kept=kept, gone=gone, steps=steps, now=now)
    steps.change(kept, **values)


def _strength(registration: Registration) -> tuple[Any, ...]:
    return (
        _ATTENDANCE.index(Attendance(registration.attendance)),
        _STATES.index(_S(registration.state)),
        registration.created_at,
    )


def _fill(stronger: Registration, weaker: Registration, steps: Steps) -> None:
    said = {name: text for name, text in weaker.answers.items() if text}
    missing = {name: text for name, text in said.items() if not stronger.answers.get(name)}
    values: dict[str, Any] = {
        "answers": stronger.answers | missing,
        "private_answers": weaker.private_answers | stronger.private_answers,
        "works_on_theme": stronger.works_on_theme or weaker.works_on_theme,
        "is_host": stronger.is_host or weaker.is_host,
        "no_reminders": stronger.no_reminders or weaker.no_reminders,
        "moved_from_id": stronger.moved_from_id or weaker.moved_from_id,
        # The entry in the person's calendar is one, so its number goes on.
        "calendar_sequence": max(stronger.calendar_sequence, weaker.calendar_sequence),
    }
    if stronger.organisation_id is None:
        values["organisation_id"] = weaker.organisation_id
        values["representation_id"] = weaker.representation_id
    if stronger.attendance == weaker.attendance and not stronger.attendance_reason:
        values["attendance_reason"] = weaker.attendance_reason
    steps.change(stronger, **values)
    if "learning_question" in missing:
        questions = LearningQuestion.objects.filter(registration=weaker)
        pks = list(questions.values_list("pk", flat=True))
        steps.move(LearningQuestion, "registration", pks, before=weaker.pk, after=stronger.pk)


def _hand_over(registration: Registration, contact_id: int | None, steps: Steps) -> None:
    before = registration.contact_id
    steps.move(Registration, "contact", [registration.pk], before=before, after=contact_id)

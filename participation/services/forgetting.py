"""What this room forgets of a person who is erased."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from contacts.models import Contact
from contacts.services.forgetting import forget_log
from contacts.services.traces import traces_of
from content.models import Session
from content.selectors import has_begun
from participation.enums import LIVE, SEATED, AgreementState, RegistrationState
from participation.models import Agreement, Interest, LearningQuestion, PollAnswer, Registration
from participation.services.moves import move
from participation.services.reports import forget_in_reports
from participation.services.seats import fill_seats, lock_session


def lock_sessions_of(contact_ids: Collection[int]) -> None:
    """Hold the sessions for which these people are signed up, in a fixed order."""
    theirs = Registration.objects.filter(contact__in=contact_ids, state__in=LIVE)
    held = Session.objects.select_for_update().filter(pk__in=theirs.values("session"))
    list(held.order_by("pk").values("pk"))


@transaction.atomic
def forget_participation(contact: Contact, *, now: datetime) -> None:
    """Free the seats of the person, and empty what they said about themselves.

    Sign-ups, attendance, invitations and what was chosen in polls stay without a name, so that the
    figures of organisations stay true. Call it while the row of the person still has its address.
    """
    live = Registration.objects.filter(contact=contact, state__in=LIVE)
    for registration in live.order_by("session_id"):
        _free_seat(registration, now)
    _forget_unconfirmed(contact, now)
    _forget_questions(contact)
    _forget_agreements(contact, now)
    forget_in_reports(contact)
    Interest.objects.filter(contact=contact).delete()
    PollAnswer.objects.filter(contact=contact).update(remark="")
    mine = Registration.objects.filter(contact=contact)
    mine.update(
        typed={},
        answers={},
        private_answers={},
        address_key="",
        rejection_reason="",
        attendance_reason="",
    )
    # Wagtail calls a sign-up by its person's name.
    names = {row.pk: f"… – {row.session}" for row in mine.select_related("session")}
    forget_log(Registration, names)


def _free_seat(registration: Registration, now: datetime) -> None:
    """Cancel a sign-up for a session to come, without telling anybody but who gets the seat."""
    session = lock_session(registration.session_id)
    if has_begun(session, now):
        return
    had_seat = registration.state in SEATED
    move(registration, to=RegistrationState.CANCELLED, now=now)
    if had_seat:
        fill_seats(session, now=now)


def _forget_unconfirmed(contact: Contact, now: datetime) -> None:
    """Whoever typed the address, it will not be confirmed."""
    if not contact.address_key:
        return
    typed = Registration.objects.filter(address_key=contact.address_key)
    for registration in typed.filter(state=RegistrationState.UNCONFIRMED):
        move(registration, to=RegistrationState.LAPSED, now=now)
    typed.update(address_key="", typed={}, answers={})


def _forget_questions(contact: Contact) -> None:
    """A question stays with its organisation, or where it was published; not with the person."""
    traces = traces_of(contact)
    mine = LearningQuestion.objects.filter(contact=contact)
    mine.filter(organisations=None, is_public=False).delete()
    for question in mine:
        question.text = traces.removed_from(question.text)
        question.remark = traces.removed_from(question.remark)
        question.contact = question.registration = None
        question.save(update_fields=["text", "remark", "contact", "registration"])


def _forget_agreements(contact: Contact, now: datetime) -> None:
    """What was agreed stays, without the person; what nobody is left to do is dropped."""
    traces = traces_of(contact)
    mine = Q(contact=contact)
    if traces.words:
        mine |= traces.named_in("text")
    found = list(Agreement.objects.select_for_update().filter(mine))
    for agreement in found:
        agreement.text = traces.removed_from(agreement.text)
        if agreement.contact_id == contact.pk:
            agreement.contact = None
            if agreement.organisation_id is None and agreement.state == AgreementState.OPEN:
                agreement.state, agreement.changed_at = AgreementState.DROPPED, now
        agreement.save(update_fields=["text", "contact", "state", "changed_at"])
    forget_log(Agreement, {agreement.pk: str(agreement) for agreement in found})

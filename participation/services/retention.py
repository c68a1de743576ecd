"""What this room keeps of people for how long. The periods stand here alone."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from contacts.holdings import RetentionRule
from contacts.models import Contact
from content.dates import KNOWN_DAY
from content.selectors.sessions import LONGEST_PERIOD
from participation.enums import ENDED, LIVE, RegistrationState
from participation.models import (
    Agreement,
    Interest,
    Invitation,
    LearningQuestion,
    PollAnswer,
    Registration,
)
from participation.services.forgetting import forget_participation, lock_sessions_of
from participation.services.moves import move

_DAY = timedelta(days=1)

#: The organiser who approves somebody needs the function that was typed.
_UNDECIDED = (RegistrationState.UNCONFIRMED, RegistrationState.PENDING)


def heard_of_here(since: datetime) -> list[QuerySet[Any]]:
    """Ids of people of whom this room has a sign of life since then."""
    registrations = Registration.objects.filter(changed_at__gte=since, contact__isnull=False)
    invitations = Invitation.objects.filter(Q(invited_at__gte=since) | Q(answered_at__gte=since))
    interests = Interest.objects.all()
    questions = LearningQuestion.objects.filter(created_at__gte=since, contact__isnull=False)
    agreements = Agreement.objects.filter(changed_at__gte=since, contact__isnull=False)
    polls = PollAnswer.objects.filter(answered_at__gte=since)
    heard = (registrations, invitations, interests, questions, agreements, polls)
    return [rows.values("contact") for rows in heard]


def _unconfirmed(before: datetime) -> QuerySet[Registration]:
    return Registration.objects.filter(state=RegistrationState.UNCONFIRMED, changed_at__lt=before)


def _lapse(registrations: QuerySet[Registration], now: datetime) -> None:
    for registration in registrations:
        move(registration, to=RegistrationState.LAPSED, now=now, typed={}, address_key="")


def _typed(before: datetime) -> QuerySet[Registration]:
    found = Registration.objects.filter(changed_at__lt=before).exclude(state__in=_UNDECIDED)
    return found.exclude(typed={}, address_key="")


def _empty_typed(registrations: QuerySet[Registration], now: datetime) -> None:
    registrations.update(typed={}, address_key="")


def _private_reasons(before: datetime) -> QuerySet[Registration]:
    return Registration.objects.filter(attendance_at__lt=before).exclude(attendance_reason="")


def _empty_reasons(registrations: QuerySet[Registration], now: datetime) -> None:
    registrations.update(attendance_reason="")


def _private_answers(before: datetime) -> QuerySet[Registration]:
    """Those of a session that is over for so long, or of somebody who is not coming.

    A session of which only the month or season is known may still be at the end of it; one that
    was put off without a date is waited for as long.
    """
    found = Registration.objects.filter(~Q(private_answers={}) | Q(typed__has_key="private"))
    long_ago = before - LONGEST_PERIOD
    day_is_known = Q(session__precision__in=KNOWN_DAY)
    is_past = Q(session__ends_at__lt=before)
    is_past |= Q(day_is_known, session__ends_at=None, session__first_day__lt=before.date())
    is_past |= Q(~day_is_known, session__first_day__lt=long_ago.date())
    is_past |= Q(session__first_day=None, changed_at__lt=long_ago)
    return found.filter(is_past | Q(state__in=ENDED, changed_at__lt=before))


def _empty_private_answers(registrations: QuerySet[Registration], now: datetime) -> None:
    for registration in registrations:
        registration.private_answers = {}
        registration.typed.pop("private", None)
        registration.save(update_fields=["private_answers", "typed"])


def _past_interests(before: datetime) -> QuerySet[Interest]:
    return Interest.objects.filter(session__first_day__lt=before.date())


def _delete_interests(interests: QuerySet[Interest], now: datetime) -> None:
    interests.delete()


def _sign_ups_of_erased(before: datetime) -> QuerySet[Registration]:
    theirs = Registration.objects.filter(contact__erased_at__lt=before)
    is_to_come = Q(session__starts_at__gt=before)
    is_to_come |= Q(session__starts_at=None, session__first_day=None)
    is_to_come |= Q(session__starts_at=None, session__first_day__gte=before.date())
    says_something = ~Q(answers={}) | ~Q(typed={}) | ~Q(address_key="") | ~Q(attendance_reason="")
    says_something |= ~Q(private_answers={})
    return theirs.filter(is_to_come & Q(state__in=LIVE) | says_something)


def _remarks_of_erased(before: datetime) -> QuerySet[PollAnswer]:
    return PollAnswer.objects.filter(contact__erased_at__lt=before).exclude(remark="")


def _empty_remarks(answers: QuerySet[PollAnswer], now: datetime) -> None:
    answers.update(remark="")


def _forget(registrations: QuerySet[Registration], now: datetime) -> None:
    for contact in Contact.objects.filter(registrations__in=registrations).distinct():
        lock_sessions_of([contact.pk])
        forget_participation(contact, now=now)


RULES = (
    RetentionRule(
        code="sign_ups_of_erased",
        label=_("sign-ups of somebody who was erased"),
        reason=_("they came in while the data were being erased"),
        kept=timedelta(0),
        rows=_sign_ups_of_erased,
        remove=_forget,
        is_about_people=False,
    ),
    RetentionRule(
        code="poll_remarks_of_erased",
        label=_("words in polls of somebody who was erased"),
        reason=_("they came in while the data were being erased"),
        kept=timedelta(0),
        rows=_remarks_of_erased,
        remove=_empty_remarks,
        is_about_people=False,
    ),
    RetentionRule(
        code="unconfirmed",
        label=_("sign-ups that were never confirmed"),
        reason=_("the button in the mail works no longer"),
        kept=settings.CONFIRM_VALID,
        rows=_unconfirmed,
        remove=_lapse,
    ),
    RetentionRule(
        code="typed",
        label=_("what was typed on a sign-up form"),
        reason=_("once it is confirmed and decided, the sign-up itself says enough"),
        kept=30 * _DAY,
        rows=_typed,
        remove=_empty_typed,
    ),
    RetentionRule(
        code="private_reasons",
        label=_("the private reason of an absence"),
        reason=_("for the organiser's care after a session, and nothing else"),
        kept=28 * _DAY,
        rows=_private_reasons,
        remove=_empty_reasons,
    ),
    RetentionRule(
        code="private_answers",
        label=_("answers about food and access on a sign-up form"),
        reason=_("the organiser needs them for the session, and for nothing after it"),
        kept=28 * _DAY,
        rows=_private_answers,
        remove=_empty_private_answers,
    ),
    RetentionRule(
        code="interests",
        label=_("“keep me informed” about a session that is over"),
        reason=_("there is nothing left to inform about"),
        kept=30 * _DAY,
        rows=_past_interests,
        remove=_delete_interests,
    ),
)

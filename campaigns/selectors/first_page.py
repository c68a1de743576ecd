"""What the first page shows of mailings: the next ones, somebody's drafts, and recent trouble."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from campaigns.enums import MailingState
from campaigns.models import Mailing
from campaigns.selectors.ledger import counts_of
from contacts.enums import MailState

#: Neither drafts nor history, nor what stopped.
_NEXT = (MailingState.CHECKED, MailingState.PLANNED, MailingState.SENDING)
_STOPPED = (MailingState.PAUSED, MailingState.MISSED)
_FAILED = (MailState.REFUSED, MailState.BOUNCED)
_RECENT = timedelta(days=7)
_SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mailing that was started lately, with how many of its mails did not arrive."""

    mailing: Mailing
    number: int


def next_mailings(limit: int = 5) -> list[Mailing]:
    """Return the mailings under way and planned, the next first, those without a moment last."""
    rows = _mailings().filter(state__in=_NEXT)
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:limit])


def stopped_mailings(limit: int = 5) -> list[Mailing]:
    """Return the mailings that wait for a person: paused or missed, the latest first."""
    rows = _mailings().filter(state__in=_STOPPED)
    return list(rows.order_by(F("due_at").desc(nulls_last=True), "-pk")[:limit])


def unsettled_mailings(now: datetime, limit: int = 5) -> list[Mailing]:
    """Return what goes out within two days, or should have, once something is settled."""
    rows = _mailings().filter(state=MailingState.PLANNED, settled_at=None)
    rows = rows.exclude(waits_for="").filter(due_at__lte=now + _SOON)
    return list(rows.order_by("due_at", "pk")[:limit])


def drafts_of(user: User, limit: int = 5) -> list[Mailing]:
    """Return the drafts that somebody began, the one that was edited last first."""
    rows = _mailings().filter(state=MailingState.DRAFT, created_by=user)
    return list(rows.order_by("-latest_revision_id", "-pk")[:limit])


def recent_trouble(now: datetime, limit: int = 20) -> list[Trouble]:
    """Return the mailings of the last week of which mails were refused or came back."""
    rows = _mailings().filter(started_at__gt=now - _RECENT).order_by("-started_at")
    mailings = list(rows[:limit])
    numbers = counts_of([mailing.pk for mailing in mailings])
    found = [
        Trouble(mailing, sum(numbers.get(mailing.pk, {}).get(state, 0) for state in _FAILED))
        for mailing in mailings
    ]
    return [each for each in found if each.number]


def _mailings() -> QuerySet[Mailing]:
    rows = Mailing.objects.filter(is_template=False).select_related("session")
    # Bodies of mailings are large, and only their names are shown.
    return rows.defer("body_nl", "body_en", "frozen", "attachments")

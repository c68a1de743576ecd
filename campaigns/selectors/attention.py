"""What an organiser should see first: mailings that stopped, and what asks for a person."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Delivery, Mailing
from campaigns.selectors.first_page import (
    Trouble,
    recent_trouble,
    stopped_mailings,
    unsettled_mailings,
)
from campaigns.selectors.prompts import waiting_for_lists
from campaigns.selectors.terms import local_day
from content.models import Session
from participation.enums import RegistrationState
from participation.models import Agreement, Registration
from participation.selectors.agreements import is_overdue

_DOUBTED = 5


@dataclass(frozen=True, slots=True)
class Attention:
    """Mailings that stopped or went wrong, how many rows are unknown, sign-ups unapproved."""

    stopped: list[Mailing]
    #: What somebody has to settle before they go out, soon.
    unsettled: list[Mailing]
    trouble: list[Trouble]
    unknown: int
    #: Where they are, the newest first and a few at most.
    doubted: list[Mailing]
    pending: int
    #: Agreements that are open and past their day.
    overdue: int
    #: Mailings that have waited a day for somebody to close an attendance list.
    lists: list[tuple[Mailing, list[Session]]]


def attention(now: datetime) -> Attention:
    """Return what asks for an organiser."""
    return Attention(
        stopped=stopped_mailings(),
        unsettled=unsettled_mailings(now),
        trouble=recent_trouble(now),
        unknown=Delivery.objects.filter(is_in_doubt=True).count(),
        doubted=_doubted(),
        pending=Registration.objects.filter(state=RegistrationState.PENDING).count(),
        overdue=Agreement.objects.filter(is_overdue(local_day(now))).count(),
        lists=waiting_for_lists(now=now),
    )


def _doubted() -> list[Mailing]:
    rows = Delivery.objects.filter(is_in_doubt=True).values("mailing")
    found = Mailing.objects.filter(pk__in=rows).defer("body_nl", "body_en", "frozen")
    return list(found.order_by("-started_at", "-pk")[:_DOUBTED])

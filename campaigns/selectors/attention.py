"""What an organiser should see first: mailings that wait, and rows that ask for a person."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from campaigns.selectors.prompts import waiting_for_lists
from contacts.enums import MailState
from content.models import Session
from participation.enums import RegistrationState
from participation.models import Registration

#: Neither drafts nor history.
_UNDER_WAY = (
    MailingState.CHECKED,
    MailingState.PLANNED,
    MailingState.SENDING,
    MailingState.PAUSED,
    MailingState.MISSED,
)


@dataclass(frozen=True, slots=True)
class Attention:
    """Mailings under way, the next first; how many rows are unknown, and sign-ups unapproved."""

    mailings: list[Mailing]
    unknown: int
    pending: int
    #: Mailings that have waited a day for somebody to close an attendance list.
    lists: list[tuple[Mailing, list[Session]]]


def attention(now: datetime) -> Attention:
    """Return what asks for an organiser, at most ten mailings."""
    under_way = Mailing.objects.filter(state__in=_UNDER_WAY).select_related("session")
    return Attention(
        mailings=list(under_way.order_by("due_at", "pk")[:10]),
        unknown=Delivery.objects.filter(state=MailState.UNKNOWN).count(),
        pending=Registration.objects.filter(state=RegistrationState.PENDING).count(),
        lists=waiting_for_lists(now=now),
    )

"""What an organiser should see first: mailings that stopped, and rows that ask for a person."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Delivery, Mailing
from campaigns.selectors.first_page import Trouble, recent_trouble, stopped_mailings
from campaigns.selectors.prompts import waiting_for_lists
from contacts.enums import MailState
from content.models import Session
from participation.enums import RegistrationState
from participation.models import Registration


@dataclass(frozen=True, slots=True)
class Attention:
    """Mailings that stopped or went wrong, how many rows are unknown, sign-ups unapproved."""

    stopped: list[Mailing]
    trouble: list[Trouble]
    unknown: int
    pending: int
    #: Mailings that have waited a day for somebody to close an attendance list.
    lists: list[tuple[Mailing, list[Session]]]


def attention(now: datetime) -> Attention:
    """Return what asks for an organiser."""
    return Attention(
        stopped=stopped_mailings(),
        trouble=recent_trouble(now),
        unknown=Delivery.objects.filter(state=MailState.UNKNOWN).count(),
        pending=Registration.objects.filter(state=RegistrationState.PENDING).count(),
        lists=waiting_for_lists(now=now),
    )

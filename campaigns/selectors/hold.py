"""Mail that is held: since when and why, and what waits behind it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import override

from base.enums import HoldReason
from base.models import Installation
from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from contacts.enums import MAIL_OPEN
from contacts.models import Notice

#: A mailing in one of these may have rows that wait.
UNDER_WAY = (MailingState.SENDING, MailingState.PAUSED)


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when no mail is sent, why, and on which host that was found."""

    since: datetime
    reason: HoldReason
    host: str

    @property
    def why(self) -> str:
        """The reason in a sentence, in the language of whoever reads it."""
        return str(self.reason.label)

    @property
    def why_in_english(self) -> str:
        """The same for operators: what commands and /readyz say is in English."""
        with override("en"):
            return self.why


@dataclass(frozen=True, slots=True)
class Waiting:
    """What may have gone out already, and what came after the hold and certainly has not.

    In doubt are mailings under way, with how many of their mails wait; planned mailings whose
    moment had passed; and so many notices. Afterwards came `new_planned` mailings, whose moment
    passed meanwhile, and `new_notices`.
    """

    under_way: list[tuple[Mailing, int]]
    planned: list[Mailing]
    notices: int
    new_planned: list[Mailing]
    new_notices: int

    @property
    def mails(self) -> int:
        return sum(number for _mailing, number in self.under_way)


def current_hold() -> Hold | None:
    """Return the hold; None when mail goes out as usual."""
    ours = Installation.objects.filter(held_since__isnull=False).first()
    if ours is None or ours.held_since is None:
        return None
    return Hold(ours.held_since, HoldReason(ours.held_reason), ours.held_host)


def is_held() -> bool:
    """Whether no mail may be sent."""
    return Installation.objects.filter(held_since__isnull=False).exists()


def rows_in_doubt() -> QuerySet[Delivery]:
    """The rows of mailings under way that wait, those that somebody was sending included."""
    return Delivery.objects.filter(state__in=MAIL_OPEN, mailing__state__in=UNDER_WAY)


def notices_in_doubt(since: datetime) -> QuerySet[Notice]:
    """Notices that were there when mail was held; those of that very tick are due to the clock."""
    return Notice.objects.filter(state__in=MAIL_OPEN, created_at__lte=since)


def planned_in_doubt(since: datetime) -> QuerySet[Mailing]:
    """Planned mailings whose moment had passed when mail was held."""
    return Mailing.objects.filter(state=MailingState.PLANNED, due_at__lte=since)


def waiting_mail(*, since: datetime, now: datetime) -> Waiting:
    """Return what has waited since the hold, and what came after it."""
    rows = rows_in_doubt().order_by().values_list("mailing")
    numbers = dict(rows.annotate(number=Count("pk")))
    mailings = Mailing.objects.only("title", "state", "due_at")
    planned = mailings.filter(state=MailingState.PLANNED, due_at__gt=since, due_at__lte=now)
    new_notices = Notice.objects.filter(state__in=MAIL_OPEN, created_at__gt=since)
    return Waiting(
        under_way=[
            (mailing, numbers[mailing.pk])
            for mailing in mailings.filter(pk__in=numbers).order_by("started_at", "pk")
        ],
        planned=list(
            planned_in_doubt(since).only("title", "state", "due_at").order_by("due_at", "pk")
        ),
        notices=notices_in_doubt(since).count(),
        new_planned=list(planned.order_by("due_at", "pk")),
        new_notices=new_notices.count(),
    )

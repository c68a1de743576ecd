"""How a mailing that has started is doing: how far, how fast, until when, and what stands still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import Now

from base.models import Duty
from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from campaigns.selectors.ledger import counts
from contacts.enums import MAIL_OPEN, MailState

#: The duty under which the workers leave a relay alone: its holder is what the relay said.
RELAY = "relay"

#: The pace is that of the last so many seconds.
_LATELY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Rest:
    """The relay is left alone until then, for what it said."""

    words: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AbsentHost:
    """A host that claimed rows, and whose time to tell what came of them was over at `since`."""

    name: str
    rows: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a mailing stands. `counts` are by state and add up to the ledger.

    `to_send` is everybody who was to get it, `settled` those of whom nothing more is to come by
    itself. `rate` is in mails a second, None while nothing goes out; `ends_at` is when those that
    wait for nothing but their turn will have gone at this rate. `deferred_until` is when the first
    of the rest is tried again.
    """

    counts: dict[str, int]
    to_send: int
    settled: int
    rate: float | None = None
    ends_at: datetime | None = None
    deferred_until: datetime | None = None
    rest: Rest | None = None
    absent: tuple[AbsentHost, ...] = ()


def progress(mailing: Mailing, now: datetime) -> Progress:
    """Return where the mailing stands, in a fixed number of queries."""
    numbers = counts(mailing.pk)
    to_send = sum(numbers.values()) - numbers[MailState.EXCLUDED]
    still_open = sum(numbers[state] for state in MAIL_OPEN)
    settled = to_send - still_open
    if not still_open:
        return Progress(numbers, to_send, settled)
    rate = _rate(mailing, now) if mailing.state == MailingState.SENDING else None
    in_turn = numbers[MailState.QUEUED] + numbers[MailState.CLAIMED]
    return Progress(
        numbers,
        to_send,
        settled,
        rate=rate,
        ends_at=now + timedelta(seconds=in_turn / rate) if rate and in_turn else None,
        deferred_until=_deferred_until(mailing) if numbers[MailState.DEFERRED] else None,
        rest=relay_rest(now),
        absent=_absent_hosts(mailing) if numbers[MailState.CLAIMED] else (),
    )


def _rate(mailing: Mailing, now: datetime) -> float | None:
    """Mails a second: what went out lately, over the time since the first of it."""
    sent = Delivery.objects.filter(mailing=mailing, state=MailState.SENT)
    # What a person took for sent has no reply, and did not go out now.
    lately = sent.filter(sent_at__gt=now - _LATELY, reply_code__isnull=False).aggregate(
        number=Count("pk"), first=Min("sent_at")
    )
    if not lately["number"]:
        return None
    return float(lately["number"] / max(1.0, (now - lately["first"]).total_seconds()))


def _deferred_until(mailing: Mailing) -> datetime | None:
    rows = Delivery.objects.filter(mailing=mailing, state=MailState.DEFERRED)
    return rows.aggregate(first=Min("next_attempt_at"))["first"]


def relay_rest(now: datetime) -> Rest | None:
    """Return why, and until when, the relay is left alone; None when it is not."""
    row = Duty.objects.filter(name=RELAY, held_until__gt=now).first()
    return Rest(row.holder, row.held_until) if row and row.held_until else None


def _absent_hosts(mailing: Mailing) -> tuple[AbsentHost, ...]:
    """Hosts whose claims ran out and are not settled: a worker that is there settles in seconds."""
    claimed = Delivery.objects.filter(mailing=mailing, state=MailState.CLAIMED)
    rows = (
        claimed.filter(lease_until__lt=Now())
        .order_by("holder")
        .values_list("holder")
        .annotate(number=Count("pk"), since=Min("lease_until"))
    )
    return tuple(AbsentHost(name, number, since) for name, number, since in rows)

"""How far a mailing is, by its ledger."""

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Now

from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from contacts.enums import MailState
from participation.enums import LIVE
from participation.models import Registration


def sending_mailing_ids() -> list[int]:
    """Return the mailings being sent that have a row to claim now, the oldest first."""
    due = Q(state=MailState.QUEUED) | Q(state=MailState.DEFERRED, next_attempt_at__lte=Now())
    rows = Delivery.objects.filter(due, mailing=OuterRef("pk"))
    mailings = Mailing.objects.filter(Exists(rows), state=MailingState.SENDING)
    return list(mailings.order_by("started_at", "pk").values_list("pk", flat=True))


def counts(mailing_id: int) -> dict[str, int]:
    """Return the number of ledger rows by state, every state named; they add up to the ledger."""
    rows = (
        Delivery.objects.filter(mailing_id=mailing_id)
        .order_by()
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    return dict.fromkeys(MailState.values, 0) | dict(rows)


def counts_of(mailing_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return the number of ledger rows by state for several mailings, in one query."""
    rows = (
        Delivery.objects.filter(mailing__in=list(mailing_ids))
        .order_by()
        .values_list("mailing", "state")
        .annotate(number=Count("pk"))
    )
    found: dict[int, dict[str, int]] = {}
    for mailing_id, state, number in rows:
        found.setdefault(mailing_id, {})[state] = number
    return found


def excluded_counts(mailing_id: int) -> dict[str, int]:
    """Return the number of excluded rows by reason."""
    rows = (
        Delivery.objects.filter(mailing_id=mailing_id, state=MailState.EXCLUDED)
        .order_by("reason")
        .values_list("reason")
        .annotate(number=Count("pk"))
    )
    return dict(rows)


def load_deliveries(rows: Iterable[int] | None = None, *, claim: str = "") -> list[Delivery]:
    """Return the rows with these ids, or of this claim, with all that composing them reads.

    Two queries, however many rows.
    """
    live = Registration.objects.filter(state__in=LIVE).order_by("pk")
    found = Delivery.objects.select_related("contact", "organisation", "mailing").prefetch_related(
        Prefetch("contact__registrations", queryset=live, to_attr="live_registrations")
    )
    found = found.filter(claim=claim) if rows is None else found.filter(pk__in=list(rows))
    return list(found.order_by("pk"))

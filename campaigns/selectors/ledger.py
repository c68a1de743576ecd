"""How far a mailing is, by its ledger."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from base.among import Among
from campaigns.enums import MailingState
from campaigns.models import Batch, Delivery, Mailing
from contacts.enums import MailState
from contacts.models import Contact
from participation.enums import LIVE
from participation.models import Registration

_S = MailingState

#: By the index of those that are tried again.
_DEFERRED = Delivery.objects.filter(
    mailing=OuterRef("pk"), state=MailState.DEFERRED, next_attempt_at__isnull=False
)


def sending_mailing_ids() -> list[int]:
    """Return the mailings with work, the oldest first: a row to claim now, or one that is claimed.

    Who claimed it may have died, and only the host where that happened can settle it.
    """
    batches = Batch.objects.filter(mailing=OuterRef("pk"))
    due = _DEFERRED.filter(next_attempt_at__lte=Now())
    mailings = Mailing.objects.filter(
        Q(Exists(batches.filter(claim="")) | Exists(due), state=_S.SENDING)
        | Q(Exists(batches.exclude(claim="")), state__in=(_S.SENDING, _S.PAUSED, _S.CANCELLED))
    )
    return list(mailings.order_by("started_at", "pk").values_list("pk", flat=True))


def with_rows_due() -> QuerySet[Mailing]:
    """The mailings of which rows are queued or deferred."""
    waiting = Batch.objects.filter(mailing=OuterRef("pk"), claim="")
    return Mailing.objects.filter(Exists(waiting) | Exists(_DEFERRED))


def without_open_rows() -> QuerySet[Mailing]:
    """The mailings of which nothing is queued, claimed or deferred."""
    batches = Batch.objects.filter(mailing=OuterRef("pk"))
    return Mailing.objects.filter(~Exists(batches), ~Exists(_DEFERRED))


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


@dataclass(slots=True)
class DueDelivery:
    """A row of the ledger that is to be sent, with what that takes, named as Delivery names it.

    Thousands are read in a second, and to make one of these costs a fifth of a Delivery.
    """

    pk: int
    contact_id: int
    address_key: str | None
    language: str
    basis: str
    attempt: int
    tries: int
    told: str
    organisation_name: str | None
    contact: Contact = field(init=False)


_DUE = (
    *("pk", "contact_id", "address_key", "language", "basis"),
    *("attempt", "tries", "told", "organisation__name"),
)
#: What composing reads of a person.
_PERSON = (
    *("given_name", "initials", "family_name_prefix", "family_name", "courtesy_title"),
    *("language", "address_source", "address_key", "link_version"),
)


def load_deliveries(row_ids: Iterable[int], *, claim: str = "") -> list[DueDelivery]:
    """Return the rows with these ids, of this claim if one is named, with what composing reads.

    Three queries, however many rows; other fields of a person are read when asked for.
    """
    found = Delivery.objects.filter(Among("pk", row_ids))
    if claim:
        found = found.filter(claim=claim, state=MailState.CLAIMED)
    deliveries = [DueDelivery(*values) for values in found.order_by("pk").values_list(*_DUE)]
    contact_ids = [row.contact_id for row in deliveries]
    people = {
        contact.pk: contact
        for contact in Contact.objects.filter(Among("pk", contact_ids)).only(*_PERSON)
    }
    live: dict[int, list[Registration]] = {}
    theirs = Registration.objects.filter(Among("contact_id", contact_ids), state__in=LIVE)
    for registration in theirs.order_by("pk"):
        live.setdefault(cast("int", registration.contact_id), []).append(registration)
    for row in deliveries:
        row.contact = people[row.contact_id]
        row.contact.live_registrations = live.get(row.contact_id, [])
    return deliveries

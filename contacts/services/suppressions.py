"""Addresses that must not be mailed, and the person's own way back."""

from datetime import datetime

from django.db import transaction

from base.services import emit
from contacts.enums import (
    MAILING_PURPOSES,
    ConsentBasis,
    Purpose,
    Source,
    SuppressionReason,
    SuppressionScope,
)
from contacts.errors import PurposeUnknown
from contacts.models import Contact, Suppression
from contacts.services.consents import record_consent, withdraw_consents

#: What the person did and may undo. The rest is lifted by nobody, or by signing up anew.
_OWN_CHOICE = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.OBJECTION)


@transaction.atomic
def suppress(
    *,
    address_hash: str,
    scope: SuppressionScope | str,
    reason: SuppressionReason | str,
    source: Source | str,
    now: datetime,
    purpose: Purpose | str = "",
) -> Suppression:
    """Note that the address behind the hash must not be mailed. Saying it twice is harmless."""
    row, _created = Suppression.objects.get_or_create(
        address_hash=address_hash,
        scope=scope,
        purpose=purpose,
        reason=reason,
        defaults={"source": source, "created_at": now},
    )
    return row


@transaction.atomic
def unsubscribe(
    *, contact: Contact, purpose: Purpose | str | None, source: Source | str, now: datetime
) -> None:
    """Stop the mailings of one purpose to this person's address; None stops them all.

    Raises PurposeUnknown for a purpose that no mailing has. Repeating it changes nothing.
    """
    if purpose is not None and purpose not in MAILING_PURPOSES:
        raise PurposeUnknown(purpose)
    withdraw_consents(contact=contact, purpose=purpose, now=now)
    if contact.address_hash:
        suppress(
            address_hash=contact.address_hash,
            scope=SuppressionScope.ALL if purpose is None else SuppressionScope.PURPOSE,
            purpose=purpose or "",
            reason=SuppressionReason.UNSUBSCRIBED,
            source=source,
            now=now,
        )
    emit(
        kind="contact.unsubscribed",
        data={"contact": contact.pk, "purpose": purpose or "all"},
        now=now,
    )


@transaction.atomic
def resubscribe(
    *, contact: Contact, purpose: Purpose | str, source: Source | str, wording: str, now: datetime
) -> None:
    """Undo the person's own unsubscribing for one purpose, by the person's own act.

    An earlier "everything" is narrowed to the other purposes, so that no more comes back than was
    asked for. Complaints, bounces and erasure stay. Raises PurposeUnknown.
    """
    if purpose not in MAILING_PURPOSES:
        raise PurposeUnknown(purpose)
    own = Suppression.objects.filter(address_hash=contact.address_hash, reason__in=_OWN_CHOICE)
    everything = own.filter(scope=SuppressionScope.ALL)
    if everything.exists():
        for other in MAILING_PURPOSES - {purpose}:
            suppress(
                address_hash=contact.address_hash,
                scope=SuppressionScope.PURPOSE,
                purpose=other,
                reason=SuppressionReason.UNSUBSCRIBED,
                source=source,
                now=now,
            )
        everything.delete()
    own.filter(scope=SuppressionScope.PURPOSE, purpose=purpose).delete()
    record_consent(
        contact=contact,
        purpose=purpose,
        basis=ConsentBasis.CONSENT,
        source=source,
        wording=wording,
        now=now,
    )


@transaction.atomic
def lift_hard_bounce(*, address_hash: str) -> int:
    """Mail this address again: its owner signed up anew, so it exists. Returns rows removed."""
    removed, _by_model = Suppression.objects.filter(
        address_hash=address_hash, reason=SuppressionReason.HARD_BOUNCE
    ).delete()
    return removed

"""Why we may mail a person. Records are added and dated, never changed."""

from datetime import datetime

from django.db import transaction

from contacts.enums import MAILING_PURPOSES, ConsentBasis, Purpose, Source
from contacts.models import ConsentRecord, Contact


@transaction.atomic
def record_consent(
    *,
    contact: Contact,
    purpose: Purpose | str,
    basis: ConsentBasis | str,
    source: Source | str,
    wording: str,
    now: datetime,
    topic: str = "",
    source_detail: str = "",
) -> ConsentRecord:
    """Add a record of consent, or return the live one that says the same.

    It lifts no suppression: nothing but the person's own choice does (`resubscribe`).
    """
    said = {
        "contact": contact,
        "purpose": purpose,
        "topic": topic,
        "basis": basis,
        "source": source,
        "wording": wording,
    }
    # Two of the same may stand there, said at the same moment; either will do.
    live = ConsentRecord.objects.filter(withdrawn_at=None, **said).order_by("id").first()
    return live or ConsentRecord.objects.create(given_at=now, source_detail=source_detail, **said)


@transaction.atomic
def withdraw_consents(*, contact: Contact, purpose: Purpose | str | None, now: datetime) -> int:
    """Date the withdrawal of the live records for a purpose (None: for every mailing's purpose)."""
    live = ConsentRecord.objects.filter(contact=contact, withdrawn_at=None)
    if purpose is None:
        live = live.filter(purpose__in=MAILING_PURPOSES)
    else:
        live = live.filter(purpose=purpose)
    return live.update(withdrawn_at=now)

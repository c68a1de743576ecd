"""Why we may mail a person. Records are added and dated, never changed."""

from datetime import datetime

from django.db import transaction

from contacts.enums import (
    GROUP_BASES,
    GROUP_PURPOSES,
    MAILING_PURPOSES,
    ConsentBasis,
    ContactAct,
    Purpose,
    Source,
)
from contacts.errors import AlreadyWithdrawn, BasisTooWeak
from contacts.models import ConsentRecord, Contact
from contacts.selectors.streams import written
from contacts.services.audit import Author, note_change


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
def add_consent(
    *,
    contact: Contact,
    purpose: Purpose | str,
    basis: ConsentBasis | str,
    source_detail: str,
    wording: str,
    by: Author,
    now: datetime,
    topic: str = "",
) -> ConsentRecord:
    """Record by hand what a person said elsewhere; `source_detail` tells where, in words.

    Somebody who unsubscribed stays so: see `record_consent`. Raises BasisTooWeak for a group.
    """
    check_basis(purpose, basis)
    record = record_consent(
        contact=contact,
        purpose=purpose,
        topic=topic,
        basis=basis,
        source=Source.ORGANISER,
        source_detail=source_detail,
        wording=wording,
        now=now,
    )
    note_change(
        contact=contact,
        action=ContactAct.CONSENT,
        by=by,
        changes={"consent": ("", written(record.purpose, record.topic))},
        detail=source_detail,
        now=now,
    )
    return record


def check_basis(purpose: Purpose | str, basis: ConsentBasis | str) -> None:
    """Raise BasisTooWeak for a group on a ground that does not put anybody in it."""
    if purpose in GROUP_PURPOSES and basis not in GROUP_BASES:
        raise BasisTooWeak


@transaction.atomic
def withdraw_consent(
    *, consent_id: int, by: Author, now: datetime, detail: str = ""
) -> ConsentRecord:
    """Date the withdrawal of one record, by a colleague. Raises AlreadyWithdrawn.

    It stops no mail that has another basis; to stop mail, there is `block_address`.
    """
    if not ConsentRecord.objects.filter(pk=consent_id, withdrawn_at=None).update(withdrawn_at=now):
        raise AlreadyWithdrawn
    record = ConsentRecord.objects.select_related("contact").get(pk=consent_id)
    note_change(
        contact=record.contact,
        action=ContactAct.CONSENT,
        by=by,
        changes={"consent": (written(record.purpose, record.topic), "")},
        detail=detail,
        now=now,
    )
    return record


@transaction.atomic
def withdraw_consents(
    *, contact: Contact, purpose: Purpose | str | None, now: datetime, topic: str = ""
) -> int:
    """Date the withdrawal of the live records for a purpose (None: for every mailing's purpose).

    Of a group, those of this `topic`; of invitations, those about any theme.
    """
    live = ConsentRecord.objects.filter(contact=contact, withdrawn_at=None)
    if purpose is None:
        live = live.filter(purpose__in=MAILING_PURPOSES | GROUP_PURPOSES)
    else:
        live = live.filter(purpose=purpose)
    if topic:
        live = live.filter(topic=topic)
    return live.update(withdrawn_at=now)

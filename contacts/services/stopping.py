"""Stopping the mail of many people at once, by a colleague."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from contacts.enums import (
    MAILING_PURPOSES,
    ContactAct,
    Purpose,
    Source,
    SuppressionReason,
    SuppressionScope,
)
from contacts.errors import PurposeUnknown
from contacts.models import Contact, Suppression
from contacts.selectors.streams import written
from contacts.services.audit import Author, Note, note_changes


@transaction.atomic
def stop_people(
    *,
    contact_ids: Collection[int],
    purpose: Purpose | str | None,
    reason: SuppressionReason | str,
    by: Author,
    now: datetime,
) -> int:
    """Stop the mailings of one purpose (None: all) to the addresses of these people.

    Some hundreds at once. Only the person can undo it. Returns how many addresses were not stopped
    so already; who has no address is passed over. Raises PurposeUnknown.
    """
    if purpose is not None and purpose not in MAILING_PURPOSES:
        raise PurposeUnknown(purpose)
    what = {
        "scope": SuppressionScope.ALL if purpose is None else SuppressionScope.PURPOSE,
        "purpose": purpose or "",
        "topic": "",
        "reason": reason,
    }
    people = Contact.objects.present().filter(pk__in=contact_ids).exclude(address_hash="")
    hashes = {who: who.address_hash for who in people.order_by("pk")}
    known = Suppression.objects.filter(**what, address_hash__in=hashes.values())
    before = set(known.values_list("address_hash", flat=True))
    stopped = [who for who, key in hashes.items() if key not in before]
    Suppression.objects.bulk_create(
        (
            Suppression(
                address_hash=who.address_hash, source=Source.ORGANISER, created_at=now, **what
            )
            for who in stopped
        ),
        ignore_conflicts=True,  # said by somebody else at the same moment
    )
    pair = ("", written(purpose, ""))
    notes = [Note(who, ContactAct.SUPPRESS, {"suppression": pair}) for who in stopped]
    note_changes(notes, by=by, now=now)
    return len(stopped)

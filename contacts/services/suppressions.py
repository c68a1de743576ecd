"""Addresses that must not be mailed, and the person's own way back."""

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Q

from base.services import emit
from contacts.addresses import address_hash, address_key
from contacts.enums import (
    GROUP_PURPOSES,
    MAILING_PURPOSES,
    ConsentBasis,
    ContactAct,
    Purpose,
    Source,
    SuppressionReason,
    SuppressionScope,
)
from contacts.errors import PurposeUnknown
from contacts.models import ConsentRecord, Contact, Suppression
from contacts.selectors.streams import written
from contacts.services.audit import PERSON, Author, note_change
from contacts.services.consents import record_consent, withdraw_consents

#: What a colleague may say when they stop mail by hand.
BY_HAND = (SuppressionReason.OBJECTION, SuppressionReason.MANUAL)


@transaction.atomic
def suppress(
    *,
    address_hash: str,
    scope: SuppressionScope | str,
    reason: SuppressionReason | str,
    source: Source | str,
    now: datetime,
    purpose: Purpose | str = "",
    topic: str = "",
) -> Suppression:
    """Note that the address behind the hash must not be mailed. Saying it twice is harmless."""
    row, _created = Suppression.objects.get_or_create(
        address_hash=address_hash,
        scope=scope,
        purpose=purpose,
        topic=topic,
        reason=reason,
        defaults={"source": source, "created_at": now},
    )
    return row


@transaction.atomic
def block_address(
    *,
    email: str,
    purpose: Purpose | str | None,
    reason: SuppressionReason | str,
    by: Author,
    now: datetime,
    topic: str = "",
    source: Source | str = Source.ORGANISER,
    detail: str = "",
) -> Suppression:
    """Stop the mailings of one purpose (None: all) to an address, known or not, by a colleague.

    Nobody can undo it but the person. `detail`, why in words, goes into the audit log alone: the
    suppression outlives erasure and must not tell of anybody. Raises AddressInvalid and
    PurposeUnknown.
    """
    _check_purpose(purpose, topic)
    key = address_key(email)
    contact = Contact.objects.filter(address_key=key).first()
    if contact is not None:
        note_change(
            contact=contact,
            action=ContactAct.SUPPRESS,
            by=by,
            changes={"suppression": ("", written(purpose, topic))},
            detail=detail,
            now=now,
        )
    return suppress(
        address_hash=address_hash(key),
        scope=SuppressionScope.ALL if purpose is None else SuppressionScope.PURPOSE,
        purpose=purpose or "",
        topic=topic,
        reason=reason,
        source=source,
        now=now,
    )


@transaction.atomic
def unsubscribe(
    *,
    contact: Contact,
    purpose: Purpose | str | None,
    source: Source | str,
    now: datetime,
    topic: str = "",
) -> None:
    """Stop the mailings of one purpose, or of one group (`topic` is its slug), by the person's own
    act; None stops them all. Raises PurposeUnknown. Repeating it changes nothing.
    """
    stop_mail(contact=contact, purpose=purpose, topic=topic, source=source, now=now)
    _note(contact, ContactAct.SUPPRESS, ("", written(purpose, topic)), now)


@transaction.atomic
def resubscribe(
    *,
    contact: Contact,
    purpose: Purpose | str,
    source: Source | str,
    wording: str,
    now: datetime,
    topic: str = "",
) -> None:
    """Let the mailings of one purpose, or of one group, come again, by the person's own act.

    Lifts what stopped them, whoever said so, but for a hard bounce: that only signing up anew
    disproves. An earlier "everything" is narrowed to the rest, so that no more comes back than was
    asked for. Raises PurposeUnknown.
    """
    allow_mail(
        contact=contact, purpose=purpose, topic=topic, source=source, wording=wording, now=now
    )
    _note(contact, ContactAct.RESUME, (written(purpose, topic), ""), now)


@transaction.atomic
def stop_mail(
    *,
    contact: Contact,
    purpose: Purpose | str | None,
    source: Source | str,
    now: datetime,
    topic: str = "",
) -> None:
    """`unsubscribe` without its line in the audit log."""
    _check_purpose(purpose, topic)
    joined = _groups_joined(contact) if purpose is None else set()
    withdraw_consents(contact=contact, purpose=purpose, topic=topic, now=now)
    if contact.address_hash:
        _suppress_own(contact, None if purpose is None else (purpose, topic), source, now)
        for group in sorted(joined):
            _suppress_own(contact, group, source, now)
    data = {"contact": contact.pk, "purpose": purpose or "all"}
    emit(kind="contact.unsubscribed", data=data | ({"topic": topic} if topic else {}), now=now)


@transaction.atomic
def allow_mail(
    *,
    contact: Contact,
    purpose: Purpose | str,
    source: Source | str,
    wording: str,
    now: datetime,
    topic: str = "",
) -> None:
    """`resubscribe` without its line in the audit log."""
    _check_purpose(purpose, topic)
    if contact.address_hash:
        _lift(contact, str(purpose), topic)
    record_consent(
        contact=contact,
        purpose=purpose,
        topic=topic,
        basis=ConsentBasis.CONSENT,
        source=source,
        wording=wording,
        now=now,
    )


@transaction.atomic
def follow_address(*, old_hash: str, new_hash: str) -> None:
    """Let what stops mail to a person hold for their new address as well.

    Not a hard bounce: that tells of an address, the rest of a person.
    """
    if not (old_hash and new_hash) or old_hash == new_hash:
        return
    rows = Suppression.objects.filter(address_hash=old_hash).exclude(
        reason=SuppressionReason.HARD_BOUNCE
    )
    copies = list(rows)
    for row in copies:
        row.pk, row.address_hash = None, new_hash
    Suppression.objects.bulk_create(copies, ignore_conflicts=True)


@transaction.atomic
def lift_hard_bounce(*, address_hash: str) -> int:
    """Mail this address again: its owner signed up anew, so it exists. Returns rows removed."""
    removed, _by_model = Suppression.objects.filter(
        address_hash=address_hash, reason=SuppressionReason.HARD_BOUNCE
    ).delete()
    return removed


def _check_purpose(purpose: Purpose | str | None, topic: str) -> None:
    """Raise PurposeUnknown unless it is what a mailing is for: a purpose, or one group."""
    known = GROUP_PURPOSES if topic else MAILING_PURPOSES
    if (purpose is None and topic) or (purpose is not None and purpose not in known):
        raise PurposeUnknown(purpose)


def _suppress_own(
    contact: Contact, what: tuple[str, str] | None, source: Source | str, now: datetime
) -> None:
    purpose, topic = what or ("", "")
    suppress(
        address_hash=contact.address_hash,
        scope=SuppressionScope.PURPOSE if what else SuppressionScope.ALL,
        purpose=purpose,
        topic=topic,
        reason=SuppressionReason.UNSUBSCRIBED,
        source=source,
        now=now,
    )


def _lift(contact: Contact, purpose: str, topic: str) -> None:
    """Remove what stops this mail; what stops more than this goes on stopping the rest."""
    rows = Suppression.objects.filter(address_hash=contact.address_hash).exclude(
        reason=SuppressionReason.HARD_BOUNCE
    )
    everything = {(str(each), "") for each in MAILING_PURPOSES} | _groups_joined(contact)
    wider = Q(scope=SuppressionScope.ALL)
    if topic:
        wider |= Q(purpose=purpose, topic="")
    for row in rows.filter(wider):
        stopped = {each for each in everything if row.purpose in ("", each[0])}
        for other_purpose, other_topic in sorted(stopped - {(purpose, topic)}):
            suppress(
                address_hash=row.address_hash,
                scope=SuppressionScope.PURPOSE,
                purpose=other_purpose,
                topic=other_topic,
                reason=row.reason,
                source=row.source,
                now=row.created_at,
            )
        row.delete()
    rows.filter(purpose=purpose, topic=topic).delete()


def _groups_joined(contact: Contact) -> set[tuple[str, str]]:
    """The groups (purpose, slug) for which the person has a live record."""
    live = ConsentRecord.objects.filter(
        contact=contact, purpose__in=GROUP_PURPOSES, withdrawn_at=None
    )
    return {(str(purpose), topic) for purpose, topic in live.values_list("purpose", "topic")}


def _note(
    contact: Contact,
    action: Literal[ContactAct.SUPPRESS, ContactAct.RESUME],
    pair: tuple[str, str],
    now: datetime,
) -> None:
    note_change(contact=contact, action=action, by=PERSON, changes={"suppression": pair}, now=now)

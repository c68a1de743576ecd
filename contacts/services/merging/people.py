"""Two rows were one person."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from base.services import emit
from contacts.enums import ContactAct, Kin, SuppressionReason
from contacts.holdings import registered
from contacts.models import ConsentRecord, Contact, Merge, Suppression
from contacts.selectors.merges import check_pair, combined_person, labels_of, takes_address
from contacts.services.audit import Author, differences, note_change
from contacts.services.merging.following import take_over
from contacts.services.merging.pairs import follow_distinct_pairs
from contacts.services.merging.steps import Steps
from contacts.services.merging.who import user_of

_ADDRESS = ("email", "address_key", "address_hash", "address_source")
_NO_ADDRESS = {"email": "", "address_key": None, "address_hash": "", "address_source": ""}


@transaction.atomic
def merge_contacts(
    *,
    kept_id: int,
    gone_id: int,
    by: Author,
    now: datetime,
    take: Collection[str] = (),
) -> Merge:
    """Let the first person have all that was the second's. The second stays as an empty name.

    `take` names the fields (selectors.merges.CHOICES) whose value comes from the one who goes; what
    is empty is filled from the other anyway. Can be undone for a day (`undo_merge`). Raises
    MergeWithItself, MergeMissing, MergeOfErased and MergedAlready.
    """
    lock_rooms(kept_id, gone_id)
    people = Contact.objects.select_for_update()
    kept, gone = check_pair(Kin.CONTACT, kept_id, gone_id, people)
    steps = Steps()
    kept_label, gone_label = labels_of(kept, gone)
    steps.log.append({"do": "named", "kept": kept_label, "gone": gone_label})
    take_over(kept=kept, gone=gone, steps=steps, now=now)
    _withdraw_what_was_withdrawn(kept, steps)
    hashes = {each.address_hash for each in (kept, gone) if each.address_hash}
    changes = combined_person(kept, gone, take)
    before = {name: getattr(kept, name) for name in ("email", *changes)}
    is_mailed_there = takes_address(kept, gone, take)
    for name, value in changes.items():
        steps.change(kept, **{name: value})
    if is_mailed_there:
        _exchange_addresses(kept, gone, steps)
    _carry_suppressions(kept, hashes, steps)
    steps.change(gone, merged_into_id=kept.pk)
    follow_distinct_pairs(Kin.CONTACT, kept_id=kept.pk, gone_id=gone.pk, steps=steps)
    return _remember(kept, gone, before, steps, by=by, now=now)


def lock_rooms(*contact_ids: int) -> None:
    """Let every room hold what it needs, before the people themselves are held."""
    for holding in registered():
        holding.lock(contact_ids)


def _withdraw_what_was_withdrawn(kept: Contact, steps: Steps) -> None:
    """A consent that the person withdrew since, under the other row, is not alive."""
    records = ConsentRecord.objects.filter(contact=kept).order_by("pk")
    ended: dict[tuple[str, str], datetime] = {}
    for record in records:
        if record.withdrawn_at:
            about = (record.purpose, record.topic)
            ended[about] = max(record.withdrawn_at, ended.get(about, record.withdrawn_at))
    for record in records:
        end = ended.get((record.purpose, record.topic))
        if record.withdrawn_at is None and end is not None and end >= record.given_at:
            steps.change(record, withdrawn_at=end)


def _exchange_addresses(kept: Contact, gone: Contact, steps: Steps) -> None:
    """Give each the other's. One address belongs to one row, so it goes by way of none."""
    ours = {name: getattr(kept, name) for name in _ADDRESS}
    theirs = {name: getattr(gone, name) for name in _ADDRESS}
    steps.change(gone, **_NO_ADDRESS)
    steps.change(kept, **theirs)
    if ours["address_key"]:
        steps.change(gone, **ours)


def _carry_suppressions(kept: Contact, hashes: Collection[str], steps: Steps) -> None:
    """What stops mail to either address stops it to the one that stays.

    Not a hard bounce: that tells of an address, the rest of a person.
    """
    if not kept.address_hash:
        return
    stopped = Suppression.objects.filter(address_hash__in=hashes).exclude(
        reason=SuppressionReason.HARD_BOUNCE
    )
    about = ("scope", "purpose", "topic", "reason")
    known = set(stopped.filter(address_hash=kept.address_hash).values_list(*about))
    for row in stopped.exclude(address_hash=kept.address_hash).order_by("pk"):
        what = tuple(getattr(row, name) for name in about)
        if what not in known:
            known.add(what)
            row.pk, row.address_hash = None, kept.address_hash
            steps.create(row)


def _remember(
    kept: Contact,
    gone: Contact,
    before: dict[str, Any],
    steps: Steps,
    *,
    by: Author,
    now: datetime,
) -> Merge:
    merge = Merge.objects.create(
        kin=Kin.CONTACT,
        kept_id=kept.pk,
        gone_id=gone.pk,
        log=steps.log,
        merged_by=user_of(by),
        merged_at=now,
    )
    changes = differences(before, kept)
    for row, other in ((kept, gone), (gone, kept)):
        note_change(
            contact=row,
            action=ContactAct.MERGE,
            by=by,
            changes=changes if row is kept else None,
            detail=f"#{other.pk}",
            now=now,
        )
    emit(kind="contact.merged", data={"kept": kept.pk, "gone": gone.pk}, now=now)
    return merge

"""Two rows were one organisation."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from base.services import emit
from contacts.enums import ContactAct, Kin
from contacts.models import Membership, Merge, Organisation, OrganisationAlias
from contacts.selectors.merges import check_pair, combined_organisation
from contacts.services.audit import Author, note_change
from contacts.services.merging.following import take_over
from contacts.services.merging.pairs import follow_distinct_pairs
from contacts.services.merging.references import referring_to, refresh_references
from contacts.services.merging.steps import Steps
from contacts.services.merging.who import user_of


@transaction.atomic
def merge_organisations(
    *,
    kept_id: int,
    gone_id: int,
    by: Author,
    now: datetime,
    take: Collection[str] = (),
) -> Merge:
    """Let the first organisation have all that was the second's, and its names as other names.

    The second is removed; its content stays in the log, by which `undo_merge` brings it back
    within a day. `take` as in `merge_contacts`. Raises MergeWithItself and MergeMissing.
    """
    rows = Organisation.objects.select_for_update()
    kept, gone = check_pair(Kin.ORGANISATION, kept_id, gone_id, rows)
    steps = Steps()
    steps.log.append({"do": "named", "kept": kept.name, "gone": gone.name})
    for field, value in combined_organisation(kept, gone, take).items():
        steps.change(kept, **{field: value})
    take_over(kept=kept, gone=gone, steps=steps, now=now)
    _drop_equal_memberships(kept, steps)
    sources = referring_to(gone)
    steps.log.append({"do": "referred", "sources": sources})
    follow_distinct_pairs(Kin.ORGANISATION, kept_id=kept.pk, gone_id=gone.pk, steps=steps)
    gone_id = gone.pk
    gone_name, gone_key = gone.name, gone.name_key
    note_change(
        contact=gone, action=ContactAct.MERGE, by=by, detail=f"#{kept.pk} {kept.name}", now=now
    )
    steps.delete(gone)
    _name(kept, gone_name, gone_key, steps, is_taken="name" in take)
    refresh_references([*sources, ["contacts.organisation", str(kept.pk)]])
    note_change(
        contact=kept, action=ContactAct.MERGE, by=by, detail=f"#{gone_id} {gone_name}", now=now
    )
    emit(kind="organisation.merged", data={"kept": kept.pk, "gone": gone_id}, now=now)
    return Merge.objects.create(
        kin=Kin.ORGANISATION,
        kept_id=kept.pk,
        gone_id=gone_id,
        log=steps.log,
        merged_by=user_of(by),
        merged_at=now,
    )


def _drop_equal_memberships(kept: Organisation, steps: Steps) -> None:
    """The same period, known of both, is one."""
    known = set()
    for row in Membership.objects.filter(organisation=kept).order_by("pk"):
        period = (row.kind, row.valid_from, row.valid_until)
        if period in known:
            steps.delete(row)
        known.add(period)


def _name(kept: Organisation, name: str, key: str, steps: Steps, *, is_taken: bool) -> None:
    """Give it the name that was chosen; the other becomes an alias."""
    if is_taken:
        other, other_key = kept.name, kept.name_key
        steps.change(kept, name=name, name_key=key)
    else:
        other, other_key = name, key
    aliases = OrganisationAlias.objects.filter(organisation=kept)
    for same in aliases.filter(name_key=kept.name_key):  # its own name is no other name
        steps.delete(same)
    if not aliases.filter(name_key=other_key).exists():
        steps.create(OrganisationAlias(organisation=kept, name=other, name_key=other_key))

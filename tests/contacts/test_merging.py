"""Two rows become one person or organisation, and two again; nothing is lost on the way."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from base.models import OutboxEvent
from contacts.errors import (
    MergeBuried,
    MergedAlready,
    MergeMissing,
    MergeOfErased,
    MergeTooOld,
    MergeUndoneAlready,
    MergeWithItself,
)
from contacts.models import Contact, DistinctPair, Merge, Organisation
from contacts.selectors.merges import (
    merge_logs_before,
    names_of,
    preview_merge,
    undoable_merges,
)
from contacts.selectors.relations import relations_to
from contacts.services.merging import (
    forget_merge_log,
    merge_contacts,
    merge_organisations,
    note_distinct,
    undo_merge,
)
from tests.contacts.merge_scene import (
    LATER,
    database_dump,
    make_two_organisations,
    make_two_people,
)
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_session
from tests.factories.participation import make_invitation

# Again on PostgreSQL: row locks, deferred foreign keys and unique constraints.
pytestmark = [pytest.mark.django_db, pytest.mark.database]

MAKERS: dict[str, Any] = {"people": make_two_people, "organisations": make_two_organisations}
both_kinds = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def kin(row):
    return "contact" if isinstance(row, Contact) else "organisation"


def merge(kept, gone, **values):
    service = merge_contacts if isinstance(kept, Contact) else merge_organisations
    return service(kept_id=kept.pk, gone_id=gone.pk, **{"by": None, "now": NOW} | values)


def undo(merged, **values):
    return undo_merge(merge_id=merged.pk, **{"by": None, "now": LATER} | values)


def preview(kept, gone, **values):
    return preview_merge(kin=kin(kept), kept_id=kept.pk, gone_id=gone.pk, **values)


@both_kinds
def test_scene_has_rows_of_every_relation_on_both_sides(make):
    # Or the tests below would say nothing of a model that is added later.
    kept, gone = make()
    lacking = [
        (each.model._meta.label, each.field, row.pk)
        for each in relations_to(type(kept))
        for row in (kept, gone)
        if each.field != "merged_into" and not each.rows(row.pk).exists()
    ]
    assert lacking == []


@both_kinds
@pytest.mark.parametrize("takes_all", [False, True])
def test_undone_merge_leaves_the_database_as_it_was(make, takes_all):
    kept, gone = make()
    before = database_dump()
    take = [each.name for each in preview(kept, gone).fields] if takes_all else []
    merged = merge(kept, gone, take=take)
    assert database_dump() != before
    undone = undo(merged)
    assert (undone.left, database_dump()) == ([], before)


@both_kinds
def test_merge_leaves_nothing_but_closed_rows_with_the_one_who_goes(make):
    kept, gone = make()
    merge(kept, gone)
    left = Counter(
        {each.model._meta.label: each.rows(gone.pk).count() for each in relations_to(type(kept))}
    )
    closed = {"participation.Registration": 1, "campaigns.Delivery": 2}
    assert +left == Counter(closed if isinstance(kept, Contact) else {})


@both_kinds
def test_preview_counts_what_the_merge_moves(make):
    kept, gone = make()
    relations = relations_to(type(kept))
    told = preview(kept, gone)
    of_gone = sum(each.rows(gone.pk).count() for each in relations)
    assert told.moving_count + told.colliding_count == of_gone
    before = sum(each.rows(kept.pk).count() for each in relations)
    merge(kept, gone)
    after = sum(each.rows(kept.pk).count() for each in relations)
    # The person who went refers to the one who stayed; of an organisation one period was on both,
    # and for the alias that is added another goes, as it is the name itself.
    more = 1 if isinstance(kept, Contact) else -1
    assert after - before == told.moving_count + more


def test_preview_asks_no_more_queries_for_more_rows():
    def queries(number):
        kept, gone = make_contact(), make_contact()
        for session in [make_session() for _n in range(number)]:
            for person in (kept, gone):
                make_invitation(session, person)
        with CaptureQueriesContext(connection) as captured:
            preview(kept, gone)
        return len(captured)

    assert queries(1) == queries(3)


@both_kinds
def test_preview_changes_nothing(make):
    kept, gone = make()
    before = database_dump()
    preview(kept, gone)
    assert database_dump() == before


@both_kinds
def test_merge_is_in_the_audit_log_of_both_and_told_to_others(make):
    kept, gone = make()
    user = make_user()
    merged = merge(kept, gone, by=user)
    undo(merged, by=user)
    lines = ModelLogEntry.objects.filter(user=user).values_list("action", "object_id")
    assert sorted(lines) == sorted(
        (action, str(row.pk))
        for action in ("contacts.merge", "contacts.unmerge")
        for row in (kept, gone)
    )
    told = OutboxEvent.objects.filter(kind__contains="merge").values_list("kind", "data")
    both = {"kept": kept.pk, "gone": gone.pk}
    assert sorted(told) == [(f"{kin(kept)}.merge_undone", both), (f"{kin(kept)}.merged", both)]


# --- what is refused ----------------------------------------------------------------------------


@both_kinds
def test_merging_with_itself_or_with_nobody_is_refused(make):
    kept, _gone = make()
    before = database_dump()
    service = merge_contacts if isinstance(kept, Contact) else merge_organisations
    for gone_id, error in ((kept.pk, MergeWithItself), (10**12, MergeMissing)):
        with pytest.raises(error):
            service(kept_id=kept.pk, gone_id=gone_id, by=None, now=NOW)
        with pytest.raises(error):
            service(kept_id=gone_id, gone_id=kept.pk, by=None, now=NOW)
    assert (database_dump(), Merge.objects.count()) == (before, 0)


def test_merging_whoever_was_erased_or_merged_is_refused():
    kept, there = make_contact(), make_contact()
    erased = make_contact(erased_at=NOW, email="")
    merged = make_contact(merged_into=there)
    for other, error in ((erased, MergeOfErased), (merged, MergedAlready)):
        for pair in ((kept, other), (other, kept)):
            with pytest.raises(error):
                merge(*pair)
            with pytest.raises(error):
                preview(*pair)
    assert Merge.objects.count() == 0


def test_merge_cannot_be_undone_twice_nor_after_a_day():
    first = merge(make_contact(), make_contact())
    undo(first)
    with pytest.raises(MergeUndoneAlready):
        undo(first)
    second = merge(make_contact(), make_contact())
    undo_until = NOW + timedelta(days=1)
    assert list(undoable_merges(undo_until - timedelta(seconds=1))) == [second]
    assert list(undoable_merges(undo_until)) == []
    with pytest.raises(MergeTooOld):
        undo(second, now=undo_until + timedelta(seconds=1))
    with pytest.raises(MergeMissing):
        undo_merge(merge_id=10**9, by=None, now=LATER)
    assert Contact.objects.filter(merged_into__isnull=False).count() == 1


@both_kinds
def test_merge_under_a_later_one_is_undone_after_that_one(make):
    middle, first = make()
    last = make_contact() if isinstance(first, Contact) else make_organisation()
    before = database_dump()
    lower, upper = merge(middle, first), merge(last, middle)
    with pytest.raises(MergeBuried):
        undo(lower)
    assert [undo(upper).left, undo(lower).left] == [[], []]
    assert database_dump() == before


def test_merge_of_somebody_who_was_erased_since_is_not_undone():
    kept, gone = make_contact(), make_contact()
    merged = merge(kept, gone)
    Contact.objects.filter(pk=kept.pk).update(erased_at=LATER)
    with pytest.raises(MergeOfErased):
        undo(merged)


# --- what changed since -------------------------------------------------------------------------


def test_what_changed_since_stays_and_is_told():
    kept, gone = make_contact(phone=""), make_contact(phone="030 1234567")
    merged = merge(kept, gone)
    Contact.objects.filter(pk=kept.pk).update(phone="06 12345678")
    undone = undo(merged)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.phone, gone.phone, gone.merged_into) == ("06 12345678", "030 1234567", None)
    assert undone.left == ["Personen: 1 sindsdien veranderd en daarom zo gelaten."]


def test_rows_made_since_stay_with_the_one_who_stayed():
    kept, gone = make_two_people()
    merged = merge(kept, gone)
    kept.consents.all().delete()
    kept.moments.create(happened_on=NOW.date(), kind="mail", text="Nieuw", created_at=LATER)
    undone = undo(merged)
    assert kept.moments.filter(text="Nieuw").exists()
    assert len(undone.left) == 1  # of the consents, and of nothing else
    assert gone.moments.count() == 1


# --- afterwards ---------------------------------------------------------------------------------


def test_forgotten_merge_keeps_its_ids_and_the_old_address_and_nothing_else():
    kept, gone = make_contact(), make_contact(phone="030 1234567", tags=["pers"])
    other = make_contact(phone="06 12345678")
    merged, young = merge(kept, gone), merge(make_contact(), make_contact(), now=LATER)
    assert forget_merge_log(merge_logs_before(LATER)) == 1
    merged.refresh_from_db()
    assert (merged.log, merged.kept_id, merged.gone_id) == ([], kept.pk, gone.pk)
    assert names_of(merged) == (f"#{kept.pk}", f"#{gone.pk}")
    gone.refresh_from_db()
    assert (gone.full_name, gone.phone, gone.tags) == ("", "", [])
    assert (bool(gone.address_key), gone.merged_into) == (True, kept)
    other.refresh_from_db()
    young.refresh_from_db()
    assert (other.phone, bool(young.log)) == ("06 12345678", True)
    assert forget_merge_log(merge_logs_before(LATER)) == 0


def test_undone_merge_is_forgotten_with_the_names_left_alone():
    kept, gone = make_contact(), make_contact(phone="030 1234567")
    undo(merge(kept, gone))
    assert forget_merge_log(merge_logs_before(LATER)) == 1
    gone.refresh_from_db()
    assert gone.phone == "030 1234567"


def test_pair_told_apart_follows_the_one_who_stays():
    kept, gone, other = make_contact(), make_contact(), make_contact()
    for first in (gone, kept):
        note_distinct(kin="contact", first_id=other.pk, second_id=first.pk, by=None, now=NOW)
    namesake = make_contact()
    note_distinct(kin="contact", first_id=namesake.pk, second_id=gone.pk, by=None, now=NOW)
    merge(kept, gone)
    pairs = DistinctPair.objects.exclude(first_id=gone.pk).values_list("first_id", "second_id")
    assert sorted(pairs) == [(kept.pk, other.pk), (kept.pk, namesake.pk)]


def test_pair_is_told_apart_once_and_only_of_rows_that_are_there():
    one, other = make_organisation(), make_organisation()
    for first, second in ((one, other), (other, one)):
        note_distinct(kin="organisation", first_id=first.pk, second_id=second.pk, by=None, now=NOW)
    assert DistinctPair.objects.count() == 1
    for second_id, error in ((one.pk, MergeWithItself), (10**12, MergeMissing)):
        with pytest.raises(error):
            note_distinct(
                kin="organisation", first_id=one.pk, second_id=second_id, by=None, now=NOW
            )


def test_numbers_of_the_scene_are_the_same_after_the_merge():
    kept, gone = make_two_organisations()
    kinds = [each for each in relations_to(Organisation) if "themes" not in each.model.__name__]
    before = {each.model: each.model._base_manager.count() for each in kinds}
    merge(kept, gone)
    after = {each.model: each.model._base_manager.count() for each in kinds}
    gone_ones = {model.__name__: before[model] - after[model] for model in before}
    # One of each pair that was there twice, and the organisation itself.
    assert {name: number for name, number in gone_ones.items() if number} == {
        "CommunityOrganisation": 1,
        "CommunityRepresentative": 1,
        "LearningQuestion_organisations": 1,
        "Membership": 1,
        "Organisation": 1,
        "OrganisationAlias": 1,
        "OrganisationInvitation": 1,
        "Representation": 1,
    }
    assert Merge.objects.aggregate(total=Sum("gone_id"))["total"] == gone.pk

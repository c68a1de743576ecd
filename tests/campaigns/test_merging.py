"""Mailings and people who turn out to be one: one mail to one person."""

import pytest

from campaigns.enums import MailingState
from campaigns.models import Delivery
from campaigns.selectors import dry_run, list_considered
from campaigns.selectors.recipients import exclusions_now, explain
from campaigns.selectors.terms import terms_of
from contacts.services.merging import merge_contacts, undo_merge
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def merge(kept, gone):
    return merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)


def undo(merged):
    return undo_merge(merge_id=merged.pk, by=None, now=NOW)


def ledger(mailing):
    rows = Delivery.objects.filter(mailing=mailing).order_by("pk")
    return [(row.pk, row.contact, row.state, row.reason) for row in rows]


@pytest.mark.parametrize(
    ("ours", "theirs", "after"),
    [
        ("sent", "queued", [("kept", "sent", ""), ("gone", "excluded", "merged")]),
        ("queued", "sent", [("gone", "excluded", "merged"), ("kept", "sent", "")]),
        ("excluded", "deferred", [("gone", "excluded", ""), ("kept", "deferred", "")]),
        ("queued", "queued", [("kept", "queued", ""), ("gone", "excluded", "merged")]),
        ("queued", "claimed", [("gone", "excluded", "merged"), ("kept", "claimed", "")]),
        ("claimed", "sent", [("kept", "claimed", ""), ("gone", "sent", "")]),
        ("refused", "bounced", [("kept", "refused", ""), ("gone", "bounced", "")]),
    ],
)
def test_one_row_of_a_mailing_stays_open_and_it_is_the_one_that_tells_most(ours, theirs, after):
    people = {"kept": make_contact(), "gone": make_contact()}
    mailing = make_mailing(state=MailingState.SENDING)
    rows = [
        make_delivery(mailing=mailing, contact=people[name], state=state).pk
        for name, state in (("kept", ours), ("gone", theirs))
    ]
    before = ledger(mailing)
    merged = merge(*people.values())
    assert ledger(mailing) == [
        (pk, people[name], state, reason)
        for pk, (name, state, reason) in zip(rows, after, strict=True)
    ]
    assert (undo(merged).left, ledger(mailing)) == ([], before)


def test_mail_that_was_taken_back_is_not_sent_after_the_mailing_is_over():
    kept, gone = make_contact(), make_contact()
    mailing = make_mailing(state=MailingState.SENDING)
    make_delivery(mailing=mailing, contact=kept, state="sent")
    row = make_delivery(mailing=mailing, contact=gone)
    merged = merge(kept, gone)
    type(mailing).objects.filter(pk=mailing.pk).update(state=MailingState.DONE)
    undone = undo(merged)
    row.refresh_from_db()
    assert (row.state, row.reason, len(undone.left)) == ("excluded", "merged", 1)
    assert mailing.title in undone.left[0]


def members():
    organisation = make_member()
    people = make_contact(), make_contact()
    for person in people:
        make_representation(person, organisation)
    return people


def test_only_the_one_who_stayed_is_considered():
    kept, gone = members()
    merge(kept, gone)
    mailing = make_mailing()
    found = list_considered(terms_of(mailing, NOW), limit=9)
    assert (found, dry_run(mailing, NOW).recipients) == ([(kept.pk, "")], 1)
    told = explain(mailing, gone, NOW)
    assert (told.gets_it, told.reason) == (False, "merged")


def test_who_was_named_before_the_merge_is_mailed_as_the_one_who_stayed():
    kept, gone = members()
    other = make_contact()
    mailing = make_mailing(audience={"contacts": [gone.pk]})
    merge(kept, gone)
    assert list_considered(terms_of(mailing, NOW), limit=9) == [(kept.pk, "")]
    left_out = make_mailing(
        audience={"all": [{"everyone": True}, {"not": {"contacts": [gone.pk]}}]}
    )
    found = dict(list_considered(terms_of(left_out, NOW), limit=9))
    assert (found[kept.pk], found[other.pk]) == ("not_in_audience", "no_basis")


def test_row_that_was_being_sent_goes_on_when_it_became_that_of_the_person_who_stayed():
    kept, gone = members()
    mailing = make_mailing(state=MailingState.SENDING)
    row = make_delivery(mailing=mailing, contact=gone, state="claimed")
    merge(kept, gone)
    assert exclusions_now(delivery_ids=[row.pk], now=NOW) == {}
    assert Delivery.objects.get().contact == kept


def test_row_that_was_being_sent_is_stopped_at_the_look_before_the_wire():
    kept, gone = members()
    mailing = make_mailing(state=MailingState.SENDING)
    make_delivery(mailing=mailing, contact=kept, state="claimed")
    row = make_delivery(mailing=mailing, contact=gone, state="claimed")
    merge(kept, gone)
    assert exclusions_now(delivery_ids=[row.pk], now=NOW) == {row.pk: "merged"}

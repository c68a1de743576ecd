"""Opt-in groups: only one's own consent puts somebody in, and leaving stops that mail alone."""

from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from base.models import OutboxEvent
from contacts.enums import Purpose
from contacts.errors import GroupClosed, PurposeUnknown
from contacts.models import ConsentRecord, Contact, OptInGroup, Suppression
from contacts.selectors import has_basis, suppressed
from contacts.selectors.groups import groups_with_counts, members_of
from contacts.services import record_consent, resubscribe, unsubscribe
from contacts.services.groups import join_group, leave_group
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_consent,
    make_contact,
    make_member,
    make_representation,
    make_suppression,
)
from tests.factories.groups import make_group, put_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def mailed(group: OptInGroup) -> list[Contact]:
    """Those whom mail of the group reaches."""
    purpose = Purpose(group.purpose)
    return list(
        Contact.objects.filter(
            has_basis(purpose, TODAY, [], group.slug), ~suppressed(purpose, group.slug)
        ).order_by("pk")
    )


def join(group: OptInGroup, contact: Contact) -> None:
    join_group(contact=contact, group=group, source="form", language="nl", now=NOW)


def leave(group: OptInGroup, contact: Contact) -> None:
    leave_group(contact=contact, group=group, source="form", now=NOW)


@pytest.mark.capability("C17")
def test_membership_puts_nobody_in_a_coalition():
    coalition, other = make_group(purpose="coalition"), make_group(purpose="coalition")
    make_representation(organisation=make_member())
    said_yes = make_contact()
    put_in(coalition, said_yes)
    put_in(other)
    make_consent(make_contact(), purpose="invitations", topic=coalition.slug)
    put_in(make_group(slug="los"), make_contact(), purpose="coalition")
    assert mailed(coalition) == [said_yes]


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({}, True),
        ({"basis": "request"}, True),
        ({"basis": "membership"}, False),
        ({"basis": "published"}, False),
        ({"basis": "none"}, False),
        ({"withdrawn_at": NOW}, False),
        ({"topic": ""}, False),
        ({"purpose": "coalition"}, False),
    ],
)
def test_only_a_live_consent_of_ones_own_puts_somebody_in(values, counts):
    group, contact = make_group(), make_contact()
    put_in(group, contact, **values)
    assert mailed(group) == ([contact] if counts else [])
    assert list(members_of(group)) == ([contact] if counts else [])
    assert groups_with_counts().values_list("member_count", flat=True).get() == (1 if counts else 0)


def test_mail_to_a_group_without_a_name_reaches_nobody():
    put_in(make_group(slug="x"), topic="")
    assert not Contact.objects.filter(has_basis(Purpose.SUBGROUP, TODAY, [], "")).exists()


@pytest.mark.capability("C16")
def test_joining_records_the_wording_and_lifts_only_the_own_leaving_of_this_group():
    group, other, contact, neighbour = make_group(), make_group(), make_contact(), make_contact()
    for each in (contact, neighbour):
        put_in(group, each, given_at=NOW - timedelta(days=9))
        put_in(other, each, given_at=NOW - timedelta(days=9))
        leave(group, each)
        leave(other, each)
    join(group, contact)
    assert mailed(group) == [contact]
    assert mailed(other) == []
    record = ConsentRecord.objects.get(withdrawn_at=None)
    assert (record.contact, record.purpose, record.topic) == (contact, "subgroup", group.slug)
    assert (record.basis, record.source, record.wording) == ("consent", "form", group.wording_nl)
    assert Suppression.objects.count() == 3


def test_leaving_stops_the_mail_of_this_group_alone():
    group, other = make_group(), make_group()
    contact = make_representation(organisation=make_member()).contact
    put_in(group, contact)
    put_in(other, contact)
    leave(group, contact)
    assert (mailed(group), mailed(other)) == ([], [contact])
    assert not Contact.objects.filter(suppressed(Purpose.INVITATIONS)).exists()
    row = Suppression.objects.get()
    assert (row.scope, row.purpose, row.topic) == ("purpose", "subgroup", group.slug)
    assert (row.reason, row.source) == ("unsubscribed", "form")
    assert OutboxEvent.objects.get().data == {
        "contact": contact.pk,
        "purpose": "subgroup",
        "topic": group.slug,
    }
    entry = ModelLogEntry.objects.get()
    assert entry.data == {
        "by": "person",
        "changes": {"suppression": ["", f"subgroup:{group.slug}"]},
    }


def test_consent_by_hand_does_not_bring_back_who_left():
    group, contact, stranger = make_group(), make_contact(), make_contact()
    put_in(group, contact)
    leave(group, contact)
    for each in (contact, stranger):
        record_consent(
            contact=each,
            purpose=group.purpose,
            topic=group.slug,
            basis="consent",
            source="organiser",
            wording="aan de telefoon",
            now=NOW,
        )
    assert mailed(group) == [stranger]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"reason": "complaint"},
        {"reason": "hard_bounce"},
        {"scope": "purpose", "purpose": "announcements", "reason": "hard_bounce"},
        {"scope": "purpose", "purpose": "subgroup"},
    ],
)
def test_everything_complaints_and_bounces_stop_a_group_too(row):
    group, contact, other = make_group(), make_contact(), make_contact()
    put_in(group, contact)
    put_in(group, other)
    make_suppression(contact, **row)
    assert mailed(group) == [other]
    assert [each.is_mailed for each in members_of(group).order_by("pk")] == [False, True]


def test_unsubscribing_from_everything_leaves_the_groups_and_can_be_undone_one_by_one():
    group, other, contact = make_group(is_open=False), make_group(), make_contact()
    put_in(group, contact)
    put_in(other, contact)
    make_consent(contact, purpose="publication")
    unsubscribe(contact=contact, purpose=None, source="form", now=NOW)
    assert [each.purpose for each in ConsentRecord.objects.filter(withdrawn_at=None)] == [
        "publication"
    ]
    join(group, contact)  # closed, but it was they who left
    assert (mailed(group), mailed(other)) == ([contact], [])
    assert Contact.objects.filter(suppressed(Purpose.INVITATIONS)).exists()


def test_coming_back_for_one_purpose_brings_no_group_along():
    group, contact = make_group(), make_contact()
    make_suppression(contact)
    put_in(group, contact)  # recorded by hand while everything was stopped
    resubscribe(contact=contact, purpose="invitations", source="form", wording="Ja", now=NOW)
    assert mailed(group) == []
    assert not Contact.objects.filter(suppressed(Purpose.INVITATIONS)).exists()


def test_joining_one_group_narrows_what_stopped_them_all():
    group, other, contact = make_group(), make_group(), make_contact()
    coalition = make_group(purpose="coalition")
    for each in (other, coalition):
        put_in(each, contact)
    make_suppression(contact, scope="purpose", purpose="subgroup")
    join(group, contact)
    assert (mailed(group), mailed(other), mailed(coalition)) == ([contact], [], [contact])


def test_closed_group_is_joined_by_nobody_from_outside():
    group, contact = make_group(is_open=False), make_contact()
    other = make_group(is_open=False)
    put_in(other, contact)
    leave(other, contact)
    with pytest.raises(GroupClosed):
        join(group, contact)
    assert mailed(group) == []


def test_group_has_no_mail_without_its_name_and_a_purpose_has_no_group():
    contact = make_contact()
    for purpose, topic in (("subgroup", ""), ("invitations", "x"), ("service", ""), (None, "x")):
        with pytest.raises(PurposeUnknown):
            unsubscribe(contact=contact, purpose=purpose, topic=topic, source="form", now=NOW)
    assert not Suppression.objects.exists()


def test_who_joined_twice_counts_once_since_the_first_time():
    group, contact = make_group(), make_contact()
    put_in(group, contact, given_at=NOW)
    put_in(group, contact, given_at=NOW - timedelta(days=3), source="organiser")
    put_in(group, make_contact(erased_at=NOW))
    put_in(group, make_contact(merged_into=contact))
    (member,) = members_of(group)
    assert (member, member.since) == (contact, NOW - timedelta(days=3))
    assert groups_with_counts().values_list("member_count", flat=True).get() == 1

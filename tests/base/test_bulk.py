"""Rows in bulk: the same rows as one by one, with the ids that follow."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from base import bulk
from contacts.models import ConsentRecord, Contact, Representation
from tests.factories.contacts import make_contact, make_organisation

# Again on PostgreSQL: it is written in another way there.
pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_inserted_row_equals_one_that_was_saved():
    values = {
        "given_name": "Zoë \\ \t 'x'",
        "family_name": 'Öz"türk\n%s',
        "tags": ["één", {"a": None}],
        "created_at": NOW,
        "paused_until": date(2026, 4, 1),
        "wants_less_mail": True,
    }
    saved = Contact.objects.create(**values)
    (pk,) = bulk.insert(Contact, [values])
    rows = list(Contact.objects.filter(pk__in=(saved.pk, pk)).order_by("pk").values())
    assert [{**row, "id": 0} for row in rows] == [{**rows[0], "id": 0}] * 2
    assert rows[1]["tags"] == ["één", {"a": None}]


def test_ids_go_on_from_the_last_and_leave_room_for_the_next():
    first = make_contact()
    ids = bulk.insert(Contact, [{"given_name": str(n), "created_at": NOW} for n in range(3)])
    following = make_contact()
    assert len({first.pk, *ids, following.pk}) == 5
    assert list(Contact.objects.filter(pk__in=ids).order_by("pk").values_list("given_name")) == [
        ("0",),
        ("1",),
        ("2",),
    ]


def test_ids_of_a_removed_row_are_not_given_again():
    gone = make_contact()
    pk = gone.pk
    gone.delete()
    assert bulk.insert(Contact, [{"created_at": NOW}]) != [pk]


def test_foreign_keys_and_an_empty_list():
    contact, organisation = make_contact(), make_organisation()
    place = {"contact_id": contact.pk, "organisation_id": organisation.pk}
    (pk,) = bulk.insert(Representation, [place])
    assert Representation.objects.get(pk=pk).role == "primary"
    assert bulk.insert(ConsentRecord, []) == []


def test_row_that_is_there_already_is_refused():
    known = make_contact(email="a@example.org")
    row = {"address_key": known.address_key, "created_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Contact, [{"created_at": NOW}, row])
    assert Contact.objects.count() == 1


def test_value_that_is_no_field_is_refused():
    with pytest.raises(KeyError):
        bulk.insert(Contact, [{"created_at": NOW, "naam": "Amina"}])

"""Erasure while others write about the same person: nothing comes back, nobody waits for ever."""

from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contacts.enums import Source
from contacts.errors import AlreadyErased, ContactsError
from contacts.models import Contact
from contacts.services import update_contact
from contacts.services.erasure import erase_contact
from contacts.services.merging import merge_contacts
from contacts.services.retention import clean_up
from participation.enums import SEATED
from participation.models import Agreement, Registration
from participation.services import cancel_registration, register_by_link
from participation.services.agreements import make_agreement
from tests.concurrency import together
from tests.contacts.dump import tables_that_hold
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_session
from tests.factories.participation import make_registration

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("file_database")]


def make_person() -> Contact:
    return make_contact(given_name="Quirine", family_name="Zwaluw", email="zwaluw@example.org")


def erase(contact: Contact) -> None:
    erase_contact(contact_id=contact.pk, by=None, source=Source.FORM, now=NOW)


def nothing_left() -> bool:
    return tables_that_hold("quirine", "zwaluw", "98765432", "allergisch") == {}


def test_person_is_erased_once() -> None:
    contact = make_person()
    results = together(*[lambda: erase(contact)] * 4, expected=AlreadyErased)
    assert Counter(map(type, results)) == {type(None): 1, AlreadyErased: 3}
    contact.refresh_from_db()
    assert contact.link_version == 2


def test_change_at_the_same_moment_does_not_come_back() -> None:
    contact = make_person()

    def change(number: int) -> Any:
        mine = Contact.objects.get(pk=contact.pk)
        return update_contact(contact=mine, phone=f"06 98765432 {number}", now=NOW)

    changes = [lambda number=number: change(number) for number in range(4)]
    together(lambda: erase(contact), *changes, expected=AlreadyErased)
    assert nothing_left()
    contact.refresh_from_db()
    assert (contact.erased_at, contact.phone, contact.email) == (NOW, "", "")


def test_merge_at_the_same_moment_leaves_neither_of_the_two() -> None:
    kept, gone = make_person(), make_contact(family_name="Zwaluw", email="z@oud.example.org")
    merge = lambda: merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)  # noqa: E731
    erased, merged = together(lambda: erase(kept), merge, expected=ContactsError)
    assert erased is None
    gone.refresh_from_db()
    # Either the merge came first, and both are one person who was erased, or it was refused.
    assert isinstance(merged, ContactsError) is (gone.erased_at is None)
    assert (gone.merged_into_id is None) is (gone.erased_at is None)


def test_agreement_noted_at_the_same_moment_does_not_keep_the_person() -> None:
    contact, session = make_person(), make_session()
    make_registration(session=session, contact=contact)

    def note(number: int) -> Any:
        mine = Contact.objects.get(pk=contact.pk)
        return make_agreement(session=session, text=f"Bellen {number}", contact=mine, now=NOW)

    notes = [lambda number=number: note(number) for number in range(3)]
    results = together(lambda: erase(contact), *notes, expected=ValidationError)
    assert results[0] is None
    assert not Agreement.objects.exclude(contact=None).exists()
    assert not Agreement.objects.exclude(state="dropped").exists()
    assert nothing_left()


def test_seat_is_given_on_once_when_the_person_cancels_at_the_same_moment() -> None:
    contact = make_person()
    session = make_session(capacity=1, waiting_list=True)
    mine = make_registration(session=session, contact=contact)
    first, second = (make_registration(session=session, state="waiting") for _ in range(2))
    cancel = lambda: cancel_registration(registration=mine, now=NOW)  # noqa: E731
    together(lambda: erase(contact), cancel, expected=AlreadyErased)
    states = dict(Registration.objects.values_list("pk", "state"))
    assert states == {mine.pk: "cancelled", first.pk: "offered", second.pk: "waiting"}
    assert nothing_left()


def test_sign_up_at_the_same_moment_is_gone_by_the_morning() -> None:
    contact, other = make_person(), make_contact()
    session = make_session(capacity=1, waiting_list=True, eligibility="everyone")

    def sign_up() -> Any:
        return register_by_link(
            session=session, contact=contact, answers={"need": "Ik ben allergisch"}, now=NOW
        )

    together(lambda: erase(contact), sign_up, expected=AlreadyErased)
    waits = register_by_link(session=session, contact=other, answers={}, now=NOW)
    clean_up(now=NOW.replace(hour=23), pause=lambda seconds: None)
    assert nothing_left()
    waits.refresh_from_db()
    assert waits.state in SEATED  # offered, if the other held the seat for a moment
    seated = Registration.objects.filter(session=session, state__in=SEATED)
    assert list(seated) == [waits]

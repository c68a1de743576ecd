"""The audit log: who changed a person, and what."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry

from contacts.enums import ContactAct
from contacts.errors import AlreadyErased
from contacts.models import Contact, Representation
from contacts.services import confirm_contact, represent, update_contact
from contacts.services.audit import PERSON, Note, note_change, note_changes
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact, make_organisation, make_representation

pytestmark = pytest.mark.django_db


def lines(contact: Contact) -> list[ModelLogEntry]:
    return list(ModelLogEntry.objects.for_instance(contact).order_by("id"))


def person(contact: Contact, *places: dict[str, Any], **values: Any) -> dict[str, Any]:
    """What the form of this person sends."""
    names = ("given_name", "family_name", "email", "phone", "language", "form_of_address")
    sent: dict[str, Any] = {name: getattr(contact, name) for name in names}
    sent |= {
        "representations-TOTAL_FORMS": len(places),
        "representations-INITIAL_FORMS": len(places),
        "representations-MIN_NUM_FORMS": 0,
        "representations-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(places):
        sent |= {f"representations-{number}-{name}": value for name, value in row.items()}
    return sent | values


def place(known: Representation, **values: Any) -> dict[str, Any]:
    return {
        "id": known.pk,
        "organisation": known.organisation_id,
        "function": known.function,
        "role": known.role,
        "valid_from": known.valid_from,
        **values,
    }


def test_line_says_who_what_and_when() -> None:
    contact, user = make_contact(given_name="Amina", family_name="Wilg"), make_user()
    note_change(
        contact=contact,
        action=ContactAct.CHANGE,
        by=user,
        changes={"phone": ("", "0612")},
        detail="aan de telefoon",
        now=NOW,
    )
    (line,) = lines(contact)
    assert (line.user, line.label, line.action, line.timestamp) == (
        user,
        "Amina Wilg",
        "contacts.change",
        NOW,
    )
    assert line.data == {"changes": {"phone": ["", "0612"]}, "detail": "aan de telefoon"}
    with translation.override("en"):
        assert line.message == "Changed: phone: – → “0612”; aan de telefoon"


def test_line_of_the_persons_own_act_says_so() -> None:
    contact = make_contact()
    note_change(
        contact=contact,
        action=ContactAct.PREFERENCES,
        by=PERSON,
        changes={"language": ("nl", "en"), "wants_less_mail": (False, True)},
        now=NOW,
    )
    (line,) = lines(contact)
    assert line.user is None
    with translation.override("en"):
        assert line.message == (
            "Preferences changed: language: “Dutch” → “English”; wants less mail: no → yes "
            "(by the person)"
        )


@pytest.mark.database
def test_many_lines_take_no_more_queries_than_a_few() -> None:
    contacts = [Contact(pk=number, family_name=f"Berg{number}") for number in range(1, 2502)]

    def queries(some: list[Contact]) -> int:
        notes = [Note(each, ContactAct.IMPORT, {"tags": ([], ["a"])}) for each in some]
        with CaptureQueriesContext(connection) as found:
            note_changes(notes, by=None, now=NOW)
        return len(found)

    queries(contacts[:1])
    assert queries(contacts[3:]) == queries(contacts[1:3])
    assert ModelLogEntry.objects.count() == len(contacts)
    (last,) = lines(contacts[-1])
    assert (last.label, last.data) == ("Berg2501", {"changes": {"tags": [[], ["a"]]}})


def test_form_of_a_person_says_what_it_changed(client: Client) -> None:
    contact = make_contact(given_name="Amina", phone="0612")
    stays = make_representation(contact, make_organisation(name="Wilg"), function="directeur")
    goes = make_representation(contact, make_organisation(name="Eik"))
    user = make_user(is_superuser=True)
    client.force_login(user)
    address = reverse("wagtailsnippets_contacts_contact:edit", args=[contact.pk])
    sent = person(
        contact,
        place(stays, function="voorzitter"),
        place(goes, DELETE="on"),
        phone="0613",
    )
    assert client.post(address, sent).status_code == 302
    (line,) = lines(contact)
    assert (line.action, line.user) == ("contacts.change", user)
    assert line.data["changes"] == {
        "phone": ["0612", "0613"],
        "organisations": [
            ["Wilg (directeur), 2020-01-01 – ", "Eik, 2020-01-01 – "],
            ["Wilg (voorzitter), 2020-01-01 – "],
        ],
    }
    history = client.get(reverse("wagtailsnippets_contacts_contact:history", args=[contact.pk]))
    assert "“0612” → “0613”; " in history.content.decode()


def test_form_that_changes_nothing_logs_nothing(client: Client) -> None:
    contact = make_contact(tags=["a"])
    client.force_login(make_user(is_superuser=True))
    address = reverse("wagtailsnippets_contacts_contact:edit", args=[contact.pk])
    assert client.post(address, person(contact, tags="a")).status_code == 302
    assert lines(contact) == []


def test_adding_a_person_is_logged_once(client: Client) -> None:
    user = make_user(is_superuser=True)
    client.force_login(user)
    address = reverse("wagtailsnippets_contacts_contact:add")
    sent = person(Contact(family_name="Wilg"), address_source="netwerklunch")
    assert client.post(address, sent).status_code == 302
    (line,) = lines(Contact.objects.get())
    assert (line.action, line.user, line.data) == (
        "contacts.create",
        user,
        {"detail": "netwerklunch"},
    )


def test_confirming_an_address_is_the_persons_own_act() -> None:
    known = make_contact(given_name="", family_name="", email="amina@example.org")
    for email in ("amina@example.org", "bram@example.org"):
        confirm_contact(
            email=email,
            given_name="A.",
            family_name_prefix="",
            family_name="Wilg",
            language="nl",
            address_source="aanmelding",
            now=NOW,
        )
    (changed,) = lines(known)
    assert (changed.action, changed.user, changed.data) == (
        "contacts.change",
        None,
        {"by": "person", "changes": {"given_name": ["", "A."], "family_name": ["", "Wilg"]}},
    )
    (made,) = lines(Contact.objects.get(email="bram@example.org"))
    assert (made.action, made.data) == (
        "contacts.create",
        {"by": "person", "detail": "aanmelding"},
    )


def test_speaking_for_an_organisation_is_logged_when_it_is_new() -> None:
    contact, organisation, user = make_contact(), make_organisation(name="Wilg"), make_user()
    for function in ("", "directeur", "secretaris"):
        represent(contact=contact, organisation=organisation, function=function, by=user, now=NOW)
    assert [line.data["changes"]["organisations"] for line in lines(contact)] == [
        [None, "Wilg, 2026-03-02 – "],
        ["Wilg, 2026-03-02 – ", "Wilg (directeur), 2026-03-02 – "],
    ]
    assert {line.user for line in lines(contact)} == {user}


def test_person_who_was_erased_is_not_changed() -> None:
    contact = make_contact(phone="0612")
    Contact.objects.filter(pk=contact.pk).update(erased_at=NOW, phone="", email="")
    with pytest.raises(AlreadyErased):
        update_contact(contact=contact, phone="0613", now=NOW)
    contact.refresh_from_db()
    assert (contact.phone, contact.email, contact.erased_at) == ("", "", NOW)

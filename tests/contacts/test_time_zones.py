"""The time zone of a person is one that exists, whichever way it comes in."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from contacts.models import Contact
from contacts.selectors.exports import PERSON_FIELDS, export_people
from contacts.selectors.imports import import_rows
from contacts.services.people import confirm_contact, create_contact, update_contact
from contacts.zones import time_zone
from tests.contacts.importing import outcomes, run
from tests.contacts.test_admin import PEOPLE, manager, person_data
from tests.contacts.test_contacts_api import patch, post, token
from tests.factories.contacts import NOW, make_contact

pytestmark = pytest.mark.django_db

__all__ = ["manager", "token"]  # fixtures

WRONG = ["Amsterdam", "europe/amsterdam", "Europe", "../../etc/passwd", "CET+1", "Nul"]
REMEDY = "Gebruik een naam zoals Europe/Amsterdam."


@pytest.mark.parametrize("name", WRONG)
def test_services_refuse_a_zone_that_is_none_and_store_nothing(name):
    with pytest.raises(ValidationError) as refused:
        create_contact(email="a@example.org", time_zone=name, now=NOW)
    assert refused.value.message_dict == {"time_zone": [REMEDY]}
    contact = make_contact(time_zone="Asia/Tokyo")
    with pytest.raises(ValidationError):
        update_contact(contact=contact, time_zone=name, now=NOW)
    assert list(Contact.objects.values_list("time_zone", flat=True)) == ["Asia/Tokyo"]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ValidationError) as refused:
        create_contact(email="a@example.org", time_zone="Hier", phone="x" * 41, now=NOW)
    assert sorted(refused.value.message_dict) == ["phone", "time_zone"]
    with pytest.raises(ValidationError) as refused:
        create_contact(email="a@example.org", time_zone="x" * 61, now=NOW)
    assert len(refused.value.message_dict["time_zone"]) == 1


def test_zone_of_before_it_was_checked_hinders_nobody(client):
    contact = make_contact(email="a@example.org", time_zone="Amsterdam")
    update_contact(contact=contact, phone="06", now=NOW)
    confirm_contact(
        email="a@example.org", given_name="A", family_name_prefix="", family_name="B",
        language="nl", address_source="", now=NOW,
    )  # fmt: skip
    contact.refresh_from_db()
    assert (contact.phone, contact.time_zone) == ("06", "Amsterdam")
    with pytest.raises(ValidationError):
        update_contact(contact=contact, time_zone="Amsterdam", now=NOW)
    update_contact(contact=contact, time_zone="", now=NOW)
    assert Contact.objects.get().time_zone == ""


def test_form_names_the_field_and_the_remedy(client, manager):
    url = reverse(f"{PEOPLE}:add")
    wrong = client.post(url, person_data(time_zone="Amsterdam"))
    assert dict(wrong.context["form"].errors) == {"time_zone": [REMEDY]}
    assert Contact.objects.count() == 0
    assert client.post(url, person_data(time_zone="Europe/Lisbon")).status_code == 302
    contact = Contact.objects.get()
    assert contact.time_zone == "Europe/Lisbon"

    Contact.objects.update(time_zone="Lissabon")  # as it was before anybody checked
    edit = reverse(f"{PEOPLE}:edit", args=[contact.pk])
    assert "Lissabon" in client.get(edit).content.decode()
    wrong = client.post(edit, person_data(time_zone="Lissabon"))
    assert dict(wrong.context["form"].errors) == {"time_zone": [REMEDY]}
    assert client.post(edit, person_data(time_zone="")).status_code == 302


@pytest.mark.parametrize("name", WRONG)
def test_api_names_the_field_and_stores_nothing(client, token, name):
    contact = make_contact(time_zone="Asia/Tokyo")
    body = {"email": "a@example.org", "time_zone": name}
    for response in (
        post(client, token, "/api/contacts", body),
        patch(client, token, f"/api/contacts/{contact.pk}", {"time_zone": name}),
    ):
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["field"] == "time_zone"
    assert Contact.objects.get().time_zone == "Asia/Tokyo"
    done = patch(client, token, f"/api/contacts/{contact.pk}", {"time_zone": "Africa/Accra"})
    assert (done.status_code, done.json()["time_zone"]) == (200, "Africa/Accra")


def test_import_takes_a_zone_however_it_is_written_and_leaves_out_what_is_none():
    header = "e-mail;naam;tijdzone\n"
    known = make_contact(email="c@example.org", given_name="Cas", time_zone="Asia/Tokyo")
    done = run(
        "a@example.org;Amina Berg;america/new york\nb@example.org;Bo Wilg;Amsterdam\n"
        "c@example.org;Cas;=1+1\n",
        header=header,
    )
    assert [outcome for _row, outcome, _code in outcomes(done)] == [
        "created", "created", "unchanged",
    ]  # fmt: skip
    zones = dict(Contact.objects.values_list("email", "time_zone"))
    assert zones == {
        "a@example.org": "America/New_York", "b@example.org": "", known.email: "Asia/Tokyo",
    }  # fmt: skip
    run("c@example.org;Cas;Europe/Lisbon\n", header=header)
    known.refresh_from_db()
    assert known.time_zone == "Europe/Lisbon"


def test_import_says_which_cell_is_no_zone():
    done = run("b@example.org;Bo Wilg;Amsterdam\n", header="e-mail;naam;tijdzone\n")
    (row,) = import_rows(done)
    assert row["reason"].startswith("“Amsterdam” in de kolom “tijdzone”")


def test_export_has_what_the_import_reads():
    make_contact(email="a@example.org", time_zone="Europe/Lisbon")
    (_headings, row) = export_people(Contact.objects.all(), date(2026, 3, 1)).rows
    assert row[PERSON_FIELDS.index("time_zone")] == "Europe/Lisbon"


def test_every_way_of_writing_a_zone_leads_to_its_name():
    assert [time_zone(text) for text in ("UTC", " utc ", "asia/tokyo", "", "Nergens")] == [
        "UTC", "UTC", "Asia/Tokyo", "", "",
    ]  # fmt: skip

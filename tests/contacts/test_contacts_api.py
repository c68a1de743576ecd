"""People over the HTTP API, and whom they speak for."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from contacts.addresses import address_hash
from contacts.models import Contact, Organisation, Representation, Suppression
from tests.factories.base import bearer, make_token, make_user
from tests.factories.communities import make_community, make_place
from tests.factories.contacts import (
    NOW,
    make_alias,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_theme,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def token():
    return make_token("contacts:read", "contacts:write")


def post(client: Client, token: str, path: str, body: Any) -> Any:
    return client.post(path, body, content_type="application/json", **bearer(token))


def patch(client: Client, token: str, path: str, body: Any) -> Any:
    return client.patch(path, body, content_type="application/json", **bearer(token))


def found(client: Client, token: str, query: str) -> list[int]:
    response = client.get(f"/api/contacts?{query}", **bearer(token))
    assert response.status_code == 200
    return [each["id"] for each in response.json()["items"]]


def test_contact_is_added_with_its_organisation(client, token):
    organisation = make_organisation(name="Wilg")
    response = post(
        client,
        token,
        "/api/contacts",
        {
            "email": " Amina@Example.org ",
            "given_name": "Amina",
            "family_name_prefix": "de",
            "family_name": "Vries",
            "address_source": "beursformulier",
            "tags": ["pers", "pers"],
            "organisations": [{"organisation": organisation.pk, "function": "directeur"}],
        },
    )
    contact = Contact.objects.get()
    assert response.status_code == 201
    body = response.json()
    assert body.pop("created_at")
    assert body == {
        "id": contact.pk,
        "email": "Amina@Example.org",
        "title": "",
        "given_name": "Amina",
        "initials": "",
        "family_name_prefix": "de",
        "family_name": "Vries",
        "language": "nl",
        "phone": "",
        "time_zone": "",
        "form_of_address": "je",
        "courtesy_title": "",
        "address_source": "beursformulier",
        "tags": ["pers"],
        "organisations": [
            {
                "id": Representation.objects.get().pk,
                "organisation": organisation.pk,
                "name": "Wilg",
                "function": "directeur",
                "role": "primary",
                "valid_from": str(timezone.localdate()),
                "valid_until": None,
            }
        ],
    }
    assert contact.address_key == "amina@example.org"
    assert client.get(f"/api/contacts/{contact.pk}", **bearer(token)).json()["id"] == contact.pk


@pytest.mark.parametrize(
    ("body", "status", "field", "code"),
    [
        ({"email": "no address"}, 422, "email", "address_invalid"),
        ({"email": "TAKEN@example.org"}, 409, "email", "address_taken"),
        ({}, 422, "email", "nobody"),
        (
            {"email": "a@example.org", "organisations": [{"organisation": 99}]},
            422,
            "organisations",
            "reference_unknown",
        ),
        ({"email": "a@example.org", "phone": "x" * 41}, 422, "phone", "string_too_long"),
        ({"email": "a@example.org", "form_of_address": "gij"}, 422, "form_of_address", "enum"),
        ({"email": "a@example.org", "tags": ["a,b"]}, 422, "tags.0", "string_pattern_mismatch"),
        ({"email": "a@example.org", "paused_until": "2030-01-01"}, 422, "paused_until", "unknown"),
    ],
)
def test_wrong_contact_names_the_field_and_stores_nothing(client, token, body, status, field, code):
    make_contact(email="taken@example.org")
    response = post(client, token, "/api/contacts", body)
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert Contact.objects.count() == 1


def test_only_what_is_given_changes_and_the_log_says_who_and_what(client):
    user = make_user(is_superuser=True)
    contact = make_contact(given_name="Amina", family_name="Berg", phone="06", tags=["pers"])
    response = patch(
        client,
        make_token(user=user),
        f"/api/contacts/{contact.pk}",
        {"phone": "", "tags": ["kern"]},
    )
    assert response.status_code == 200
    contact.refresh_from_db()
    assert (contact.given_name, contact.phone, contact.tags) == ("Amina", "", ["kern"])
    (line,) = ModelLogEntry.objects.for_instance(contact)
    assert (line.user, line.action) == (user, "contacts.change")
    assert line.data["changes"] == {"phone": ["06", ""], "tags": [["pers"], ["kern"]]}
    assert patch(client, make_token(), f"/api/contacts/{contact.pk}", {}).status_code == 200
    assert ModelLogEntry.objects.for_instance(contact).count() == 1


def test_address_changes_with_its_key_and_is_not_somebody_elses(client, token):
    make_contact(email="taken@example.org")
    contact = make_contact(email="oud@example.org")
    path = f"/api/contacts/{contact.pk}"
    assert patch(client, token, path, {"email": "nieuw@example.org"}).status_code == 200
    taken = patch(client, token, path, {"email": "TAKEN@example.org"})
    assert (taken.status_code, taken.json()["code"]) == (409, "address_taken")
    contact.refresh_from_db()
    assert (contact.address_key, contact.address_hash) == (
        "nieuw@example.org",
        address_hash("nieuw@example.org"),
    )
    nobody = {"email": "", "given_name": "", "family_name": "", "initials": ""}
    assert patch(client, token, path, nobody).json()["errors"][0]["code"] == "nobody"


def test_deleting_a_contact_erases_the_person_once(client, token):
    contact = make_contact(email="amina@example.org")
    make_representation(contact)
    path = f"/api/contacts/{contact.pk}"
    assert client.delete(path, **bearer(token)).status_code == 204
    assert client.delete(path, **bearer(token)).status_code == 404
    assert client.get(path, **bearer(token)).status_code == 404
    assert patch(client, token, path, {"phone": "06"}).status_code == 404
    contact.refresh_from_db()
    assert (contact.erased_at is None, contact.email, contact.sort_key) == (False, "", "")
    (row,) = Suppression.objects.all()
    assert (row.address_hash, row.reason, row.source) == (
        address_hash("amina@example.org"),
        "erased",
        "api",
    )


def test_who_may_change_people_may_not_erase_them_without_the_permission(client):
    permissions = ["wagtailadmin.access_admin", "contacts.view_contact", "contacts.change_contact"]
    contact = make_contact()
    token = make_token(user=make_user(permissions=permissions))
    assert client.delete(f"/api/contacts/{contact.pk}", **bearer(token)).status_code == 403
    contact.refresh_from_db()
    assert contact.erased_at is None


def test_merged_person_names_whom_into(client, token):
    stayed = make_contact()
    gone = make_contact(email="oud@example.org", merged_into=stayed)
    response = client.get(f"/api/contacts/{gone.pk}", **bearer(token))
    body = response.json()
    assert (response.status_code, body["code"], body["merged_into"]) == (404, "merged", stayed.pk)
    assert found(client, token, "email=oud@example.org") == [stayed.pk]
    assert found(client, token, "") == [stayed.pk]


def test_contacts_are_listed_page_by_page(client, token):
    ids = [make_contact().pk for _n in range(3)]
    make_contact(email="", erased_at=timezone.now())
    first = client.get("/api/contacts?limit=2", **bearer(token)).json()
    rest = client.get(f"/api/contacts?limit=2&cursor={first['next']}", **bearer(token)).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ids
    assert (first["count"], rest["next"]) == (3, None)


def test_contacts_are_searched_in_names_addresses_and_organisations(client, token):
    amina = make_contact(given_name="Amina", family_name="Berg", email="x@example.org")
    wilg = make_representation(amina, make_organisation(name="Wilg")).organisation
    make_alias(wilg, "Boomvrienden")
    make_contact(given_name="Bo", family_name="Amstel", email="bo@example.org")
    for text in ("amina berg", "berg wilg", "boom", "x@example"):
        assert found(client, token, f"q={text}") == [amina.pk]
    assert found(client, token, "q=amina amstel") == []


def test_contacts_are_narrowed_by_what_holds_today(client, token):
    theme, community = make_theme(slug="migratie"), make_community(slug="werk")
    member = make_representation(organisation=make_member(themes=(theme,)))
    make_place(community, member.organisation)
    other = make_contact(language="en", tags=["pers"], email="bo@example.org")
    make_representation(
        other, member.organisation, valid_until=timezone.localdate() - timedelta(days=1)
    )
    one, two = member.contact.pk, other.pk
    assert found(client, token, "member=true") == [one]
    assert found(client, token, "member=false") == [two]
    assert found(client, token, "theme=migratie") == [one]
    assert found(client, token, "community=werk") == [one]
    assert found(client, token, f"organisation={member.organisation.pk}") == [one]
    assert found(client, token, "language=en") == [two]
    assert found(client, token, "tag=pers") == [two]
    assert found(client, token, "email=BO@example.org") == [two]
    assert found(client, token, "email=niemand") == []
    assert found(client, token, "theme=geen") == []


@pytest.mark.database
def test_a_very_long_search_finds_nothing(client, token):
    make_contact()
    response = client.get("/api/contacts", {"q": "x" * 60_000}, **bearer(token))
    assert response.json()["items"] == []


def test_person_speaks_for_another_organisation_until_a_day(client, token):
    contact, organisation = make_contact(), make_organisation(name="Wilg")
    path = f"/api/contacts/{contact.pk}/representations"
    response = post(client, token, path, {"organisation": organisation.pk, "role": "alternate"})
    place = Representation.objects.get()
    today = timezone.localdate()
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": place.pk,
            "contact": contact.pk,
            "organisation": organisation.pk,
            "name": "Wilg",
            "function": "",
            "role": "alternate",
            "valid_from": str(today),
            "valid_until": None,
        },
    )
    again = post(client, token, path, {"organisation": organisation.pk, "valid_from": "2031-01-01"})
    assert (again.status_code, again.json()["code"]) == (409, "period_overlaps")
    ended = patch(client, token, f"/api/representations/{place.pk}", {"valid_until": str(today)})
    assert (ended.status_code, ended.json()["role"]) == (200, "alternate")
    later = {"organisation": organisation.pk, "valid_from": str(today + timedelta(days=1))}
    assert post(client, token, path, later).status_code == 201
    listed = client.get(path, **bearer(token)).json()["items"]
    assert [each["valid_until"] for each in listed] == [str(today), None]
    assert ModelLogEntry.objects.for_instance(contact).count() == 3


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "organisation"),
        ({"organisation": 99}, 422, "organisation"),
        ({"organisation": "Wilg"}, 422, "organisation"),
        ({"role": "boss"}, 422, "role"),
        ({"valid_from": "2020-01-02", "valid_until": "2020-01-01"}, 422, "valid_until"),
        ({"valid_from": "gisteren"}, 422, "valid_from"),
        ({"functie": "x"}, 422, "functie"),
    ],
)
def test_wrong_representation_names_the_field_and_stores_nothing(
    client, token, body, status, field
):
    contact, organisation = make_contact(), make_organisation()
    if body and "organisation" not in body:
        body = body | {"organisation": organisation.pk}
    response = post(client, token, f"/api/contacts/{contact.pk}/representations", body)
    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not Representation.objects.exists()


def test_representation_of_somebody_who_is_gone_is_404(client, token):
    gone = make_contact(merged_into=make_contact())
    place = make_representation(gone)
    body = {"organisation": make_organisation().pk}
    assert post(client, token, f"/api/contacts/{gone.pk}/representations", body).status_code == 404
    path = f"/api/representations/{place.pk}"
    assert patch(client, token, path, {"function": "x"}).status_code == 404
    place.refresh_from_db()
    assert place.function == ""


def _fill(size: int) -> None:
    """Members with their people, written in bulk."""
    start = Organisation.objects.count()
    numbers = range(start, start + size)
    theme = make_theme()
    organisations = Organisation.objects.bulk_create(
        Organisation(name=f"O{n}", name_key=f"o{n}", slug=f"o{n}") for n in numbers
    )
    places = Organisation.themes.through
    places.objects.bulk_create(places(organisation=each, theme=theme) for each in organisations)
    people = Contact.objects.bulk_create(
        Contact(given_name="Amina", family_name=f"Berg{n}", tags=["kern"], created_at=NOW)
        for n in numbers
    )
    Representation.objects.bulk_create(
        Representation(contact=who, organisation=organisation)
        for who, organisation in zip(people, organisations, strict=True)
    )
    Suppression.objects.bulk_create(
        Suppression(
            address_hash=f"{n:064}", scope="all", reason="manual", source="api", created_at=NOW
        )
        for n in numbers
    )


@pytest.mark.parametrize(
    "path",
    [
        "/api/contacts?limit=200",
        "/api/contacts?limit=200&q=amina&tag=kern&member=false&language=nl",
        "/api/organisations?limit=200",
        "/api/organisations?limit=200&q=o&member=false&kind=other&country=NL",
        "/api/themes?limit=200",
        "/api/suppressions?limit=200",
    ],
)
def test_list_takes_as_many_queries_for_a_thousand_rows_as_for_one(client, token, path):
    _fill(1)
    client.get(path, **bearer(token))
    counts = []
    for size in (0, 999):
        _fill(size)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path, **bearer(token)).status_code == 200
        counts.append(len(queries))
    assert (Contact.objects.count(), Suppression.objects.count()) == (1000, 1000)
    assert counts[0] == counts[1]

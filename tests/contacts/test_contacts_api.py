"""People, organisations and imports over the HTTP API."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, ContactImport, Organisation, Representation
from contacts.services.imports import run_import
from tests.factories.base import bearer, make_token, make_user
from tests.factories.contacts import (
    make_alias,
    make_contact,
    make_mail_domain,
    make_member,
    make_membership,
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


def upload(
    client: Client, token: str, content: bytes, name: str = "mensen.csv", **fields: str
) -> Any:
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post("/api/contacts/imports", {"file": file, **fields}, **bearer(token))


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
        "form_of_address": "je",
        "address_source": "beursformulier",
        "tags": [],
        "organisations": [
            {
                "organisation": organisation.pk,
                "name": "Wilg",
                "function": "directeur",
                "role": "primary",
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
        (
            {"email": "a@example.org", "organisations": [{"organisation": 99}]},
            422,
            "organisations",
            "reference_unknown",
        ),
        ({"email": "a@example.org", "phone": "x" * 41}, 422, "phone", "string_too_long"),
        ({"email": "a@example.org", "form_of_address": "gij"}, 422, "form_of_address", "enum"),
    ],
)
def test_wrong_contact_names_the_field_and_stores_nothing(client, token, body, status, field, code):
    make_contact(email="taken@example.org")
    response = post(client, token, "/api/contacts", body)
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert Contact.objects.count() == 1


def test_contacts_are_listed_page_by_page(client, token):
    ids = [make_contact().pk for _n in range(3)]
    make_contact(email="", erased_at=timezone.now())
    first = client.get("/api/contacts?limit=2", **bearer(token)).json()
    rest = client.get(f"/api/contacts?limit=2&cursor={first['next']}", **bearer(token)).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ids
    assert (first["count"], rest["next"]) == (3, None)


def test_contacts_are_searched_in_names_and_addresses(client, token):
    amina = make_contact(given_name="Amina", family_name="Berg", email="x@example.org")
    make_contact(given_name="Bo", family_name="Amstel", email="bo@example.org")
    found = client.get("/api/contacts?q=amina berg", **bearer(token)).json()
    assert [each["id"] for each in found["items"]] == [amina.pk]


@pytest.mark.database
def test_a_very_long_search_finds_nothing(client, token):
    make_contact()
    found = client.get("/api/contacts", {"q": "x" * 60_000}, **bearer(token))
    assert found.json()["items"] == []


def _queries(client, token, path) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, **bearer(token)).status_code == 200
    return len(queries)


def test_lists_ask_the_database_no_more_for_more_rows(client, token):
    paths = ("/api/contacts", "/api/organisations")
    client.get(paths[0], **bearer(token))
    counts = []
    for size in (1, 2):
        for _n in range(size):
            member = make_member(themes=(make_theme(),))
            make_alias(member, f"Alias {member.pk}")
            make_mail_domain(member, f"d{member.pk}.example.org")
            make_representation(organisation=member)
        counts.append([_queries(client, token, path) for path in paths])
    assert counts[0] == counts[1]


def test_organisation_is_added_with_all_that_belongs_to_it(client, token):
    make_theme(slug="migratie")
    response = post(
        client,
        token,
        "/api/organisations",
        {
            "name": "Stichting Wilg",
            "kind": "diaspora",
            "themes": ["migratie"],
            "aliases": ["Wilg", "WILG"],
            "mail_domains": ["@Wilg.example.org"],
            "memberships": [{"valid_from": "2020-01-01"}],
        },
    )
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": Organisation.objects.get().pk,
            "name": "Stichting Wilg",
            "slug": "stichting-wilg",
            "kind": "diaspora",
            "country": "NL",
            "website": "",
            "reviewed": True,
            "themes": ["migratie"],
            "aliases": ["WILG"],
            "mail_domains": ["wilg.example.org"],
            "memberships": [{"kind": "member", "valid_from": "2020-01-01", "valid_until": None}],
        },
    )


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"name": "WILG"}, 409, "name"),
        ({"name": ""}, 422, "name"),
        ({"name": " "}, 422, "name"),
        ({"themes": ["geen"]}, 422, "themes"),
        ({"mail_domains": ["wilg.example.org"]}, 422, "mail_domains"),
        ({"mail_domains": ["geen domein"]}, 422, "mail_domains"),
        ({"website": "javascript:alert(1)"}, 422, "website"),
        ({"country": "Nederland"}, 422, "country"),
        (
            {"memberships": [{"valid_from": "2020-01-01", "valid_until": "2019-01-01"}]},
            422,
            "",
        ),
    ],
)
def test_wrong_organisation_names_the_field_and_stores_nothing(
    client, token, change, status, field
):
    make_mail_domain(make_organisation(name="Wilg"), "wilg.example.org")
    response = post(client, token, "/api/organisations", {"name": "Nieuw"} | change)
    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert Organisation.objects.count() == 1


def test_organisations_are_narrowed_by_text_membership_and_theme(client, token):
    theme = make_theme(slug="migratie")
    member = make_member(name="Wilg", themes=(theme,))
    make_alias(member, "Boomvrienden")
    former = make_organisation(name="Water")
    make_membership(former, valid_until="2021-01-01")

    def found(query: str) -> list[str]:
        items = client.get(f"/api/organisations?{query}", **bearer(token)).json()["items"]
        return [each["name"] for each in items]

    assert found("q=boom") == ["Wilg"]
    assert found("member=true") == ["Wilg"]
    assert found("member=false") == ["Water"]
    assert found("theme=migratie") == ["Wilg"]
    assert found("") == ["Wilg", "Water"]


def test_import_is_kept_for_the_worker_and_then_reported(client, token):
    content = "E-mail;Voornaam;Organisatie\r\nrenee@example.org;Renée;Wilg\r\n;;\r\nkapot;x;\r\n"
    response = upload(
        client,
        token,
        content.encode("windows-1252"),
        dry_run="false",
        options=json.dumps({"language": "en"}),
    )
    staged = ContactImport.objects.get()
    path = f"/api/contacts/imports/{staged.pk}"
    assert (response.status_code, response.json()) == (202, {"id": staged.pk})
    assert client.get(path, **bearer(token)).json()["state"] == "staged"
    assert not Contact.objects.exists()
    run_import(import_id=staged.pk, now=timezone.now(), pause=lambda seconds: None)
    assert client.get(path, **bearer(token)).json() == {
        "id": staged.pk,
        "state": "done",
        "dry_run": False,
        "file_name": "mensen.csv",
        "mapping": [
            {"column": "E-mail", "field": "email"},
            {"column": "Voornaam", "field": "given_name"},
            {"column": "Organisatie", "field": "organisation"},
        ],
        "row_count": 2,
        "done_count": 2,
        "counts": {"created": 1, "updated": 0, "unchanged": 0, "conflict": 0, "skipped": 1},
        "rows": [
            {
                "row": 2,
                "outcome": "created",
                "code": "organisation_new",
                "reason": "New organisation: Wilg.",
            },
            {
                "row": 4,
                "outcome": "skipped",
                "code": "address_invalid",
                "reason": "Enter an e-mail address with an @ in it, such as name@example.org.",
            },
        ],
        "error": "",
    }
    assert Representation.objects.get().contact.given_name == "Renée"


@pytest.mark.parametrize(
    ("content", "name", "fields", "field"),
    [
        (b"PK\x03\x04", "mensen.xlsx", {}, "file"),
        (b"naam\nAmina\n", "mensen.csv", {}, "file"),
        (b"e-mail\n" + b"a" * (10 * 1024 * 1024), "mensen.csv", {}, "file"),
        (b"e-mail\n\x81\n", "mensen.csv", {}, "file"),
        (b"e-mail\na@example.org\n", "mensen.csv", {"options": "no json"}, "options"),
        (b"e-mail\na@example.org\n", "mensen.csv", {"options": "[]"}, "options"),
        (b"e-mail\na@example.org\n", "mensen.csv", {"options": '{"x": 1}'}, "options.x"),
        (
            b"e-mail\na@example.org\n",
            "mensen.csv",
            {"options": '{"language": []}'},
            "options.language",
        ),
        (b"e-mail\na@example.org\n", "mensen.csv", {"options": "[" * 100_000}, "options"),
        (b"e-mail\na@example.org\n", "mensen.csv", {"dry_run": "perhaps"}, "dry_run"),
        (b"e-mail\na@example.org\n", "mensen.csv", {"dryrun": "true"}, "dryrun"),
    ],
)
def test_import_that_cannot_be_read_is_422_and_not_kept(
    client, token, content, name, fields, field
):
    response = upload(client, token, content, name, **fields)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not ContactImport.objects.exists()


def test_import_without_a_file_is_422(client, token):
    response = client.post("/api/contacts/imports", {"dry_run": "true"}, **bearer(token))
    assert [error["field"] for error in response.json()["errors"]] == ["file"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/contacts"),
        ("get", "/api/contacts/1"),
        ("post", "/api/contacts"),
        ("get", "/api/organisations"),
        ("get", "/api/organisations/1"),
        ("post", "/api/organisations"),
        ("post", "/api/contacts/imports"),
        ("get", "/api/contacts/imports/1"),
    ],
)
def test_every_call_asks_for_a_token_with_its_scope_and_permission(client, method, path):
    ask = getattr(client, method)
    assert ask(path).status_code == 401
    assert ask(path, **bearer(make_token("sessions:read"))).status_code == 403
    powerless = make_token(user=make_user(permissions=["wagtailadmin.access_admin"]))
    assert ask(path, **bearer(powerless)).status_code == 403

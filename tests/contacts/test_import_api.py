"""Imports over the HTTP API and from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from contacts.enums import ImportState
from contacts.models import Contact, ContactImport, Organisation, Representation
from contacts.services.imports import run_import
from tests.contacts.workbooks import workbook
from tests.factories.base import bearer, make_token, make_user
from tests.factories.contacts import NOW, make_contact

pytestmark = pytest.mark.django_db

PATH = "/api/contacts/imports"
PEOPLE = b"e-mail\na@example.org\n"
BOOK = workbook(
    Leden=[["E-mail"], ["a@example.org"]], Oud=[["Adres", "Naam"], ["b@example.org", "Bo Berg"]]
)


@pytest.fixture
def token():
    return make_token("contacts:read", "contacts:write")


def upload(
    client: Client, token: str, content: bytes, name: str = "mensen.csv", **fields: Any
) -> Any:
    if isinstance(fields.get("options"), dict):
        fields["options"] = json.dumps({"language": "en"} | fields["options"])
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(PATH, {"file": file, **fields}, **bearer(token))


def run() -> ContactImport:
    """The import that was uploaded last, run by the worker."""
    staged = ContactImport.objects.latest("pk")
    return run_import(import_id=staged.pk, now=timezone.now(), pause=lambda seconds: None)


def test_import_is_kept_for_the_worker_and_then_reported(client, token):
    content = "E-mail;Voornaam;Organisatie\r\nrenee@example.org;Renée;Wilg\r\n;;\r\nkapot;x;\r\n"
    response = upload(client, token, content.encode("windows-1252"), dry_run="false", options={})
    staged = ContactImport.objects.get()
    path = f"{PATH}/{staged.pk}"
    assert (response.status_code, response.json()) == (202, {"id": staged.pk})
    assert client.get(path, **bearer(token)).json()["state"] == "staged"
    assert not Contact.objects.exists()
    run()
    assert client.get(path, **bearer(token)).json() == {
        "id": staged.pk,
        "state": "done",
        "dry_run": False,
        "file_name": "mensen.csv",
        "sheet": "",
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
                "people": [],
            },
            {
                "row": 4,
                "outcome": "skipped",
                "code": "address_invalid",
                "reason": "Enter an e-mail address with an @ in it, such as name@example.org.",
                "people": [],
            },
        ],
        "next": None,
        "error": "",
    }
    assert Representation.objects.get().contact.given_name == "Renée"


def test_workbook_is_imported_with_its_sheet_and_mapping(client, token):
    options = {"sheet": "Oud", "mapping": {"Adres": "email", "Naam": ""}}
    assert upload(client, token, BOOK, "leden.xlsx", options=options).status_code == 202
    done = run()
    assert (done.sheet, done.counts["created"]) == ("Oud", 1)
    contact = Contact.objects.get()
    assert (contact.email, contact.full_name) == ("b@example.org", "")


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        (b"PK\x03\x04", {}, "file"),
        (b"naam\nAmina\n", {}, "file"),
        (b"e-mail\n" + b"a" * (10 * 1024 * 1024), {}, "file"),
        (b"e-mail\n\x81\n", {}, "file"),
        (b"e-mail\n" + b"a@example.org\n" * 50_001, {}, "file"),
        (PEOPLE, {"options": "no json"}, "options"),
        (PEOPLE, {"options": "[]"}, "options"),
        (PEOPLE, {"options": "[" * 100_000}, "options"),
        (PEOPLE, {"options": {"x": 1}}, "options.x"),
        (PEOPLE, {"options": {"language": []}}, "options.language"),
        (PEOPLE, {"options": {"fill_organisation": "yes"}}, "options.fill_organisation"),
        (PEOPLE, {"options": {"mapping": ["email"]}}, "options.mapping"),
        (PEOPLE, {"options": {"mapping": {"e-mail": 1}}}, "options.mapping"),
        (PEOPLE, {"options": {"mapping": {"e-mail": "shoe size"}}}, "options.mapping"),
        (PEOPLE, {"options": {"mapping": {"adres": "email"}}}, "options.mapping"),
        (PEOPLE, {"options": {"mapping": {"e-mail": ""}}}, "options.mapping"),
        (PEOPLE, {"options": {"sheet": "Oud"}}, "options.sheet"),
        (BOOK, {"options": {"sheet": "Nieuw"}}, "options.sheet"),
        (BOOK, {"options": {"sheet": 1}}, "options.sheet"),
        (PEOPLE, {"dry_run": "perhaps"}, "dry_run"),
        (PEOPLE, {"dryrun": "true"}, "dryrun"),
    ],
)
def test_import_that_cannot_be_is_422_and_not_kept(client, token, content, fields, field):
    response = upload(client, token, content, **fields)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert all(error["message"] for error in response.json()["errors"])
    assert not ContactImport.objects.exists()


def test_import_without_a_file_is_422(client, token):
    response = client.post(PATH, {"dry_run": "true"}, **bearer(token))
    assert [error["field"] for error in response.json()["errors"]] == ["file"]


def test_rows_are_given_page_by_page_and_by_outcome(client, token):
    known = make_contact(email="c@example.org", given_name="Carla", family_name="Wilg")
    text = "e-mail;naam\na@example.org;A\nkapot;B\nc@example.org;Bo Berg\nd@example.org;D\n"
    upload(client, token, text.encode(), dry_run="true", options={})
    path = f"{PATH}/{run().pk}"

    def rows(**query: str) -> tuple[list[int], str | None]:
        answer = client.get(path, query, **bearer(token)).json()
        return [row["row"] for row in answer["rows"]], answer["next"]

    assert rows() == ([2, 3, 4, 5], None)
    assert rows(rows="changed") == ([2, 5], None)
    assert rows(rows="left_out") == ([3, 4], None)
    assert rows(rows="none") == ([], None)
    assert rows(limit="3") == ([2, 3, 4], "4")
    assert rows(limit="3", cursor="4") == ([5], None)
    assert rows(limit="1", cursor="2", rows="changed") == ([5], None)
    answer = client.get(path, {"rows": "left_out"}, **bearer(token)).json()
    assert [row["people"] for row in answer["rows"]] == [[], [known.pk]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"limit": "0"}, 400),
        ({"limit": "5001"}, 400),
        ({"cursor": "x"}, 400),
        ({"cursor": "-1"}, 400),
        ({"cursor": "9" * 30}, 400),
        ({"page": "2"}, 400),
        ({"rows": "some"}, 422),
        ({"limit": "x"}, 422),
    ],
)
def test_rows_that_cannot_be_asked_for_are_refused(client, token, query, status):
    upload(client, token, PEOPLE)
    response = client.get(f"{PATH}/{ContactImport.objects.get().pk}", query, **bearer(token))
    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == list(query)


def test_import_is_stopped_once(client, token):
    upload(client, token, PEOPLE)
    path = f"{PATH}/{ContactImport.objects.get().pk}/cancel"
    response = client.post(path, **bearer(token))
    assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    again = client.post(path, **bearer(token))
    assert (again.status_code, again.json()["code"]) == (409, "import_moved")
    assert run().state == ImportState.CANCELLED
    assert not Contact.objects.exists()


def test_import_is_undone_once_by_the_worker(client, token):
    upload(client, token, b"e-mail;organisatie\na@example.org;Wilg\n")
    done = run()
    path = f"{PATH}/{done.pk}/undo"
    response = client.post(path, **bearer(token))
    assert (response.status_code, response.json()["state"]) == (202, "undoing")
    assert run().state == ImportState.UNDONE
    assert (Contact.objects.count(), Organisation.objects.count()) == (0, 0)
    again = client.post(path, **bearer(token))
    assert (again.status_code, again.json()["code"]) == (409, "import_moved")


def test_import_of_days_ago_is_not_undone(client, token):
    upload(client, token, PEOPLE)
    done = run()
    ContactImport.objects.update(finished_at=NOW)
    response = client.post(f"{PATH}/{done.pk}/undo", **bearer(token))
    assert (response.status_code, response.json()["code"]) == (409, "undo_too_late")
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", PATH),
        ("get", f"{PATH}/1"),
        ("post", f"{PATH}/1/cancel"),
        ("post", f"{PATH}/1/undo"),
    ],
)
def test_every_call_asks_for_a_token_with_its_scope_and_permission(client, method, path):
    ask = getattr(client, method)
    assert ask(path).status_code == 401
    assert ask(path, **bearer(make_token("sessions:read"))).status_code == 403
    powerless = make_token(user=make_user(permissions=["wagtailadmin.access_admin"]))
    assert ask(path, **bearer(powerless)).status_code == 403


@pytest.mark.parametrize("act", ["", "/cancel", "/undo"])
def test_import_that_is_not_there_is_404(client, token, act):
    ask = client.post if act else client.get
    assert ask(f"{PATH}/1{act}", **bearer(token)).status_code == 404


# --- the command ------------------------------------------------------------------------------


def test_command_reads_a_sheet_with_columns_as_they_are_named(tmp_path: Path, capsys):
    file = tmp_path / "leden.xlsx"
    file.write_bytes(BOOK)
    call_command("import_contacts", str(file), "--sheet", "Oud", "--map", "Adres=email", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["mapping"] == [
        {"column": "Adres", "field": "email"},
        {"column": "Naam", "field": "name"},
    ]
    assert Contact.objects.get().full_name == "Bo Berg"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sheet", "Nieuw"],
        ["--map", "Adres"],
        ["--map", "Adres=email"],
        ["--map", "E-mail=schoenmaat"],
        ["--map", "E-mail="],
    ],
)
def test_command_refuses_what_is_not_in_the_file(tmp_path: Path, arguments):
    file = tmp_path / "leden.xlsx"
    file.write_bytes(BOOK)
    with pytest.raises(CommandError):
        call_command("import_contacts", str(file), *arguments)
    assert not ContactImport.objects.exists()

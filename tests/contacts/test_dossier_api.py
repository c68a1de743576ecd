"""The timeline of a person and the copy of what is held of them, over the API."""

import json

import pytest
from wagtail.models import ModelLogEntry

from contacts.models import Contact
from tests.factories.base import bearer, make_token, make_user
from tests.factories.contacts import NOW, make_contact
from tests.factories.dossiers import make_dossier

pytestmark = pytest.mark.django_db


def exports(contact: Contact) -> list[tuple[str, str]]:
    rows = ModelLogEntry.objects.filter(object_id=str(contact.pk), action="contacts.export")
    return [(row.user.username, row.data["detail"]) for row in rows.order_by("pk")]


def test_api_gives_the_timeline_page_by_page(client):
    found = make_dossier()
    path = f"/api/contacts/{found.contact.pk}/timeline"
    headers = bearer(make_token("contacts:read")) | {"HTTP_ACCEPT_LANGUAGE": "en"}
    whole = client.get(path, **headers).json()
    read, cursor = [], ""
    while cursor is not None:
        page = client.get(path, {"limit": 4, "cursor": cursor}, **headers).json()
        read += page["items"]
        cursor = page["next"]

    assert read == whole["items"]
    assert whole["next"] is None
    assert whole["items"][0] == {
        "at": "2026-03-03T01:00:00Z",
        "kind": "mail",
        "text": "Mailing merkteken",
        "detail": "came back: 550 mailbox full merkteken",
        "by": "",
    }
    kinds = client.get(path, {"kind": "moment"}, **headers).json()["items"]
    assert [each["kind"] for each in kinds] == ["moment"]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"cursor": "x"}, "cursor"), ({"limit": 0}, "limit"), ({"limit": 201}, "limit")],
)
def test_api_refuses_a_page_that_is_not_there(client, query, field):
    path = f"/api/contacts/{make_contact().pk}/timeline"
    response = client.get(path, query, **bearer(make_token("contacts:read")))
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_api_shows_of_the_timeline_what_the_owner_of_the_token_may_see(client):
    found = make_dossier()
    user = make_user(permissions=["contacts.view_contact"])
    path = f"/api/contacts/{found.contact.pk}/timeline"
    items = client.get(path, **bearer(make_token("contacts:read", user=user))).json()["items"]
    assert {each["kind"] for each in items} == {"person", "change", "import", "consent", "mail"}


def test_api_exports_all_but_what_is_private_and_logs_who(client):
    found, user = make_dossier(), make_user(is_superuser=True)
    path = f"/api/contacts/{found.contact.pk}/export"

    document = client.get(path, **bearer(make_token("contacts:export", user=user))).json()

    assert document["person"] == found.contact.pk
    assert document["left_out"] == [
        "registrations.attendance_reason",
        "registrations.private_answers",
    ]
    assert "geheim" not in json.dumps(document)
    assert {kind: len(rows) for kind, rows in document["held"].items()} == {
        "person": 2,
        "representations": 1,
        "communities": 1,
        "consents": 1,
        "suppressions": 1,
        "notices": 1,
        "moments": 1,
        "merges": 1,
        "log": 4,
        "invitations": 1,
        "interests": 1,
        "registrations": 1,
        "questions": 1,
        "agreements": 1,
        "polls": 1,
        "mailings": 2,
    }
    assert exports(found.contact) == [(user.username, "API")]


def test_api_asks_for_scope_permission_and_somebody_who_is_there(client):
    contact = make_contact()
    erased = make_contact(email="", erased_at=NOW)
    looker = make_user(permissions=["contacts.view_contact"])
    path = f"/api/contacts/{contact.pk}"
    assert client.get(f"{path}/timeline").status_code == 401
    assert client.get(f"{path}/export").status_code == 401
    reading, exporting = make_token("contacts:read"), make_token("contacts:export")
    assert client.get(f"{path}/timeline", **bearer(exporting)).status_code == 403
    assert client.get(f"{path}/export", **bearer(reading)).status_code == 403
    narrow = make_token("contacts:export", user=looker)
    assert client.get(f"{path}/export", **bearer(narrow)).status_code == 403
    assert exports(contact) == []
    for name, token in (("timeline", reading), ("export", exporting)):
        gone = f"/api/contacts/{erased.pk}/{name}"
        assert client.get(gone, **bearer(token)).status_code == 404
        nobody = f"/api/contacts/987654/{name}"
        assert client.get(nobody, **bearer(token)).status_code == 404

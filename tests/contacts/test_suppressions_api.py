"""Who must not be mailed, over the HTTP API."""

import pytest

from contacts.addresses import address_hash
from contacts.models import Suppression
from tests.contacts.test_contacts_api import post
from tests.factories.base import bearer, make_token
from tests.factories.contacts import make_contact, make_suppression

pytestmark = pytest.mark.django_db

PATH = "/api/suppressions"


@pytest.fixture
def token():
    return make_token("contacts:read", "contacts:write")


def test_mail_to_an_address_is_stopped_known_or_not(client, token):
    body = {"address": "Bo@Example.org", "scope": "all", "reason": "objection"}
    response = post(client, token, PATH, body)
    again = post(client, token, PATH, body)
    row = Suppression.objects.get()
    assert row.address_hash == address_hash("bo@example.org")
    told = response.json()
    assert told.pop("created_at")
    assert (response.status_code, again.status_code, told) == (
        201,
        201,
        {
            "id": row.pk,
            "scope": "all",
            "purpose": "",
            "topic": "",
            "reason": "objection",
            "source": "api",
        },
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": "geen adres"}, "address"),
        ({"address": ""}, "address"),
        ({"scope": "some"}, "scope"),
        ({"scope": "all"}, "purpose"),
        ({"scope": "all", "purpose": None, "topic": "water"}, "purpose"),
        ({"purpose": None}, "purpose"),
        ({"purpose": "service"}, "purpose"),
        ({"purpose": "coalition"}, "purpose"),
        ({"topic": "water"}, "purpose"),
        ({"reason": "erased"}, "reason"),
        ({"reason": "hard_bounce"}, "reason"),
        ({"reason": None}, "reason"),
        ({"email": "x"}, "email"),
    ],
)
def test_wrong_suppression_names_the_field_and_stops_nothing(client, token, change, field):
    body = {
        "address": "bo@example.org",
        "scope": "purpose",
        "purpose": "invitations",
        "reason": "manual",
    }
    response = post(client, token, PATH, body | change)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not Suppression.objects.exists()


def test_suppressions_are_looked_up_by_address_and_tell_no_address(client, token):
    amina, bo = make_contact(email="amina@example.org"), make_contact(email="bo@example.org")
    first = make_suppression(amina, scope="purpose", purpose="invitations")
    second = make_suppression(bo, reason="complaint", source="mail")

    def found(query: str) -> list[int]:
        response = client.get(f"{PATH}?{query}", **bearer(token))
        text = response.content.decode()
        assert [each for each in ("example.org", amina.address_hash) if each in text] == []
        return [each["id"] for each in response.json()["items"]]

    assert found("") == [first.pk, second.pk]
    assert found("address=AMINA@example.org") == [first.pk]
    assert found("address=niemand") == []
    assert found("purpose=invitations") == found("scope=purpose") == [first.pk]
    assert found("reason=complaint") == found("source=mail") == [second.pk]
    assert found("topic=water") == []
    told = client.get(f"{PATH}/{first.pk}", **bearer(token))
    assert (told.json()["id"], "example.org" in told.content.decode()) == (first.pk, False)


@pytest.mark.parametrize("method", ["delete", "put", "patch"])
def test_nothing_revives_an_address(client, token, method):
    row = make_suppression(make_contact())
    response = getattr(client, method)(f"{PATH}/{row.pk}", **bearer(token))
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert response["Content-Type"] == "application/problem+json"
    assert getattr(client, method)(PATH, **bearer(token)).status_code == 405
    assert Suppression.objects.count() == 1

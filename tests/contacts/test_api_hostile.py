"""Every call of this room's HTTP API against what nobody should send.

The calls are read from the API's own description: a new one is tried without a line here.
"""

import json
import re
from typing import Any

import pytest
from django.apps import apps

from config.api import api
from contacts.models import Contact, ContactImport
from tests.factories.base import bearer, make_token, make_user
from tests.factories.communities import make_community, make_moment, make_place
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_membership,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

#: Larger than the database's own numbers, and no id of anything.
HUGE = 2**70

VALUES = [
    None,
    True,
    -1,
    HUGE,
    1e308,
    "",
    "x" * 100_000,
    "a\x00b",
    "\ud800",
    "2026-13-40",
    "0001-01-01",
    "'; DROP TABLE contacts_contact; --",
    "%",
    "\u202e\u200f",
    [],
    ["x"] * 1001,
    [None],
    {},
    {"$ne": None},
]

BODIES = [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a": 1, "a": 2}']

SCHEMA = api.get_openapi_schema(path_prefix="/api")
CALLS = [
    (method, path, operation)
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
    if "contacts" in operation.get("tags", ())
]
IDS = [f"{method} {path}" for method, path, _operation in CALLS]


@pytest.fixture
def scene() -> dict[str, int]:
    """One row of each kind, by the name of its id in an address."""
    contact = make_contact(email="amina@example.org", given_name="Amina", family_name="Berg")
    place = make_representation(contact, make_organisation(name="Wilg"))
    community = make_community()
    make_place(community, place.organisation)
    make_moment(contact=contact)
    make_consent(contact)
    return {
        "contact_id": contact.pk,
        "organisation_id": place.organisation.pk,
        "representation_id": place.pk,
        "membership_id": make_membership(place.organisation).pk,
        "community_id": community.pk,
        "theme_id": make_theme().pk,
        "suppression_id": make_suppression(contact).pk,
        "import_id": ContactImport.objects.create(file_name="mensen.csv", created_at=NOW).pk,
    }


def address(path: str, ids: dict[str, int], number: int | None = None) -> str:
    return re.sub(r"{(\w+)}", lambda found: str(number or ids[found[1]]), path)


def properties(operation: dict[str, Any]) -> dict[str, Any]:
    """What may stand in the body, by name."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return {}
    name = content["schema"]["$ref"].rpartition("/")[2]
    return dict(SCHEMA["components"]["schemas"][name]["properties"])


def stored() -> dict[str, int]:
    """How many rows there are of everything in this room."""
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_app_config("contacts").get_models()
    }


def ask(client, method: str, path: str, token: str, **values: Any) -> Any:
    return client.generic(method.upper(), path, **values, **bearer(token))


def is_refused(response: Any) -> bool:
    """Whether it is refused, and as it should be. A server error fails by itself."""
    if response.status_code < 400:
        return False
    assert response["Content-Type"] == "application/problem+json"
    assert 400 <= response.status_code < 500
    return True


def test_the_calls_are_found():
    assert len(CALLS) > 30
    nouns = {path.split("/")[2] for _method, path, _operation in CALLS}
    assert {"contacts", "organisations", "communities", "themes", "suppressions"} <= nouns


@pytest.mark.parametrize(("method", "path", "operation"), CALLS, ids=IDS)
def test_call_asks_for_a_token_with_its_scope_and_permission(
    client, scene, method, path, operation
):
    url = address(path, scene)
    powerless = make_user(permissions=["wagtailadmin.access_admin"])
    before = stored()
    assert client.generic(method.upper(), url).status_code == 401
    assert ask(client, method, url, make_token("sessions:read")).status_code == 403
    assert ask(client, method, url, make_token(user=powerless)).status_code == 403
    assert stored() == before


@pytest.mark.parametrize(("method", "path", "operation"), CALLS, ids=IDS)
def test_what_is_not_known_is_refused(client, scene, method, path, operation):
    token = make_token()
    before = stored()
    url = address(path, scene)
    assert ask(client, method, f"{url}?geen=1", token).status_code == 400
    if "{" in path:
        for number in (999_999, HUGE, 10**500):
            assert ask(client, method, address(path, scene, number), token).status_code in (
                404,
                422,
            )
    for body in (*BODIES, b'{"geen": 1}', b'{"tekst": "\\u0000"}') if properties(operation) else ():
        response = ask(client, method, url, token, data=body, content_type="application/json")
        assert is_refused(response)
    assert stored() == before


@pytest.mark.parametrize(("method", "path", "operation"), CALLS, ids=IDS)
def test_no_value_of_a_parameter_breaks_a_call(client, scene, method, path, operation):
    names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    token = make_token()
    before = stored()
    for name in names:
        for value in (*VALUES, "9" * 30, "1.5", "٣", "-0"):
            text = value if isinstance(value, str) else json.dumps(value)
            query = {name: text.encode("utf-8", "replace").decode()}
            response = client.get(address(path, scene), query, **bearer(token))
            assert response.status_code in (200, 400, 422)
            is_refused(response)
    assert stored() == before


@pytest.mark.parametrize(("method", "path", "operation"), CALLS, ids=IDS)
def test_no_value_of_a_field_breaks_a_call(client, scene, method, path, operation):
    token = make_token()
    url = address(path, scene)
    for name in properties(operation):
        for value in VALUES:
            before = stored()
            body = json.dumps({name: value})
            response = ask(client, method, url, token, data=body, content_type="application/json")
            if is_refused(response):
                assert stored() == before
    assert Contact.objects.get(pk=scene["contact_id"]).erased_at is None

"""Errors of the API: problem details, and nothing unknown is ignored."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from contacts.models import Contact
from tests.factories.base import bearer, make_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def token():
    return make_token()


def post(client: Client, token: str, body: Any, path: str = "/api/contacts") -> Any:
    return client.post(path, body, content_type="application/json", **bearer(token))


def test_unknown_query_parameter_is_400_and_named(client, token):
    response = client.get("/api/contacts?membr=true&limit=1", **bearer(token))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "There is a parameter here that we do not know.",
        "errors": [
            {
                "field": "membr",
                "code": "unknown",
                "message": "Unknown. Known here: community, cursor, email, language, limit, "
                "member, organisation, q, tag, theme.",
            }
        ],
    }


def test_unknown_query_parameter_of_a_call_without_any_is_400(client, token):
    assert post(client, token, {}, "/api/contacts?dry_run=true").status_code == 400


def test_unknown_field_is_422_and_nothing_is_stored(client, token):
    response = post(client, token, {"email": "a@example.org", "naam": "Amina"})
    assert (response.status_code, response.json()["errors"]) == (
        422,
        [{"field": "naam", "code": "unknown", "message": "This field is not known here."}],
    )
    assert not Contact.objects.exists()


def test_unknown_nested_field_is_named_with_its_place(client, token):
    response = post(client, token, {"organisations": [{"organisation": 1, "funtion": "x"}]})
    assert response.json()["errors"] == [
        {
            "field": "organisations.0.funtion",
            "code": "unknown",
            "message": "This field is not known here.",
        }
    ]


def test_every_wrong_field_is_listed(client, token):
    response = post(
        client,
        token,
        {"email": 1, "given_name": "x" * 101, "language": "fr", "organisations": [{}]},
    )
    errors = {error["field"]: error["code"] for error in response.json()["errors"]}
    assert errors == {
        "email": "string_type",
        "given_name": "string_too_long",
        "language": "literal_error",
        "organisations.0.organisation": "required",
    }


@pytest.mark.parametrize("body", ["", "{", '"text"', "[]", "null", '{"email": "a\\u0000"}'])
def test_body_that_is_no_object_is_a_client_error(client, token, body):
    response = post(client, token, body)
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "cursor=9%00", "limit=0", "limit=201"])
def test_cursor_and_limit_out_of_bounds_are_400(client, token, query):
    response = client.get(f"/api/contacts?{query}", **bearer(token))
    assert response.status_code == 400


def test_limit_that_is_no_number_is_422(client, token):
    response = client.get("/api/contacts?limit=many", **bearer(token))
    assert response.json()["errors"] == [
        {"field": "limit", "code": "int_parsing", "message": "This must be a whole number."}
    ]


def test_what_is_not_there_is_404(client, token):
    response = client.get("/api/contacts/99", **bearer(token))
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["detail"] == "This does not exist."


def test_openapi_is_served(client):
    assert client.get("/api/openapi.json").json()["info"]["title"] == "Bijeen"


@pytest.mark.database
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/csv", ""])
def test_nul_is_refused_whatever_the_content_type_says(client, token, content_type):
    body = '{"family_name": "Bos", "tags": ["a\\u0000b"]}'
    answer = client.generic(
        "POST", "/api/contacts", body, content_type=content_type, **bearer(token)
    )
    assert answer.status_code == 400
    assert not Contact.objects.exists()


@pytest.mark.database
@pytest.mark.parametrize("number", [2**63, 10**30, 0])
def test_an_id_that_no_row_can_have_is_a_field_error(client, token, number):
    answer = post(
        client, token, {"family_name": "Bos", "organisations": [{"organisation": number}]}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "organisations.0.organisation"

"""Access tokens: a token may do what its user may, narrowed by its scopes, until it expires."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from base.models import AccessToken
from tests.factories.base import bearer, make_token, make_user

pytestmark = pytest.mark.django_db


def get(client, token: str, path: str = "/api/contacts", **query):
    return client.get(path, query, **bearer(token))


def test_token_opens_what_its_user_may_see(client):
    user = make_user(permissions=["contacts.view_contact"])
    assert get(client, make_token("contacts:read", user=user)).status_code == 200


def test_token_is_not_stored_but_its_hash(client):
    token = make_token("contacts:read")
    row = AccessToken.objects.get()
    assert token.startswith("bijeen_")
    assert token not in str(AccessToken.objects.values())
    assert (len(row.key_hash), row.scopes, row.expires_at) == (64, ["contacts:read"], None)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer bijeen_wrong", "Basic YTpi", "Bearer \x00"]
)
def test_request_without_a_token_is_401_and_says_how(client, header):
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header}
    response = client.get("/api/contacts", **headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


def test_session_cookie_does_not_open_the_api(client):
    client.force_login(make_user(is_superuser=True))
    assert client.get("/api/contacts").status_code == 401


def test_token_of_another_scope_is_403_and_names_the_scope(client):
    response = get(client, make_token("contacts:write"))
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert "contacts:read" in response.json()["detail"]


def test_token_of_a_user_without_permission_is_403(client):
    user = make_user(permissions=["contacts.view_organisation"])
    response = get(client, make_token(user=user))
    assert (response.status_code, response.json()["code"]) == (403, "permission_missing")


def test_expired_token_is_401(client):
    token = make_token("contacts:read", days=1, now=timezone.now() - timedelta(days=2))
    assert get(client, token).status_code == 401


def test_token_of_an_inactive_user_is_401(client):
    user = make_user(is_superuser=True)
    token = make_token(user=user)
    user.is_active = False
    user.save()
    assert get(client, token).status_code == 401


def test_use_of_a_token_is_remembered_by_the_hour(client):
    token = make_token("contacts:read")
    get(client, token)
    first = AccessToken.objects.get().last_used_at
    get(client, token)
    assert AccessToken.objects.get().last_used_at == first is not None


def test_command_prints_a_token_that_works(client, capsys):
    user = make_user(is_superuser=True)
    call_command("api_token", user.email.upper(), "--scope", "contacts:read", "--days", "3")
    token = capsys.readouterr().out.strip()
    assert get(client, token).status_code == 200
    row = AccessToken.objects.get()
    assert row.expires_at == row.created_at + timedelta(days=3)


def test_command_prints_json_with_all_scopes_by_default(capsys):
    user = make_user()
    call_command("api_token", user.username, "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["scopes"], report["token"][:7]) == (["*"], "bijeen_")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody@example.org"],
        ["twice@example.org"],
        ["one@example.org", "--days", "0"],
        ["one@example.org", "--scope", "everything"],
    ],
)
def test_command_refuses_with_a_reason(arguments):
    make_user(email="twice@example.org")
    make_user(email="twice@example.org")
    make_user(email="one@example.org")
    with pytest.raises(CommandError):
        call_command("api_token", *arguments)
    assert not AccessToken.objects.exists()

"""Agreements over the HTTP API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from participation.models import Agreement
from tests.factories.base import bearer, make_token, make_user
from tests.factories.contacts import make_contact, make_organisation
from tests.factories.content import make_session
from tests.factories.participation import make_agreement

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PATH = "/api/agreements"


@pytest.fixture
def organiser():
    """Headers with the token of somebody who may see, add and change agreements."""
    rights = [f"participation.{act}_agreement" for act in ("view", "add", "change")]
    user = make_user(permissions=rights)
    return bearer(make_token("participation:read", "participation:write", user=user))


def _post(client, body, headers):
    return client.post(PATH, body, content_type="application/json", **headers)


def _patch(client, agreement, body, headers):
    path = f"{PATH}/{agreement.pk}"
    return client.patch(path, body, content_type="application/json", **headers)


def _errors(response) -> list[str]:
    assert response.status_code == 422, response.content
    assert response["Content-Type"] == "application/problem+json"
    return [each["field"] for each in response.json()["errors"]]


@pytest.mark.capability("C66")
def test_agreement_is_noted_and_read(client, organiser):
    session, organisation, contact = make_session(), make_organisation(), make_contact()
    body = {
        "text": " De cijfers opsturen ", "session": session.slug, "due": "2020-04-01",
        "organisation": organisation.pk, "contact": contact.pk, "is_public": True,
    }  # fmt: skip
    made = _post(client, body, organiser)
    assert made.status_code == 201
    found = made.json()
    stamps = {name: found.pop(name) for name in ("created_at", "changed_at")}
    assert stamps["created_at"] == stamps["changed_at"]
    assert found == {
        "id": found["id"],
        "text": "De cijfers opsturen",
        "session": session.slug,
        "organisation": organisation.pk,
        "organisation_name": organisation.name,
        "contact": contact.pk,
        "name": contact.full_name,
        "due": "2020-04-01",
        "state": "open",
        "overdue": True,
        "carried_to": None,
        "is_public": True,
    }
    assert client.get(f"{PATH}/{found['id']}", **organiser).json() == found | stamps
    assert client.get(f"{PATH}/999999", **organiser).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": None}, "text"),
        ({"session": "nergens"}, "session"),
        ({"organisation": None}, "organisation"),
        ({"organisation": 10**30}, "organisation"),
        ({"organisation": 999999}, "organisation"),
        ({"contact": 999999}, "contact"),
        ({"due": "31-02-2026"}, "due"),
        ({"is_public": "misschien"}, "is_public"),
        ({"state": "done"}, "state"),
        ({"eigenaar": "x"}, "eigenaar"),
    ],
)
def test_agreement_that_is_not_right_names_the_field_and_is_not_kept(
    client, organiser, wrong, field
):
    body = {"text": "Bellen", "session": make_session().slug}
    body |= {"organisation": make_organisation().pk}
    assert _errors(_post(client, body | wrong, organiser)) == [field]
    assert not Agreement.objects.exists()


def test_erased_person_gets_no_agreement(client, organiser):
    gone = make_contact(email="", erased_at=timezone.now())
    body = {"text": "Bellen", "session": make_session().slug, "contact": gone.pk}
    assert _errors(_post(client, body, organiser)) == ["contact"]


def test_list_is_narrowed_and_refuses_what_it_does_not_know(client, organiser):
    session, organisation = make_session(), make_organisation()
    contact, yesterday = make_contact(), timezone.localdate() - timedelta(days=1)
    late = make_agreement(session=session, organisation=organisation, due=yesterday)
    done = make_agreement(contact=contact, state="done", carried_to=session)
    other = make_agreement()

    def found(**query):
        answer = client.get(PATH, query, **organiser)
        assert answer.status_code == 200, answer.content
        return [each["id"] for each in answer.json()["items"]]

    assert found() == [late.pk, done.pk, other.pk]
    assert found(session=session.slug) == [late.pk, done.pk]
    assert found(session="nergens") == []
    assert found(state="done") == [done.pk]
    assert found(organisation=organisation.pk) == [late.pk]
    assert found(contact=contact.pk) == [done.pk]
    assert found(overdue="true") == [late.pk]
    assert found(overdue="false") == [done.pk, other.pk]
    first = client.get(PATH, {"limit": 2}, **organiser).json()
    assert (first["count"], len(first["items"])) == (3, 2)
    assert found(limit=2, cursor=first["next"]) == [other.pk]
    assert client.get(PATH, {"sessie": "x"}, **organiser).status_code == 400
    for query in ({"state": "weg"}, {"organisation": "x"}, {"contact": 10**30}):
        assert client.get(PATH, query, **organiser).status_code == 422


def test_list_asks_as_much_for_three_as_for_one(client, organiser, django_assert_max_num_queries):
    for number in range(3):
        make_agreement(contact=make_contact(), carried_to=make_session())
        # The token and its owner, the permissions, the page and its count.
        with django_assert_max_num_queries(7) as found:
            assert client.get(PATH, **organiser).json()["count"] == number + 1
        if number == 0:
            one = len(found)
    assert len(found) <= one


@pytest.mark.capability("C61")
@pytest.mark.capability("C66")
def test_agreement_is_changed_carried_and_settled_at_once(client, organiser):
    agreement, there = make_agreement(), make_session()
    body = {"text": "Nog eens bellen", "carried_to": there.slug, "state": "done"}
    changed = _patch(client, agreement, body, organiser).json()
    assert {name: changed[name] for name in body} == body
    assert changed["organisation"] == agreement.organisation_id
    refused = _patch(client, agreement, {"text": "Niet", "carried_to": None}, organiser)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_open")
    agreement.refresh_from_db()
    assert (agreement.text, agreement.carried_to) == ("Nog eens bellen", there)
    opened = _patch(client, agreement, {"state": "open"}, organiser).json()
    assert (opened["state"], opened["carried_to"]) == ("open", there.slug)
    assert _patch(client, agreement, {"carried_to": None}, organiser).json()["carried_to"] is None


def test_change_that_is_not_right_changes_nothing(client, organiser):
    agreement = make_agreement(text="Bellen")
    for wrong, field in (
        ({"text": ""}, "text"),
        ({"organisation": None}, "organisation"),
        ({"carried_to": "nergens"}, "carried_to"),
        ({"carried_to": agreement.session.slug}, "carried_to"),
        ({"session": "nergens"}, "session"),
        ({"state": "weg"}, "state"),
        ({"id": 3}, "id"),
    ):
        assert _errors(_patch(client, agreement, {"due": "2026-04-01"} | wrong, organiser)) == [
            field
        ]
    assert _patch(client, agreement, {"state": "open"}, organiser).status_code == 409
    agreement.refresh_from_db()
    assert (agreement.text, agreement.due, agreement.state) == ("Bellen", None, "open")


def test_change_of_what_somebody_else_changed_is_refused(client, organiser):
    agreement = make_agreement()
    seen = client.get(f"{PATH}/{agreement.pk}", **organiser).json()["changed_at"]
    assert _patch(client, agreement, {"text": "Eerst", "seen": seen}, organiser).status_code == 200
    again = _patch(client, agreement, {"text": "Later", "seen": seen}, organiser)
    assert (again.status_code, again.json()["code"]) == (409, "changed_meanwhile")


def test_token_needs_scope_and_permission(client):
    agreement = make_agreement()
    looker = make_user(permissions=["participation.view_agreement"])
    reads = bearer(make_token("participation:read", user=looker))
    writes = bearer(make_token("participation:write", user=looker))
    assert client.get(PATH).status_code == 401
    assert client.get(PATH, **reads).status_code == 200
    assert client.get(PATH, **writes).status_code == 403
    assert _post(client, {}, writes).status_code == 403
    assert _patch(client, agreement, {"state": "done"}, writes).status_code == 403
    assert client.get(PATH, **bearer(make_token("participation:read", user=make_user()))
                      ).status_code == 403  # fmt: skip


def test_api_is_in_the_document(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert sorted(paths["/api/agreements"]) == ["get", "post"]
    assert sorted(paths["/api/agreements/{agreement_id}"]) == ["get", "patch"]

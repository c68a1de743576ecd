"""Polls through the HTTP API: by personal token, and made and read with an access token."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from participation.links import poll_token
from participation.models import Poll, PollAnswer
from participation.services.polls import close_poll
from tests.factories.base import bearer, make_token, make_user
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_series, make_session
from tests.factories.participation import make_date_poll, make_poll, make_poll_answer

pytestmark = pytest.mark.django_db

MAY = ["participation.view_poll", "participation.add_poll", "participation.change_poll"]


@pytest.fixture
def token() -> dict[str, Any]:
    user = make_user(permissions=MAY)
    return bearer(make_token("participation:read", "participation:write", user=user))


def _send(client, method, path, body, **more):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", **more)


def _mine(poll: Poll, contact: Contact) -> str:
    return f"/api/my/polls/{poll_token(poll_id=poll.pk, contact=contact)}"


def _errors(answer) -> list[tuple[str, str]]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


# --- by personal token ----------------------------------------------------------------------------


@pytest.mark.capability("C63")
@pytest.mark.database
def test_my_poll_is_read_answered_and_changed(client):
    poll, contact = make_poll(closes_at=None), make_contact(given_name="Amina")
    yes, no = (each.pk for each in poll.options.all())
    path = _mine(poll, contact)
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.json() == {
        "question": "Doen we dit?",
        "explanation": "",
        "kind": "one",
        "options": [{"id": yes, "label": "Ja"}, {"id": no, "label": "Nee"}],
        "closes_at": None,
        "is_open": True,
        "given_name": "Amina",
        "address": answer.json()["address"],
        "answer": None,
    }
    assert contact.email not in answer.content.decode()
    given = _send(client, "post", path, {"choices": [no], "remark": "Liever niet"}).json()["answer"]
    assert (given["choices"], given["remark"]) == ([no], "Liever niet")
    _send(client, "post", path, {"choices": [yes]})
    assert client.get(path).json()["answer"]["choices"] == [yes]
    assert PollAnswer.objects.count() == 1

    close_poll(poll=poll, now=timezone.now())
    late = _send(client, "post", path, {"choices": [no]})
    assert (late.status_code, late.json()["code"]) == (409, "closed")
    assert client.get(path).json()["is_open"] is False


def test_answer_that_is_not_right_names_the_field(client):
    poll, contact = make_poll(), make_contact()
    yes, no = (each.pk for each in poll.options.all())
    other = make_poll("Ander").options.get().pk
    path = _mine(poll, contact)
    for body, errors in (
        ({}, [("choices", "required")]),
        ({"choices": [yes, no]}, [("choices", "invalid")]),
        ({"choices": [other]}, [("choices", "invalid_choice")]),
        ({"choices": [yes], "remark": "x" * 2001}, [("remark", "max_length")]),
        ({"choices": [yes], "name": "x"}, [("name", "unknown")]),
    ):
        answer = _send(client, "post", path, body)
        assert (answer.status_code, _errors(answer)) == (422, errors)
    words = _mine(make_poll(kind="open"), contact)
    assert _errors(_send(client, "post", words, {"choices": [1]})) == [("choices", "invalid")]
    assert _errors(_send(client, "post", words, {})) == [("remark", "required")]
    assert PollAnswer.objects.count() == 0


@pytest.mark.capability("C64")
def test_no_date_that_suits_is_an_answer(client):
    poll, contact = make_date_poll(), make_contact()
    assert _send(client, "post", _mine(poll, contact), {"choices": []}).status_code == 200
    assert PollAnswer.objects.get().choices == []


def test_token_of_another_is_unknown_and_a_revoked_one_gone(client):
    poll, contact = make_poll(), make_contact()
    path = _mine(poll, contact)
    assert client.get(path.replace(f"{poll.pk}.", "99999.")).status_code == 404
    Contact.objects.filter(pk=contact.pk).update(link_version=9)
    assert client.get(path).status_code == 410
    assert _send(client, "post", path, {"choices": []}).status_code == 410


# --- with an access token -------------------------------------------------------------------------


def test_poll_is_made_read_and_changed(client, token):
    session = make_session(slug="werk")
    body = {
        "kind": "several",
        "question": {"nl": "Waarover?", "en": "About what?"},
        "session": "werk",
        "options": [{"text": {"nl": "Wonen", "en": "Housing"}}, {"text": {"nl": "Werk"}}],
    }
    made = _send(client, "post", "/api/polls", body, **token)
    assert made.status_code == 201
    found = made.json()
    first, second = found["options"]
    assert (found["question"], found["session"], found["answers"], found["is_open"]) == (
        body["question"],
        session.slug,
        0,
        True,
    )
    assert (first["text"], second["text"], first["count"]) == (
        {"nl": "Wonen", "en": "Housing"},
        {"nl": "Werk"},
        0,
    )
    poll = Poll.objects.get()
    make_poll_answer(poll, "Werk")
    path = f"/api/polls/{poll.pk}"
    options = [{"id": second["id"], "text": {"nl": "Werk"}}, {"text": {"nl": "Zorg"}}]
    changed = _send(client, "patch", path, {"options": options, "session": None}, **token).json()
    assert [(each["text"]["nl"], each["count"]) for each in changed["options"]] == [
        ("Werk", 1),
        ("Zorg", 0),
    ]
    assert (changed["session"], changed["answers"], changed["none"]) == (None, 1, 0)
    _send(client, "patch", path, {"closes_at": "2026-01-01T12:00:00Z"}, **token)
    assert client.get(path, **token).json()["is_open"] is False


def test_dates_are_made(client, token):
    body = {
        "kind": "dates",
        "question": {"nl": "Wanneer?"},
        "series": make_series(slug="beeld").slug,
        "options": [{"day": "2026-04-02", "starts": "13:30"}, {"day": "2026-04-03"}],
    }
    found = _send(client, "post", "/api/polls", body, **token).json()
    assert [(each["day"], each["starts"]) for each in found["options"]] == [
        ("2026-04-02", "13:30:00"),
        ("2026-04-03", None),
    ]
    assert Poll.objects.get().options.order_by("day")[0].day == date(2026, 4, 2)
    assert found["series"] == "beeld"


def test_poll_that_is_not_right_is_refused_and_nothing_stored(client, token):
    good = {"kind": "open", "question": {"nl": "Wat?"}}
    for body, fields in (
        ({}, ["kind", "question"]),
        (good | {"kind": "vote"}, ["kind"]),
        (good | {"question": {}}, ["question"]),
        (good | {"question": {"fr": "Quoi?"}}, ["question.fr.[key]"]),
        (good | {"question": {"nl": "x" * 201}}, ["question.nl"]),
        (good | {"kind": "one"}, ["options"]),
        (good | {"kind": "one", "options": [{"text": {"nl": "x"}, "id": 5}]}, ["options"] * 2),
        (good | {"session": "nergens"}, ["session"]),
        (good | {"closes_at": "2026-01-01T12:00:00"}, ["closes_at"]),
        (good | {"audience": {}}, ["audience"]),
    ):
        answer = _send(client, "post", "/api/polls", body, **token)
        assert (answer.status_code, [field for field, _code in _errors(answer)]) == (422, fields)
    assert Poll.objects.count() == 0


def test_chosen_option_is_not_removed(client, token):
    poll = make_poll()
    make_poll_answer(poll, "Ja")
    body = {"options": [{"text": {"nl": "Nieuw"}}, {"text": {"nl": "Anders"}}]}
    answer = _send(client, "patch", f"/api/polls/{poll.pk}", body, **token)
    assert (answer.status_code, _errors(answer)) == (422, [("options", "invalid")])
    assert [each.text_nl for each in poll.options.all()] == ["Ja", "Nee"]


def test_list_goes_page_by_page_and_asks_as_much_for_three_as_for_one(client, token):
    session = make_session()
    make_poll_answer(make_poll(session=session), "Ja")

    def asked(path: str) -> tuple[int, dict[str, Any]]:
        with CaptureQueriesContext(connection) as queries:
            found = client.get(path, **token)
        return len(queries), found.json()

    asked("/api/polls")
    before, found = asked("/api/polls")
    assert [(each["answers"], each["session"]) for each in found["items"]] == [(1, session.slug)]
    for _n in range(2):
        make_poll_answer(make_poll(session=make_session(), created_at=NOW), "Ja")
    after, found = asked("/api/polls")
    assert (after, found["count"]) == (before, 3)
    _queries, first = asked("/api/polls?limit=2")
    _queries, rest = asked(f"/api/polls?limit=2&cursor={first['next']}")
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    _queries, own = asked(f"/api/polls?session={session.slug}")
    assert own["count"] == 1
    assert client.get("/api/polls?page=2", **token).status_code == 400


def test_polls_are_for_who_may(client):
    poll = make_poll()
    assert client.get("/api/polls").status_code == 401
    nobody = bearer(make_token("participation:read", user=make_user(permissions=[])))
    assert client.get(f"/api/polls/{poll.pk}", **nobody).status_code == 403
    reader = bearer(make_token("participation:read", user=make_user(permissions=MAY)))
    assert client.get(f"/api/polls/{poll.pk}", **reader).status_code == 200
    assert client.get("/api/polls/99999", **reader).status_code == 404
    body = {"question": {"nl": "Anders?"}}
    assert _send(client, "patch", f"/api/polls/{poll.pk}", body, **reader).status_code == 403
    assert _send(client, "post", "/api/polls", body | {"kind": "open"}, **reader).status_code == 403

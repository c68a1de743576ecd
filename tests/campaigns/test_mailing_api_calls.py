"""Every call about mailings: who may not, what is not there, and what is not understood."""

import json

import pytest

from campaigns.models import Mailing
from campaigns.services.planning import start_due_mailings
from tests.campaigns.people import make_delegate, make_organiser, need_second_person
from tests.factories.base import make_token, make_user
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW

pytestmark = pytest.mark.django_db

#: (method, path, scope, a body that is right)
CALLS = [
    ("GET", "", "mailings:read", None),
    ("GET", "/{id}", "mailings:read", None),
    ("PATCH", "/{id}", "mailings:write", {"title": "Anders"}),
    ("POST", "/{id}/dry-run", "mailings:read", None),
    ("GET", "/{id}/explain?contact=1", "mailings:read", None),
    ("POST", "/{id}/test", "mailings:send", {"to": ["iemand@example.org"]}),
    ("POST", "/{id}/ask", "mailings:write", None),
    ("POST", "/{id}/retract", "mailings:write", None),
    ("POST", "/{id}/approve", "mailings:send", {}),
    ("POST", "/{id}/send-back", "mailings:send", {"remark": "Anders"}),
    ("POST", "/{id}/settle", "mailings:send", None),
    ("POST", "/{id}/unsettle", "mailings:send", None),
    ("POST", "/{id}/archive", "mailings:send", {"in_archive": True}),
    ("POST", "/{id}/plan", "mailings:send", {"now": True}),
    ("POST", "/{id}/start", "mailings:send", {}),
    ("POST", "/{id}/withdraw", "mailings:send", None),
    ("POST", "/{id}/pause", "mailings:send", {}),
    ("POST", "/{id}/resume", "mailings:send", None),
    ("POST", "/{id}/cancel", "mailings:send", None),
    ("GET", "/{id}/deliveries", "mailings:read", None),
    ("GET", "/{id}/progress", "mailings:read", None),
    ("POST", "/{id}/deliveries/{row}/resolve", "mailings:send", {"as": "sent"}),
    ("POST", "/{id}/retry", "mailings:send", {"reply": "x"}),
]
_NAMES = [f"{method} {path}" for method, path, _scope, _body in CALLS]


@pytest.fixture
def ask(client):
    """Call with a token, or without; gives (status, body)."""

    def send(method, path, data=None, *, token=""):
        response = client.generic(
            method,
            f"/api/mailings{path}",
            "" if data is None else json.dumps(data),
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"} if token else {},
        )
        return response.status_code, response.json()

    return send


def _path(path, *, mailing=None, row=None):
    return path.format(id=mailing or 987654, row=row or 987654)


@pytest.mark.parametrize(("method", "path", "scope", "body"), CALLS, ids=_NAMES)
def test_call_wants_a_token_with_its_scope_of_somebody_who_may(ask, method, path, scope, body):
    row = make_delivery()
    here = _path(path, mailing=row.mailing_id, row=row.pk)
    assert ask(method, here, body)[0] == 401
    others = {"mailings:read", "mailings:write", "mailings:send", "contacts:read"} - {scope}
    status, answer = ask(method, here, body, token=make_token(*others))
    assert (status, answer["code"]) == (403, "scope_missing")
    nobody = make_token(scope, user=make_user(permissions=["wagtailadmin.access_admin"]))
    status, answer = ask(method, here, body, token=nobody)
    assert (status, answer["code"]) == (403, "permission_missing")
    row.refresh_from_db()
    assert (row.state, row.mailing.state) == ("queued", "sending")


@pytest.mark.parametrize(("method", "path", "scope", "body"), CALLS[1:], ids=_NAMES[1:])
def test_call_about_a_mailing_that_is_not_there_is_404(ask, method, path, scope, body):
    assert ask(method, _path(path), body, token=make_token())[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "scope", "body"),
    [call for call in CALLS if call[3] is not None],
    ids=[name for name, call in zip(_NAMES, CALLS, strict=True) if call[3] is not None],
)
def test_field_that_is_not_known_is_refused(ask, method, path, scope, body):
    row = make_delivery(state="unknown")
    here = _path(path, mailing=row.mailing_id, row=row.pk)
    status, answer = ask(method, here, body | {"surprise": 1}, token=make_token())
    assert (status, [error["field"] for error in answer["errors"]]) == (422, ["surprise"])


def test_new_fields_are_taken_and_given(ask):
    session = make_far_session()
    fields = {
        "in_archive": True,
        "is_template": False,
        "stops_for_colleague": True,
        "in_their_zone": True,
        "per": "organisation",
        "from": "Team",
        "reply_to": "team@example.org",
        "calendar": True,
    }
    draft = {
        "kind": "invitation",
        "title": "Uitnodiging",
        "purpose": "invitations",
        "session": session.slug,
        "audience": {"member": True},
        "subject": {"nl": "Dag"},
        "body": {"nl": "Dag"},
    }
    status, made = ask("POST", "", draft | fields, token=make_token())
    assert status == 201
    assert {name: made[name] for name in fields} == fields
    assert (made["asked_at"], made["approved_at"]) == (None, None)
    assert made["revision"] == Mailing.objects.get().latest_revision_id
    change = {"in_archive": False, "is_template": True}
    status, edited = ask("PATCH", f"/{made['id']}", change, token=make_token())
    assert {name: edited[name] for name in change} == change
    wrong = {"in_archive": True, "purpose": "participation"}
    status, answer = ask("PATCH", f"/{made['id']}", wrong, token=make_token())
    assert (status, [error["field"] for error in answer["errors"]]) == (422, ["in_archive"])


def _drafted(by):
    make_delegate()
    mailing = make_mailing(session=make_far_session(), created_by=by)
    mailing.save_revision(user=by, clean=False)
    mailing.refresh_from_db()
    return mailing


def test_second_person_approves_over_the_api(ask):
    need_second_person()
    writer, reader = make_organiser("schrijver"), make_organiser("lezer")
    mine, theirs = make_token(user=writer), make_token(user=reader)
    path = f"/{_drafted(writer).pk}"
    status, answer = ask("POST", f"{path}/start", token=mine)
    assert (status, answer["code"]) == (422, "not_ready")
    assert ask("POST", f"{path}/approve", token=theirs)[0] == 409
    status, asked = ask("POST", f"{path}/ask", token=mine)
    assert (status, asked["asked_at"] is None, asked["approved_at"]) == (200, False, None)
    assert ask("POST", f"{path}/ask", token=mine)[0] == 409
    status, answer = ask("POST", f"{path}/approve", token=mine)
    assert (status, answer["code"]) == (403, "approval_refused")
    assert ask("POST", f"{path}/send-back", {"remark": ""}, token=theirs)[0] == 422
    assert ask("POST", f"{path}/send-back", {"remark": "x"}, token=theirs)[1]["asked_at"] is None
    assert ask("POST", f"{path}/retract", token=mine)[0] == 409
    ask("POST", f"{path}/ask", token=mine)
    seen = {"revision": asked["revision"]}
    assert ask("POST", f"{path}/approve", seen, token=theirs)[1]["approved_at"]
    assert ask("POST", f"{path}/start", seen, token=mine)[1]["state"] == "planned"
    assert ask("PATCH", path, {"title": "x"}, token=mine)[1]["approved_at"] is None


def test_start_and_plan_of_a_text_that_was_changed_since_are_conflicts(ask):
    writer, reader = make_organiser("schrijver"), make_organiser("lezer")
    path = f"/{_drafted(writer).pk}"
    mine, theirs = make_token(user=writer), make_token(user=reader)
    seen = {"revision": ask("GET", path, token=mine)[1]["revision"]}
    ask("PATCH", path, {"subject": {"nl": "Anders"}}, token=theirs)
    for act, body in (("start", {}), ("plan", {"now": True})):
        status, answer = ask("POST", f"{path}/{act}", body | seen, token=mine)
        assert (status, answer["code"]) == (409, "changed")
        assert "lezer" in answer["detail"]
    assert Mailing.objects.get().state == "draft"
    seen = {"revision": ask("GET", path, token=mine)[1]["revision"]}
    assert ask("POST", f"{path}/plan", {"now": True} | seen, token=mine)[0] == 200
    assert ask("POST", f"{path}/start", {"revision": "x"}, token=mine)[0] == 422


@pytest.mark.database
def test_edit_of_a_text_that_somebody_else_changed_since_is_a_conflict(ask):
    writer, reader = make_organiser("schrijver"), make_organiser("lezer")
    path = f"/{_drafted(writer).pk}"
    mine, theirs = make_token(user=writer), make_token(user=reader)
    seen = {"revision": ask("GET", path, token=mine)[1]["revision"]}
    status, changed = ask("PATCH", path, {"title": "Van de lezer"} | seen, token=theirs)
    assert (status, changed["revision"] > seen["revision"]) == (200, True)

    status, answer = ask("PATCH", path, {"title": "Van de schrijver"} | seen, token=mine)
    assert (status, answer["code"]) == (409, "changed")
    assert "lezer" in answer["detail"]
    found = Mailing.objects.get()
    assert (found.title, found.latest_revision_id) == ("Van de lezer", changed["revision"])
    assert found.revisions.count() == 2

    again = {"revision": changed["revision"]}
    status, answer = ask("PATCH", path, {"title": "Samen"} | again, token=mine)
    assert (status, answer["title"]) == (200, "Samen")
    # Nobody is made to say what they looked at.
    assert ask("PATCH", path, {"title": "Toch"}, token=theirs)[0] == 200


def test_plan_that_somebody_gave_meanwhile_stands_when_an_edit_is_refused(ask):
    writer, reader = make_organiser("schrijver"), make_organiser("lezer")
    path = f"/{_drafted(writer).pk}"
    mine, theirs = make_token(user=writer), make_token(user=reader)
    seen = {"revision": ask("GET", path, token=mine)[1]["revision"]}
    assert ask("POST", f"{path}/plan", {"now": True}, token=theirs)[0] == 200
    status, answer = ask("PATCH", path, {"title": "Anders"} | seen, token=mine)
    assert (status, answer["code"]) == (409, "changed")
    assert Mailing.objects.get().state == "planned"


@pytest.mark.parametrize("revision", ["x", 0, -1, 10**30, 1.5])
def test_revision_that_is_none_names_its_field(ask, revision):
    path = f"/{_drafted(make_organiser('schrijver')).pk}"
    status, answer = ask("PATCH", path, {"revision": revision}, token=make_token())
    assert (status, [error["field"] for error in answer["errors"]]) == (422, ["revision"])


def test_new_draft_has_no_revision_to_give(ask):
    draft = {"kind": "invitation", "title": "x", "purpose": "invitations", "audience": {}}
    status, answer = ask("POST", "", draft | {"revision": 1}, token=make_token())
    assert (status, [error["field"] for error in answer["errors"]]) == (422, ["revision"])


def test_mailing_that_was_sent_is_put_in_the_archive_and_taken_out(ask, client):
    mailing = make_mailing(state="done", started_at=NOW)
    for shown, status in ((True, 200), (False, 404)):
        body = {"in_archive": shown}
        answer = ask("POST", f"/{mailing.pk}/archive", body, token=make_token())
        assert (answer[0], answer[1]["in_archive"]) == (200, shown)
        assert client.get(f"/nl/archief/{mailing.pk}/").status_code == status
    mailing = make_mailing(state="done", started_at=NOW, purpose="participation")
    body = {"in_archive": True}
    assert ask("POST", f"/{mailing.pk}/archive", body, token=make_token())[0] == 422


def test_moves_that_the_state_forbids_are_conflicts_with_the_legal_ones(ask):
    mailing = _drafted(make_organiser("schrijver"))
    path, token = f"/{mailing.pk}", make_token()
    for act in ("pause", "resume", "cancel", "withdraw"):
        status, answer = ask("POST", f"{path}/{act}", token=token)
        assert (status, answer["legal"]) == (409, ["plan", "start"])
    ask("POST", f"{path}/start", token=token)
    Mailing.objects.update(due_at=NOW)
    assert start_due_mailings(now=NOW) == [mailing.pk]
    for act in ("start", "plan", "withdraw", "resume", "ask"):
        assert ask("POST", f"{path}/{act}", token=token)[0] == 409
    assert ask("PATCH", path, {"title": "x"}, token=token)[0] == 409


def test_form_where_json_is_read_is_refused(client):
    mailing, token = make_mailing(), make_token()
    for act in ("start", "plan", "test"):
        url = f"/api/mailings/{mailing.pk}/{act}"
        answer = client.post(url, {"now": "x"}, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code in (415, 422)
    assert Mailing.objects.get().state == "draft"


def test_document_of_the_api_tells_every_call(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    for method, path, _scope, _body in CALLS:
        named = path.partition("?")[0].format(id="{mailing_id}", row="{delivery_id}")
        found = paths[f"/api/mailings{named}"][method.lower()]
        assert found["summary"], path

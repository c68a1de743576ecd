"""Mailings over HTTP: what is refused and how, the dry run, the moves, the ledger."""

import json

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from base.services import create_access_token
from campaigns.models import Delivery, Mailing
from campaigns.services.groups import ensure_groups
from campaigns.services.planning import start_due_mailings
from contacts.models import Notice
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation
from tests.factories.content import make_session
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client):
    """Call the API as an organiser with every scope; gives (status, body)."""
    user = User.objects.create_user("organiser", "organiser@example.org")
    ensure_groups()
    user.groups.set([group for group in ensure_groups() if group.name == "Organisator"])
    token = create_access_token(user=user, scopes=["*"], days=None, now=NOW)

    def send(method, path, data=None, *, token=token):
        response = client.generic(
            method,
            f"/api/mailings{path}",
            "" if data is None else json.dumps(data),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )
        return response.status_code, response.json()

    return send


def _draft(about, **values):
    return {
        "kind": "invitation",
        "title": "Uitnodiging",
        "purpose": "invitations",
        "session": about.slug,
        "audience": {"member": True},
        "subject": {"nl": "Denk je mee? {{ session.day }}", "en": "Will you join?"},
        "body": {
            "nl": "{{ contact.salutation }},\n\n[Ik doe mee]({{ link.sign_up }})",
            "en": [{"type": "text", "value": "<p>Hello</p>"}],
        },
    } | values


def _member(**values):
    return make_representation(make_contact(**values), make_member()).contact


TEXT = [{"type": "text", "value": "<p>Dag</p>"}]


def _only_for(*given):
    """A part for these people; what is no word is said in it."""
    content = list(given[1:]) or TEXT
    return {"type": "only_for", "value": {"whom": list(given[:1]), "content": content}}


def _fields(answer):
    return [error["field"] for error in answer["errors"]]


def test_draft_is_made_read_and_edited(call):
    session = make_session()

    status, made = call("POST", "", _draft(session, **{"from": "Team", "calendar": True}))
    assert status == 201
    assert (made["state"], made["session"], made["from"]) == ("draft", session.slug, "Team")
    assert made["languages"] == ["nl", "en"]
    assert [block["type"] for block in made["body"]["nl"]] == ["text", "button"]

    status, edited = call("PATCH", f"/{made['id']}", {"subject": {"nl": "Anders"}})
    assert (status, edited["subject"]["nl"], edited["subject"]["en"]) == (
        200,
        "Anders",
        "Will you join?",
    )
    assert call("GET", f"/{made['id']}") == (200, edited)
    status, listed = call("GET", "?state=draft")
    assert (listed["count"], listed["items"]) == (1, [edited])
    assert Mailing.objects.get().latest_revision is not None


def test_list_takes_as_many_queries_for_one_as_for_three(call):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert call("GET", "")[0] == 200
        return len(queries)

    make_mailing(session=make_session())
    ask()
    one = ask()
    for _ in range(2):
        make_delivery(mailing=make_mailing(session=make_session(), state="sending"))
    assert ask() == one


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"subject": {"nl": "Dag {{ contact.password }}"}}, ["subject.nl"]),
        ({"body": {"nl": "Dag {{ settings.SECRET_KEY }}"}}, ["body.nl[0]"]),
        ({"body": {"nl": [{"type": "script", "value": "x"}]}}, ["body.nl[0]"]),
        ({"body": {"nl": [{"type": "button", "value": "x"}]}}, ["body.nl[0]"]),
        ({"audience": {"all": [{"nonsense": 1}]}}, ["audience"]),
        ({"audience": {"invited": {"session": "nergens"}}}, ["audience"]),
        ({"session": "nergens"}, ["session"]),
        ({"plan": {"at": "morgen"}}, ["plan"]),
        ({"plan": {"relative": {"anchor": "x", "days": 1, "time": "09:00"}}}, ["plan"]),
        ({"purpose": "service"}, ["purpose"]),
        ({"kind": "spam"}, ["kind"]),
        ({"reply_to": "geen adres"}, ["reply_to"]),
        ({"surprise": 1}, ["surprise"]),
        ({"subject": {"fr": "Bonjour"}}, ["subject.fr"]),
        ({"subject": {"nl": "x\r\nBcc: y"}}, ["subject.nl"]),
        ({"languages": ["nl", "en"], "subject": {"nl": "x"}}, ["subject.en"]),
        ({"title": "x" * 201}, ["title"]),
        ({"subject": {"nl": "x" * 2_000}}, ["subject.nl"]),
        ({"preheader": {"en": "x" * 2_000}}, ["preheader.en"]),
        ({"body": {"nl": [{"type": [], "value": "x"}]}}, ["body.nl[0]"]),
        ({"body": {"nl": [{"type": "text", "value": {"x": 1}}]}}, ["body.nl[0]"]),
        ({"body": {"nl": [_only_for("everybody")]}}, ["body.nl[0]"]),
        ({"body": {"nl": [_only_for()]}}, ["body.nl[0]"]),
        ({"body": {"nl": [_only_for("member", [])]}}, ["body.nl[0].content[0]"]),
        ({"body": {"nl": [_only_for("member", "x")]}}, ["body.nl[0].content[0]"]),
        ({"body": {"nl": [_only_for("member", _only_for("member"))]}}, ["body.nl[0].content[0]"]),
        (
            {"body": {"nl": [_only_for("member", {"type": "text", "value": {"x": 1}})]}},
            ["body.nl[0]"],
        ),
        (
            {"body": {"nl": [{"type": "only_for", "value": {"content": "x"}}]}},
            ["body.nl[0].content"],
        ),
        ({"body": {"nl": [{"type": "answer", "value": {"page": 987654}}]}}, ["body.nl[0]"]),
        ({"body": {"nl": [{"type": "answer", "value": {"page": {}}}]}}, ["body.nl"]),
        ({"body": {"nl": [{"type": "agenda", "value": {"number": 99}}]}}, ["body.nl[0]"]),
        ({"body": {"nl": [{"type": "columns", "value": {"left": []}}]}}, ["body.nl[0]"]),
        ({"audience": {"contacts": [10**30]}}, ["audience"]),
        ({"audience": {"theme": "\ud800"}}, ["audience"]),
        ({"audience": {"any": [{"member": True}] * 101}}, ["audience"]),
        ({"plan": {"at": "9999-12-31T23:59:59-14:00"}}, ["plan"]),
    ],
)
def test_bad_mailing_is_refused_by_field_and_nothing_is_stored(call, wrong, fields):
    status, answer = call("POST", "", _draft(make_far_session(), **wrong))

    assert status == 422
    assert [field.removesuffix(".[key]") for field in _fields(answer)] == fields
    assert all(error["message"] for error in answer["errors"])
    assert Mailing.objects.count() == 0


def test_image_with_an_impossible_id_is_refused(call):
    body = {"nl": [{"type": "image", "value": {"image": 10**30}}]}
    assert call("POST", "", _draft(make_far_session(), body=body))[0] == 422


def test_dry_run_counts_and_explains(call):
    member, stranger = _member(), make_contact()
    _status, made = call("POST", "", _draft(make_far_session(), audience={"everyone": True}))

    status, found = call("POST", f"/{made['id']}/dry-run")

    assert status == 200
    assert (found["recipients"], found["organisations"]) == (1, 1)
    assert found["excluded"] == {"no_basis": 1}
    assert [person["id"] for person in found["sample"]] == [member.pk]
    assert found["sentence"]["en"] == "Everyone"
    status, why = call("GET", f"/{made['id']}/explain?contact={stranger.pk}")
    assert (status, why["gets_it"], why["reason"]) == (200, False, "no_basis")
    assert call("GET", f"/{made['id']}/explain?contact=987654")[0] == 422
    assert call("GET", f"/{made['id']}/explain?contact=1&surprise=1")[0] == 400


def test_dry_run_tells_who_gets_another_language_and_which_parts(call):
    session = make_far_session()
    people = [_member(language="en"), _member(), _member()]
    make_registration(session=session, contact=people[1])
    body = {"nl": [_only_for("signed_up"), _only_for("other_language"), *TEXT]}
    values = {"subject": {"nl": "Dag"}, "body": body}
    draft = _draft(session, audience={"contacts": [each.pk for each in people]}, **values)
    _status, made = call("POST", "", draft)

    status, found = call("POST", f"/{made['id']}/dry-run")

    assert (status, found["problems"]) == (200, [])
    assert found["languages"] == {"en": 1, "nl": 2}
    assert (found["versions"], found["fallback"]) == ({"nl": 3}, {"en": 1})
    assert found["parts"] == [
        {"language": "nl", "place": 0, "whom": ["signed_up"], "shown": 1, "of": 3},
        {"language": "nl", "place": 1, "whom": ["other_language"], "shown": 1, "of": 3},
    ]


@pytest.mark.capability("C18")
def test_start_checks_first_and_says_every_problem(call):
    _status, made = call("POST", "", _draft(make_far_session(), subject={"nl": ""}))

    status, answer = call("POST", f"/{made['id']}/start")
    assert (status, answer["code"]) == (422, "not_ready")
    wrong = [error["message"] for error in answer["errors"]]
    assert len(wrong) == 3
    assert wrong[0] == "Niemand zou deze mailing krijgen: kijk naar de doelgroep."
    assert wrong[1].startswith("Er is een tekst in het Nederlands, maar geen onderwerp")

    _member()
    status, answer = call("POST", f"/{made['id']}/start")
    assert (status, len(answer["errors"])) == (422, 2)
    only_dutch = {"subject": {"nl": "Dag"}, "body": {"en": []}}
    assert call("PATCH", f"/{made['id']}", only_dutch)[0] == 200
    status, answer = call("POST", f"/{made['id']}/start")
    assert (status, answer["state"], answer["plan"]) == (200, "planned", {"now": True})
    assert Delivery.objects.count() == 0


def test_moves_follow_the_states_and_others_are_conflicts(call):
    _member()
    _status, made = call("POST", "", _draft(make_far_session()))
    path = f"/{made['id']}"

    status, refused = call("POST", f"{path}/pause")
    assert (status, refused["state"], refused["legal"]) == (409, "draft", ["plan", "start"])
    assert call("POST", f"{path}/start")[0] == 200
    assert start_due_mailings(now=timezone.now()) == [made["id"]]
    assert call("POST", f"{path}/start")[0] == 409
    assert call("PATCH", path, {"title": "x"})[0] == 409
    assert call("POST", f"{path}/pause", {"reason": "even wachten"})[1]["state"] == "paused"
    assert call("POST", f"{path}/resume")[1]["state"] == "sending"
    assert call("POST", f"{path}/cancel")[1]["state"] == "cancelled"
    status, refused = call("POST", f"{path}/resume")
    assert (status, refused["legal"]) == (409, [])
    assert Mailing.objects.get().title == "Uitnodiging"


def test_plan_in_the_past_or_without_a_session_is_refused(call):
    _member()
    values = {"session": None, "body": {"nl": "Dag", "en": "Hi"}, "subject": {"nl": "x", "en": "y"}}
    _status, made = call("POST", "", _draft(make_far_session(), **values))
    relative = {"relative": {"anchor": "session_start", "days": -1, "time": "09:00"}}

    assert call("POST", f"/{made['id']}/plan", {"at": "2020-01-01T09:00:00+01:00"})[0] == 422
    assert call("POST", f"/{made['id']}/plan", relative)[0] == 422
    assert call("POST", f"/{made['id']}/plan")[0] == 422
    status, planned = call("POST", f"/{made['id']}/plan", {"at": "2100-01-01T09:00:00+01:00"})
    assert (status, planned["state"]) == (200, "planned")
    assert planned["due_at"].startswith("2100-01-01T08:00:00")
    # An edit makes it a draft again.
    assert call("PATCH", f"/{made['id']}", {"title": "Anders"})[1]["state"] == "draft"


def test_test_mail_becomes_a_notice(call):
    _status, made = call("POST", "", _draft(make_far_session()))

    assert call("POST", f"/{made['id']}/test", {"to": ["noor@example.org"]}) == (202, {"queued": 2})
    notice = Notice.objects.get(language="nl")
    assert (notice.kind, notice.address) == ("system", "noor@example.org")
    assert notice.context["subject"].startswith("[Proef] Denk je mee?")
    assert call("POST", f"/{made['id']}/test", {"to": ["geen adres"]})[0] == 422
    assert Notice.objects.count() == 2


def test_ledger_is_listed_by_state_and_unknown_rows_are_decided(call):
    mailing = make_mailing(state="done")
    unknown = make_delivery(mailing=mailing, state="unknown")
    make_delivery(mailing=mailing, state="sent")
    elsewhere = make_delivery(state="unknown")
    path = f"/{mailing.pk}/deliveries"

    status, found = call("GET", f"{path}?state=unknown")
    assert (status, [row["id"] for row in found["items"]]) == (200, [unknown.pk])
    assert call("POST", f"{path}/{elsewhere.pk}/resolve", {"as": "sent"})[0] == 404
    assert call("POST", f"{path}/{unknown.pk}/resolve", {"as": "lost"})[0] == 422
    assert call("POST", f"{path}/{unknown.pk}/resolve", {"as": "queued"})[1]["state"] == "queued"
    assert call("POST", f"{path}/{unknown.pk}/resolve", {"as": "sent"})[0] == 409
    assert call("GET", f"/{mailing.pk}")[1]["state"] == "sending"


def test_no_token_or_a_narrow_one_may_not(call):
    user = User.objects.get()
    narrow = create_access_token(user=user, scopes=["mailings:read"], days=None, now=NOW)
    mailing = make_mailing()

    assert call("GET", f"/{mailing.pk}", token="bijeen_nothing")[0] == 401
    assert call("GET", f"/{mailing.pk}", token=narrow)[0] == 200
    assert call("POST", f"/{mailing.pk}/start", token=narrow)[0] == 403
    user.groups.clear()
    assert call("GET", f"/{mailing.pk}")[0] == 403
    assert call("GET", "/987654")[0] == 403
    assert Mailing.objects.get().state == "draft"


def test_template_is_neither_planned_nor_started(call):
    _member()
    mailing = make_mailing(session=make_far_session(), is_template=True, plan={"now": True})

    for act in ("plan", "start"):
        status, answer = call("POST", f"/{mailing.pk}/{act}")
        assert status == 422
        assert "sjabloon" in str(answer)
    mailing.refresh_from_db()
    assert mailing.state == "draft"


def test_done_mailing_goes_to_the_rest_once(call):
    newcomer = _member()
    mailing = make_mailing(state="done", started_at=NOW, kind="announcement")

    assert call("POST", f"/{mailing.pk}/rest") == (200, {"queued": 1})
    status, body = call("POST", f"/{mailing.pk}/rest")
    assert (status, body["code"], body["state"]) == (409, "move_forbidden", "sending")
    assert [row.contact_id for row in Delivery.objects.all()] == [newcomer.pk]
    assert call("POST", "/999999/rest")[0] == 404


def test_progress_counts_by_domain(call):
    mailing = make_mailing(state="sending")
    make_delivery(mailing=mailing, contact=make_contact(email="amina@groot.example.org"))
    _status, body = call("GET", f"/{mailing.pk}/progress")
    assert body["domains"] == [
        {
            "name": "groot.example.org",
            "total": 1,
            "sent": 0,
            "waiting": 1,
            "deferred": 0,
            "refused": 0,
        }
    ]

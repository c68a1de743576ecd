"""What a person decides about mails in doubt and refused ones: service, pages and API."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from base.services import create_access_token
from campaigns.errors import MoveForbidden
from campaigns.message import message_id
from campaigns.models import Batch, Delivery, Mailing
from campaigns.selectors.replies import reply_groups
from campaigns.services import decisions
from campaigns.services.groups import ensure_groups
from campaigns.viewsets import viewset
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW
from tests.factories.content import make_session
from worker.ledger import claim_batch

pytestmark = pytest.mark.django_db


def _states(mailing):
    rows = Delivery.objects.filter(mailing=mailing).order_by("pk")
    return list(rows.values_list("state", flat=True))


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("noor", "noor@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


# --- sending again ----------------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.parametrize("state", ["unknown", "refused"])
def test_row_that_is_sent_again_waits_afresh_and_is_claimed(state):
    mailing = make_mailing(state="done", session=make_session(), told="now", finished_at=NOW)
    held = {"claim": "x", "holder": "h", "lease_until": NOW, "told": "then", "attempt": 3}
    said = {"reply_code": 550, "reply_text": "no", "tries": 9, "next_attempt_at": NOW}
    row = make_delivery(mailing=mailing, state=state, **held, **said)

    moved = decisions.send_again(mailing_id=mailing.pk, row_ids=[row.pk], now=NOW)

    row.refresh_from_db()
    mailing.refresh_from_db()
    assert moved == 1
    assert (mailing.state, mailing.finished_at) == ("sending", None)
    assert (row.state, row.claim, row.holder, row.lease_until) == ("queued", "", "", None)
    assert (row.tries, row.attempt, row.next_attempt_at) == (0, 3, None)
    assert (row.reply_code, row.reply_text, row.told) == (None, "", "now")
    assert claim_batch(mailing.pk, claim="c", limit=500) == [row.pk]


@pytest.mark.parametrize(
    "state", ["queued", "claimed", "deferred", "sent", "excluded", "expired", "bounced"]
)
def test_row_in_another_state_is_left_alone(state):
    mailing = make_mailing(state="done")
    row = make_delivery(mailing=mailing, state=state)
    Batch.objects.all().delete()

    assert decisions.send_again(mailing_id=mailing.pk, row_ids=[row.pk], now=NOW) == 0
    assert decisions.treat_as_sent(mailing_id=mailing.pk, row_ids=[row.pk], now=NOW) == 0
    assert _states(mailing) == [state]
    assert (Mailing.objects.get().state, Batch.objects.count()) == ("done", 0)
    assert ModelLogEntry.objects.count() == 0


def test_row_of_another_mailing_or_without_an_address_is_left_alone():
    mailing, other = make_mailing(state="done"), make_mailing(state="done")
    foreign = make_delivery(mailing=other, state="refused")
    erased = make_delivery(mailing=mailing, state="refused", address_key=None)

    ids = [foreign.pk, erased.pk]
    assert decisions.send_again(mailing_id=mailing.pk, row_ids=ids, now=NOW) == 0
    assert (_states(mailing), _states(other)) == (["refused"], ["refused"])


def test_nothing_of_a_cancelled_mailing_is_sent_again():
    mailing = make_mailing(state="cancelled")
    row = make_delivery(mailing=mailing, state="unknown")

    with pytest.raises(MoveForbidden):
        decisions.send_again(mailing_id=mailing.pk, row_ids=[row.pk], now=NOW)
    assert decisions.treat_as_sent(mailing_id=mailing.pk, row_ids=[row.pk], now=NOW) == 1
    assert _states(mailing) == ["sent"]


def test_paused_mailing_stays_paused():
    mailing = make_mailing(state="paused")
    row = make_delivery(mailing=mailing, state="refused")

    assert decisions.send_again(mailing_id=mailing.pk, row_ids=[row.pk], now=NOW) == 1
    assert (Mailing.objects.get().state, _states(mailing)) == ("paused", ["queued"])


@pytest.mark.database
def test_many_rows_go_back_in_stretches_that_are_all_claimed(monkeypatch):
    monkeypatch.setattr(decisions, "SIZE", 3)
    mailing = make_mailing(state="done")
    rows = [make_delivery(mailing=mailing, state=state) for state in ["refused", "sent"] * 5]
    ids = [row.pk for row in rows]

    assert decisions.send_again(mailing_id=mailing.pk, row_ids=ids, now=NOW) == 5

    assert _states(mailing) == ["queued", "sent"] * 5
    assert Batch.objects.count() == 3
    claimed = [claim_batch(mailing.pk, claim=f"c{number}", limit=500) for number in range(3)]
    assert sum(map(len, claimed)) == 5
    (entry,) = ModelLogEntry.objects.all()
    assert (entry.action, entry.data["number"]) == ("campaigns.again", 5)


# --- the pages --------------------------------------------------------------------------------


def test_rows_in_doubt_are_shown_with_what_helps_to_decide(organiser):
    mailing = make_mailing(state="done")
    row = make_delivery(
        mailing=mailing, state="unknown", reply_text="The relay <hung> up.", lease_until=NOW
    )
    refused = make_delivery(mailing=mailing, state="refused", reply_code=550, reply_text="no")

    overview = organiser.get(_url("overview", mailing.pk)).content.decode()
    page = organiser.get(f"{_url('rows', mailing.pk)}?state=unknown").content.decode()

    assert f"{_url('rows', mailing.pk)}?state=unknown" in overview
    assert "The relay &lt;hung&gt; up." in overview
    number, host = message_id("d", row.pk).strip("<>").split("@")
    assert f"{number}<wbr>@{host}" in page
    assert (row.address_key in page, refused.address_key in page) == (True, False)


def test_decision_is_confirmed_with_its_number_and_then_made(organiser):
    mailing = make_mailing(state="done")
    one, two, three = (make_delivery(mailing=mailing, state="unknown") for _ in range(3))
    sent = make_delivery(mailing=mailing, state="sent")
    url, chosen = _url("decide", mailing.pk), [one.pk, two.pk, sent.pk]

    asked = organiser.post(url, {"decision": "sent", "row": chosen})
    assert (asked.status_code, asked.context["total"]) == (200, 2)
    assert _states(mailing) == ["unknown", "unknown", "unknown", "sent"]
    organiser.post(url, {"decision": "sent", "row": chosen, "confirmed": "1"})
    assert _states(mailing) == ["sent", "sent", "unknown", "sent"]
    organiser.post(url, {"decision": "again", "row": [three.pk], "confirmed": "1"})
    assert _states(mailing) == ["sent", "sent", "queued", "sent"]
    assert Mailing.objects.get().state == "sending"


def test_all_with_one_answer_are_sent_again_and_no_others(organiser):
    mailing = make_mailing(state="done")
    for text in ("no such user", "no such user", "spam"):
        make_delivery(mailing=mailing, state="refused", reply_code=550, reply_text=text)
    make_delivery(mailing=mailing, state="unknown", reply_code=550, reply_text="no such user")
    key = reply_groups(mailing.pk)[0].key
    url = _url("decide", mailing.pk)

    listed = organiser.get(f"{_url('rows', mailing.pk)}?state=refused&reply={key}")
    assert len(listed.context["rows"]) == 2
    asked = organiser.post(url, {"decision": "again", "reply": key})
    assert asked.context["total"] == 2
    organiser.post(url, {"decision": "again", "reply": key, "confirmed": "1"})

    assert _states(mailing) == ["queued", "queued", "refused", "unknown"]


@pytest.mark.parametrize(
    "data",
    [
        {"decision": "sent", "row": "refused"},
        {"decision": "again"},
        {"decision": "again", "row": "x"},
        {"decision": "again", "reply": "0" * 16},
        {"decision": "delete", "row": "refused"},
        {"decision": "again", "row": "9" * 30},
    ],
)
def test_what_cannot_be_decided_changes_nothing(organiser, data):
    mailing = make_mailing(state="done")
    row = make_delivery(mailing=mailing, state="refused")
    asked = data | ({"row": row.pk} if data.get("row") == "refused" else {})

    response = organiser.post(_url("decide", mailing.pk), asked | {"confirmed": "1"})

    assert response.url == _url("overview", mailing.pk)
    assert _states(mailing) == ["refused"]


def test_who_may_not_send_sees_the_rows_and_decides_nothing(organiser):
    group = Group.objects.get(name="Organisator")
    group.permissions.remove(group.permissions.get(codename="send_mailing"))
    mailing = make_mailing(state="done")
    row = make_delivery(mailing=mailing, state="unknown")

    page = organiser.get(f"{_url('rows', mailing.pk)}?state=unknown").content.decode()
    assert row.address_key in page
    assert not re.search(r'name="(decision|row)"', page)
    data = {"decision": "again", "row": [row.pk], "confirmed": "1"}
    assert organiser.post(_url("decide", mailing.pk), data).status_code in (302, 403)
    assert _states(mailing) == ["unknown"]


def test_rows_take_as_many_queries_for_one_as_for_many(organiser):
    def ask(mailing):
        with CaptureQueriesContext(connection) as queries:
            url = f"{_url('rows', mailing.pk)}?state=refused"
            assert organiser.get(url).status_code == 200
        return len(queries)

    few, many = make_mailing(state="done"), make_mailing(state="done")
    make_delivery(mailing=few, state="refused")
    for _ in range(20):
        make_delivery(mailing=many, state="refused")
    ask(few)
    assert ask(few) == ask(many)


# --- the API ----------------------------------------------------------------------------------


@pytest.fixture
def call(client):
    group = next(group for group in ensure_groups() if group.name == "Organisator")
    user = User.objects.create_user("api", "api@example.org")
    user.groups.add(group)
    token = create_access_token(user=user, scopes=["*"], days=None, now=NOW)

    def send(method, path, data=None):
        response = client.generic(
            method,
            f"/api/mailings{path}",
            "" if data is None else json.dumps(data),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )
        return response.status_code, response.json()

    return send


def test_api_tells_the_progress(call):
    mailing = make_mailing(state="sending")
    make_delivery(mailing=mailing, state="queued")
    later = NOW + timedelta(days=36500)
    make_delivery(
        mailing=mailing,
        state="deferred",
        reply_code=451,
        reply_text="4.3.0 later",
        next_attempt_at=later,
    )
    make_delivery(mailing=mailing, state="excluded", reason="no_basis")
    make_delivery(
        mailing=mailing, state="claimed", holder="worker-2", lease_until=NOW - timedelta(days=1)
    )

    status, found = call("GET", f"/{mailing.pk}/progress")

    (group,) = reply_groups(mailing.pk)
    assert status == 200
    assert found.pop("counts")["queued"] == 1
    (host,) = found.pop("absent")
    assert (host["name"], host["rows"]) == ("worker-2", 1)
    (said,) = found.pop("replies")
    assert said.pop("next_attempt_at") == found.pop("deferred_until")
    assert said == {
        "key": group.key,
        "state": "deferred",
        "code": 451,
        "text": "4.3.0 later",
        "number": 1,
    }
    assert [(each["name"], each["total"]) for each in found.pop("domains")] == [("example.org", 3)]
    assert found == {
        "state": "sending",
        "problem": "",
        "excluded": {"no_basis": 1},
        "to_send": 3,
        "settled": 0,
        "rate": None,
        "ends_at": None,
        "rest": None,
    }


def test_api_resolves_unknown_and_refused_rows(call):
    mailing = make_mailing(state="done")
    unknown = make_delivery(mailing=mailing, state="unknown")
    refused = make_delivery(mailing=mailing, state="refused")

    path = f"/{mailing.pk}/deliveries"
    status, problem = call("POST", f"{path}/{refused.pk}/resolve", {"as": "sent"})
    assert (status, problem["legal"]) == (409, ["queued"])
    assert call("POST", f"{path}/{refused.pk}/resolve", {"as": "queued"})[1]["state"] == "queued"
    status, row = call("POST", f"{path}/{unknown.pk}/resolve", {"as": "sent"})
    assert (status, row["state"], row["message_id"]) == (200, "sent", message_id("d", unknown.pk))
    status, problem = call("POST", f"{path}/{unknown.pk}/resolve", {"as": "queued"})
    assert (status, problem["state"], problem["legal"]) == (409, "sent", [])


def test_api_sends_all_with_one_reply_again(call):
    mailing = make_mailing(state="done")
    for text in ("no such user", "no such user", "spam"):
        make_delivery(mailing=mailing, state="refused", reply_code=550, reply_text=text)
    make_delivery(mailing=mailing, state="unknown", reply_text="x")
    doubtful = next(each for each in reply_groups(mailing.pk) if each.state == "unknown")
    key = call("GET", f"/{mailing.pk}/progress")[1]["replies"][0]["key"]

    assert call("POST", f"/{mailing.pk}/retry", {"reply": key}) == (200, {"queued": 2})
    assert _states(mailing) == ["queued", "queued", "refused", "unknown"]
    assert call("POST", f"/{mailing.pk}/retry", {"reply": key})[0] == 422
    assert call("POST", f"/{mailing.pk}/retry", {"reply": doubtful.key})[0] == 422

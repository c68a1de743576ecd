"""A mailing that somebody sends now waits for a minute, in which it can be withdrawn."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Delivery, Mailing
from campaigns.services import mailings
from campaigns.services.planning import start_due_mailings
from tests.campaigns.people import make_delegate
from tests.factories.base import bearer, make_token, make_user
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.contacts import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def minute(settings):
    settings.WITHDRAWAL_TIME = timedelta(seconds=60)


def _url(name, *args):
    return reverse(f"wagtailsnippets_campaigns_mailing:{name}", args=args)


def _organiser(client, *codenames):
    user = make_user(permissions=[f"campaigns.{code}" for code in codenames])
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    return client


def _due_at():
    due_at = Mailing.objects.get().due_at
    assert due_at is not None
    return due_at


def test_start_waits_as_long_as_it_is_told_and_not_at_all_otherwise():
    make_delegate()
    mailing = make_mailing(session=make_far_session())
    mailings.start(mailing_id=mailing.pk, now=NOW, wait=MINUTE)
    assert start_due_mailings(now=NOW + MINUTE - timedelta(seconds=1)) == []
    assert start_due_mailings(now=NOW + MINUTE) == [mailing.pk]
    other = make_mailing(session=make_far_session())
    mailings.start(mailing_id=other.pk, now=NOW)
    assert start_due_mailings(now=NOW) == [other.pk]


def test_mailing_that_is_withdrawn_is_a_draft_and_sends_nothing():
    make_delegate()
    mailing = make_mailing(session=make_far_session())
    mailings.start(mailing_id=mailing.pk, now=NOW, wait=MINUTE)
    mailings.withdraw_mailing(mailing_id=mailing.pk, now=NOW)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.due_at) == ("draft", None)
    assert start_due_mailings(now=NOW + 2 * MINUTE) == []
    assert Delivery.objects.count() == 0


def test_organiser_sees_the_seconds_and_withdraws(client, minute):
    make_delegate()
    organiser = _organiser(client, "view_mailing", "change_mailing", "send_mailing")
    mailing = make_mailing(session=make_far_session())
    organiser.post(_url("act", mailing.pk, "start"))
    left = _due_at() - timezone.now()
    assert timedelta(seconds=50) < left <= MINUTE
    page = organiser.get(_url("overview", mailing.pk)).content.decode()
    assert "data-countdown" in page
    assert _url("act", mailing.pk, "withdraw") in page
    answer = organiser.post(_url("act", mailing.pk, "withdraw"), follow=True)
    assert Mailing.objects.get().state == "draft"
    assert "data-countdown" not in answer.content.decode()


def test_who_may_not_send_may_not_withdraw(client, minute):
    make_delegate()
    mailing = make_mailing(session=make_far_session())
    mailings.start(mailing_id=mailing.pk, now=timezone.now(), wait=MINUTE)
    editor = _organiser(client, "view_mailing", "change_mailing")
    page = editor.get(_url("overview", mailing.pk)).content.decode()
    assert _url("act", mailing.pk, "withdraw") not in page
    editor.post(_url("act", mailing.pk, "withdraw"))
    assert Mailing.objects.get().state == "planned"


def test_api_starts_after_a_minute_and_withdraws(client, minute):
    make_delegate()
    mailing, token = make_mailing(session=make_far_session()), make_token()
    path = f"/api/mailings/{mailing.pk}"

    def call(act):
        return client.post(f"{path}/{act}", content_type="application/json", **bearer(token))

    assert call("start").json()["state"] == "planned"
    assert _due_at() > timezone.now() + timedelta(seconds=50)
    answer = call("withdraw")
    assert (answer.status_code, answer.json()["state"]) == (200, "draft")
    answer = call("withdraw")
    assert (answer.status_code, answer.json()["legal"]) == (409, ["plan", "start"])


def test_api_tells_hints_and_takes_a_plan_with_repeats(client):
    make_delegate()
    mailing, token = make_mailing(session=make_far_session()), make_token()
    at = {"at": "2100-02-07T23:00:00+01:00", "repeat": {"every_days": 7, "times": 3}}
    path = f"/api/mailings/{mailing.pk}"
    answer = client.post(f"{path}/plan", at, content_type="application/json", **bearer(token))
    found = answer.json()
    assert (answer.status_code, found["plan"], len(found["hints"])) == (200, at, 1), found
    dry = client.post(f"{path}/dry-run", **bearer(token)).json()
    # What is said of the text stands before what is said of the moment.
    assert dry["hints"][-1:] == found["hints"]


@pytest.mark.parametrize(
    ("plan", "name"),
    [
        ({"now": True, "repeat": {"every_days": 0, "times": 3}}, "every_days"),
        ({"at": "2000-01-01T09:00:00+01:00"}, "at"),
    ],
)
def test_api_refuses_a_plan_that_cannot_be(client, plan, name):
    make_delegate()
    mailing, token = make_mailing(session=make_far_session()), make_token()
    path = f"/api/mailings/{mailing.pk}/plan"
    answer = client.post(path, plan, content_type="application/json", **bearer(token))
    assert answer.status_code == 422, name
    assert Mailing.objects.get().state == "draft"

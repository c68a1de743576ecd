"""A mailing to many people: their number is typed, and the start keeps to it."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Site

from campaigns.errors import NumberUnconfirmed
from campaigns.models import Batch, Delivery, Mailing
from campaigns.services.confirming import confirm_earlier_plans
from campaigns.services.groups import ensure_groups
from campaigns.services.mailings import plan_mailing, start
from campaigns.services.planning import finish_mailings, start_due_mailings
from campaigns.services.rest import add_the_rest, send_to_late_sign_ups
from campaigns.viewsets import viewset
from content.models import SiteSettings
from participation.models import Invitation
from tests.campaigns.people import make_delegate, register
from tests.factories.base import bearer, make_token
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit():
    site = Site.objects.get(is_default_site=True)
    SiteSettings.objects.update_or_create(site=site, defaults={"recipients_limit": 10})


def _members(number):
    member = make_member()
    for _ in range(number):
        make_representation(make_contact(), member)


def _mailing(**values):
    return make_mailing(session=make_far_session(), audience={"member": True}, **values)


def test_below_the_limit_nobody_is_asked():
    _members(9)
    assert start(mailing_id=_mailing().pk, now=NOW).confirmed_recipients is None


@pytest.mark.parametrize("confirmed", [None, 0, 1, 8, 12, 10**9])
def test_from_the_limit_the_number_must_be_right(confirmed):
    _members(10)
    mailing = _mailing()

    with pytest.raises(NumberUnconfirmed) as refused:
        plan_mailing(mailing_id=mailing.pk, plan={"now": True}, confirmed=confirmed, now=NOW)

    mailing.refresh_from_db()
    assert (refused.value.number, mailing.state, mailing.plan) == (10, "draft", {})


def test_number_that_was_confirmed_is_kept_and_held_at_the_start():
    _members(10)
    mailing = start(mailing_id=_mailing().pk, now=NOW, confirmed=10)
    assert mailing.confirmed_recipients == 10
    make_delegate()

    assert start_due_mailings(now=NOW) == [mailing.pk]
    assert Delivery.objects.filter(state="queued").count() == 11


def test_mailing_that_would_reach_far_more_is_missed_and_asks_again():
    _members(10)
    mailing = start(mailing_id=_mailing().pk, now=NOW, confirmed=10)
    _members(2)

    assert start_due_mailings(now=NOW) == []
    mailing.refresh_from_db()
    assert (mailing.state, Delivery.objects.count(), Invitation.objects.count()) == ("missed", 0, 0)
    assert mailing.pause_reason == (
        "10 mensen waren bevestigd, en nu zou hij naar 12 gaan. Kijk naar de doelgroep en plan "
        "hem opnieuw."
    )
    with pytest.raises(NumberUnconfirmed):
        start(mailing_id=mailing.pk, now=NOW)
    start(mailing_id=mailing.pk, now=NOW, confirmed=12)
    assert start_due_mailings(now=NOW) == [mailing.pk]


def test_mailing_that_grew_past_the_limit_unasked_is_missed():
    _members(9)
    mailing = start(mailing_id=_mailing().pk, now=NOW)
    _members(1)
    Mailing.objects.update(state="planned")
    assert start_due_mailings(now=NOW) == [mailing.pk]

    late = start(mailing_id=_mailing().pk, now=NOW, confirmed=10)
    Mailing.objects.filter(pk=late.pk).update(confirmed_recipients=None)
    _members(1)
    assert start_due_mailings(now=NOW) == []
    late.refresh_from_db()
    assert "niemand bevestigde er meer dan 10" in late.pause_reason


def test_those_who_are_excluded_do_not_count():
    _members(10)
    for _ in range(5):
        make_contact()
    mailing = make_mailing(session=make_far_session(), audience={"everyone": True})
    start(mailing_id=mailing.pk, now=NOW, confirmed=10)
    assert start_due_mailings(now=NOW) == [mailing.pk]


def test_confirm_page_asks_for_the_number_and_takes_it_with_points(client):
    ensure_groups()
    user = User.objects.create_user("Organisator", "organisator@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    _members(10)
    mailing = _mailing()
    url = reverse(viewset.get_url_name("act"), args=[mailing.pk, "start"])

    assert 'name="confirm"' in client.get(url).content.decode()
    for typed in ("", "tien", "1", "٣"):
        page = client.post(url, {"confirm": typed}).content.decode()
        assert "Deze mailing gaat naar 10 mensen." in page
        assert Mailing.objects.get().state == "draft"
    client.post(url, {"confirm": " 1.0"})
    assert Mailing.objects.get().confirmed_recipients == 10


def test_plan_of_the_overview_asks_for_the_number_and_keeps_what_was_filled_in(client):
    client.force_login(User.objects.create_superuser("baas"))
    _members(10)
    mailing = _mailing()
    url = reverse(viewset.get_url_name("act"), args=[mailing.pk, "plan"])
    plan = {"when": "relative", "anchor": "session_start", "days": "-7", "clock": "09:00"}

    page = client.post(url, plan).content.decode()
    assert 'name="days" value="-7"' in page
    assert Mailing.objects.get().state == "draft"
    client.post(url, plan | {"confirm": "10"})
    mailing.refresh_from_db()
    assert (mailing.state, mailing.plan["relative"]["days"]) == ("planned", -7)


def test_api_and_command_name_what_they_need(client):
    _members(10)
    mailing = _mailing()
    token = bearer(make_token("mailings:send"))
    for act in ("start", "plan"):
        url = f"/api/mailings/{mailing.pk}/{act}"
        body = {"now": True} if act == "plan" else {}
        answer = client.post(url, body, content_type="application/json", **token)
        assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (
            422,
            ["confirm"],
        )
        wrong = client.post(url, {"confirm": "x"}, content_type="application/json", **token)
        assert wrong.status_code == 422
    with pytest.raises(CommandError, match="10"):
        call_command("mailing", str(mailing.pk), "start")
    url = f"/api/mailings/{mailing.pk}/start"
    answer = client.post(url, {"confirm": 10}, content_type="application/json", **token)
    assert answer.json()["state"] == "planned"
    call_command("mailing", str(mailing.pk), "start", "--confirm", "10")
    assert Mailing.objects.get().confirmed_recipients == 10


def test_planning_counts_the_audience_once():
    _members(10)
    mailing = _mailing()
    with CaptureQueriesContext(connection) as queries:
        plan_mailing(mailing_id=mailing.pk, plan={"now": True}, confirmed=10, now=NOW)
    counted = [each for each in queries.captured_queries if "AS considered" in each["sql"]]
    assert len(counted) == 1


# --- to the rest --------------------------------------------------------------------------


def _done(**values):
    """A mailing to nine people, all of it sent."""
    _members(9)
    mailing = start(mailing_id=_mailing(**values).pk, now=NOW)
    assert start_due_mailings(now=NOW) == [mailing.pk]
    Delivery.objects.update(state="sent", sent_at=NOW)
    Batch.objects.all().delete()
    assert finish_mailings(now=NOW) == [mailing.pk]
    return mailing


@pytest.mark.database
@pytest.mark.parametrize("confirmed", [None, 1, 19])
def test_rest_of_so_many_asks_for_their_number(confirmed):
    mailing = _done()
    _members(10)

    with pytest.raises(NumberUnconfirmed) as refused:
        add_the_rest(mailing_id=mailing.pk, now=NOW, confirmed=confirmed)

    mailing.refresh_from_db()
    assert (refused.value.number, mailing.state) == (10, "done")
    assert (Delivery.objects.count(), Batch.objects.count()) == (9, 0)
    assert add_the_rest(mailing_id=mailing.pk, now=NOW, confirmed=10) == 10


def test_rest_of_fewer_asks_nothing():
    mailing = _done()
    _members(9)
    assert add_the_rest(mailing_id=mailing.pk, now=NOW) == 9


def test_late_sign_ups_get_their_reminder_however_many_they_are():
    session = make_far_session()
    audience = {"registration": {"session": session.slug, "states": ["registered"]}}
    reminder = {"kind": "reminder", "purpose": "participation", "audience": audience}
    mailing = make_mailing(session=session, state="done", started_at=NOW, **reminder)
    for _ in range(10):
        register(session, make_contact())
    assert send_to_late_sign_ups(now=NOW) == [mailing.pk]
    assert Delivery.objects.filter(state="queued").count() == 10


def test_rest_page_and_api_ask_for_the_number(client):
    client.force_login(User.objects.create_superuser("baas"))
    mailing = _done()
    _members(10)
    url = reverse(viewset.get_url_name("rest"), args=[mailing.pk])

    assert 'name="confirm"' in client.get(url).content.decode()
    page = client.post(url, {"confirm": "9000"}).content.decode()
    assert "Deze mailing gaat naar 10 mensen." in page
    assert 'aria-invalid="true"' in page
    token = bearer(make_token("mailings:send"))
    api = f"/api/mailings/{mailing.pk}/rest"
    answer = client.post(api, {}, content_type="application/json", **token)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "confirm")
    assert Delivery.objects.count() == 9

    client.post(url, {"confirm": "10"})
    assert Delivery.objects.filter(state="queued").count() == 10
    Delivery.objects.update(state="sent", sent_at=NOW)
    Batch.objects.all().delete()
    finish_mailings(now=NOW)
    _members(10)
    answer = client.post(api, {"confirm": 10}, content_type="application/json", **token)
    assert (answer.status_code, answer.json()) == (200, {"queued": 10})


# --- planned before the number was asked for ----------------------------------------------


_marks = import_module("campaigns.migrations.0010_numbers_of_earlier_plans")


def _planned_before(**values):
    """A mailing that was planned by a version that asked for no number, after the update."""
    planned = {"state": "planned", "plan": {"now": True}, "due_at": NOW}
    mailing = make_mailing(session=make_far_session(), **planned | values)
    _marks.mark(apps, SimpleNamespace(connection=connection))
    mailing.refresh_from_db()
    assert mailing.confirmed_recipients == 0
    confirm_earlier_plans(now=NOW)
    mailing.refresh_from_db()
    return mailing


@pytest.mark.database
def test_mailing_planned_before_an_update_counts_as_confirmed_as_it_stood_then():
    _members(20)
    mailing = _planned_before(audience={"member": True})
    assert mailing.confirmed_recipients == 20
    _members(2)
    assert start_due_mailings(now=NOW) == [mailing.pk]


def test_mailing_planned_before_an_update_is_held_to_that_number():
    _members(20)
    mailing = _planned_before(audience={"member": True})
    _members(3)
    assert start_due_mailings(now=NOW) == []
    mailing.refresh_from_db()
    assert mailing.pause_reason.startswith("20 mensen waren bevestigd")


def test_small_or_broken_mailing_planned_before_an_update_has_no_number():
    _members(3)
    assert _planned_before(audience={"member": True}).confirmed_recipients is None
    assert _planned_before(audience={"nonsense": True}).confirmed_recipients is None


def test_update_marks_only_what_is_planned_without_a_number():
    draft, asked = _mailing(), _mailing(state="planned", confirmed_recipients=12)
    editor = SimpleNamespace(connection=connection)
    _marks.mark(apps, editor)
    _marks.unmark(apps, editor)
    numbers = Mailing.objects.order_by("pk").values_list("pk", "confirmed_recipients")
    assert list(numbers) == [(draft.pk, None), (asked.pk, 12)]


def test_every_update_ends_with_it():
    _members(10)
    mailing = _mailing(state="planned", confirmed_recipients=0)
    call_command("migrate", verbosity=0)
    mailing.refresh_from_db()
    assert mailing.confirmed_recipients == 10

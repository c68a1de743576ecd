"""The organiser's part of the first page: what is next, what waits, drafts, and the first steps."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.selectors.attention import attention
from campaigns.selectors.first_page import drafts_of, next_mailings, recent_trouble
from tests.campaigns.people import make_delegate
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW

pytestmark = pytest.mark.django_db

ORGANISES = [
    "wagtailadmin.access_admin",
    "campaigns.view_mailing",
    "campaigns.add_mailing",
    "campaigns.change_mailing",
]


@pytest.fixture(autouse=True)
def _forget():
    cache.clear()


@pytest.fixture
def organiser(client):
    user = make_user(permissions=ORGANISES)
    client.force_login(user)
    return user


def test_next_mailings_come_by_their_moment_without_templates_and_history():
    late = make_mailing(state="planned", due_at=NOW + timedelta(days=9))
    soon = make_mailing(state="planned", due_at=NOW)
    someday = make_mailing(state="checked")
    make_mailing(state="planned", due_at=NOW, is_template=True)
    for state in ("draft", "paused", "missed", "done", "cancelled"):
        make_mailing(state=state)
    assert next_mailings() == [soon, late, someday]


def test_drafts_are_ones_own_and_no_templates(organiser):
    mine = make_mailing(created_by=organiser)
    newer = make_mailing(created_by=organiser)
    make_mailing(created_by=make_user())
    make_mailing(created_by=organiser, is_template=True)
    make_mailing(created_by=organiser, state="planned")
    assert drafts_of(organiser) == [newer, mine]


def test_trouble_counts_what_did_not_arrive_this_week():
    mailing = make_mailing(state="done", started_at=NOW)
    old = make_mailing(state="done", started_at=NOW - timedelta(days=8))
    for state in ("refused", "bounced", "sent", "excluded"):
        make_delivery(mailing=mailing, state=state)
    make_delivery(mailing=old, state="refused")
    make_delivery(mailing=make_mailing(state="sending", started_at=NOW), state="sent")

    assert [(each.mailing, each.number) for each in recent_trouble(NOW)] == [(mailing, 2)]


def test_what_stopped_asks_for_attention():
    paused, missed = make_mailing(state="paused"), make_mailing(state="missed")
    make_mailing(state="planned")
    assert set(attention(NOW).stopped) == {paused, missed}


def test_first_page_tells_when_and_to_how_many(client, organiser):
    make_delegate()
    make_delegate()
    make_mailing(state="planned", title="Gaat straks", due_at=timezone.now() + timedelta(hours=2))
    running = make_mailing(state="sending", title="Gaat nu")
    for state in ("sent", "queued", "queued", "excluded"):
        make_delivery(mailing=running, state=state)
    make_mailing(created_by=organiser, title="Mijn concept")

    page = " ".join(client.get("/admin/").content.decode().split())

    assert "Gaat straks" in page
    # The two who speak for a member, and nobody of the running one; of that, three.
    assert "<td>2 mensen</td>" in page
    assert "<td>3 mensen</td>" in page
    assert "Mijn concept" in page


def test_first_page_takes_as_many_queries_for_one_as_for_three(client, organiser):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/admin/").status_code == 200
        return len(queries)

    def add():
        make_mailing(state="planned", due_at=NOW)
        make_mailing(created_by=organiser)
        make_delivery(mailing=make_mailing(state="done", started_at=timezone.now()), state="sent")
        # The dry runs, which are remembered.
        client.get("/admin/")

    add()
    one = ask()
    add()
    add()
    assert ask() == one


def test_first_steps_are_shown_until_they_are_closed(client, organiser):
    assert "in drie stappen" in client.get("/admin/").content.decode()
    client.patch("/admin/dismissibles/", '{"bijeen_tour": true}', content_type="application/json")
    assert "in drie stappen" not in client.get("/admin/").content.decode()


def test_who_may_only_read_is_not_led_to_a_new_mailing(client):
    client.force_login(make_user(permissions=ORGANISES[:2]))
    page = client.get("/admin/").content.decode()
    assert "Er is geen mailing gepland." in page
    assert "/mailing/begin/" not in page
    assert "in drie stappen" not in page


def test_who_has_nothing_to_do_with_mailings_sees_none(client):
    make_mailing(state="planned", title="Gaat straks", due_at=NOW)
    client.force_login(make_user(permissions=["wagtailadmin.access_admin"]))
    page = client.get("/admin/").content.decode()
    assert "Gaat straks" not in page
    assert "Nieuwe uitnodiging" not in page


def test_mails_in_doubt_lead_to_where_one_decides(client, organiser):
    mailing = make_mailing(state="done", started_at=NOW, title="Twijfel")
    for _ in range(2):
        make_delivery(mailing=mailing, contact=make_delegate(), state="unknown")
    make_delivery(mailing=make_mailing(state="done"), contact=make_delegate(), state="sent")
    assert attention(NOW).doubted == [mailing]
    url = reverse("wagtailsnippets_campaigns_mailing:rows", args=[mailing.pk])
    assert f'href="{url}?state=unknown"' in client.get("/admin/").content.decode()

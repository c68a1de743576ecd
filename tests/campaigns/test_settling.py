"""The gate before a next step: a mailing waits until somebody says that something is settled."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from campaigns.errors import MailingNotReady, MoveForbidden
from campaigns.models import Delivery, Mailing
from campaigns.plan import LATE
from campaigns.selectors.attention import attention
from campaigns.services import mailings, settling
from campaigns.services.planning import start_due_mailings, start_mailing
from campaigns.viewsets import viewset
from tests.campaigns.people import make_delegate, make_organiser
from tests.factories.base import make_token, make_user
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.contacts import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WHAT = "Waar de volgende stap over gaat"
MOMENT = NOW + timedelta(days=3)


@pytest.fixture
def organiser():
    return make_organiser("organisator", first_name="Sanne")


@pytest.fixture
def mailing(organiser):
    """An invitation that is planned, and waits for something."""
    make_delegate()
    made = make_mailing(session=make_far_session(), created_by=organiser, waits_for=WHAT)
    made.save_revision(user=organiser, clean=False)
    mailings.plan_mailing(mailing_id=made.pk, plan={"at": MOMENT.isoformat()}, now=NOW)
    made.refresh_from_db()
    assert made.state == "planned"
    return made


def _page(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


@pytest.mark.capability("C65")
def test_mailing_does_not_go_out_before_what_it_waits_for_is_settled(mailing, organiser):
    assert start_due_mailings(now=MOMENT) == []
    assert start_mailing(mailing_id=mailing.pk, now=MOMENT) is False
    assert not Delivery.objects.exists()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.due_at) == ("planned", MOMENT)

    settling.settle(mailing_id=mailing.pk, by=organiser, now=MOMENT)
    assert start_due_mailings(now=MOMENT) == [mailing.pk]
    assert Delivery.objects.filter(state="queued").count() == 1


def test_mailing_that_is_not_settled_after_all_waits_again(mailing, organiser):
    settling.settle(mailing_id=mailing.pk, by=organiser, now=NOW)
    settling.unsettle(mailing_id=mailing.pk, by=organiser, now=NOW)
    assert start_due_mailings(now=MOMENT) == []
    said = ModelLogEntry.objects.for_instance(mailing).filter(action__contains="settle")
    assert [(entry.action, entry.data["waits_for"]) for entry in said.order_by("pk")] == [
        ("campaigns.settle", WHAT),
        ("campaigns.unsettle", WHAT),
    ]


def test_mailing_that_is_settled_too_late_is_missed_and_says_why(mailing, organiser, client):
    late = MOMENT + LATE + timedelta(seconds=1)
    assert start_due_mailings(now=late) == []
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("missed", "unsettled")
    client.force_login(organiser)
    page = client.get(_page("overview", mailing.pk)).content.decode()
    assert "was niet op tijd rond" in page


def test_mailing_that_waits_cannot_be_sent_at_once(mailing, organiser):
    with pytest.raises(MailingNotReady, match=WHAT):
        mailings.start(mailing_id=mailing.pk, now=NOW)
    settling.settle(mailing_id=mailing.pk, by=organiser, now=NOW)
    mailings.start(mailing_id=mailing.pk, now=NOW)
    assert start_due_mailings(now=NOW) == [mailing.pk]


def test_another_thing_to_wait_for_has_to_be_settled_anew(mailing, organiser):
    settling.settle(mailing_id=mailing.pk, by=organiser, now=NOW)
    mailing = Mailing.objects.get(pk=mailing.pk)
    mailing.title = "Andere titel"
    mailings.save_mailing(mailing=mailing, by=organiser, now=NOW)
    assert Mailing.objects.get(pk=mailing.pk).settled_by == organiser
    mailing.waits_for = "In welke vorm"
    mailings.save_mailing(mailing=mailing, by=organiser, now=NOW)
    assert Mailing.objects.get(pk=mailing.pk).is_unsettled


def test_nothing_to_settle_is_refused(mailing, organiser):
    plain = make_mailing(created_by=organiser)
    with pytest.raises(MoveForbidden):
        settling.settle(mailing_id=plain.pk, by=organiser, now=NOW)
    with pytest.raises(MoveForbidden):
        settling.unsettle(mailing_id=mailing.pk, by=organiser, now=NOW)
    settling.settle(mailing_id=mailing.pk, by=organiser, now=NOW)
    with pytest.raises(MoveForbidden):
        settling.settle(mailing_id=mailing.pk, by=organiser, now=NOW)
    start_due_mailings(now=MOMENT)
    with pytest.raises(MoveForbidden):
        settling.unsettle(mailing_id=mailing.pk, by=organiser, now=NOW)


def test_first_page_reminds_of_what_has_to_be_settled_soon(mailing, organiser):
    assert attention(MOMENT - timedelta(days=3)).unsettled == []
    assert attention(MOMENT - timedelta(days=2)).unsettled == [mailing]
    settling.settle(mailing_id=mailing.pk, by=organiser, now=NOW)
    assert attention(MOMENT - timedelta(days=2)).unsettled == []


def test_organiser_settles_on_the_page_and_a_reader_cannot(mailing, organiser, client):
    client.force_login(organiser)
    page = client.get(_page("overview", mailing.pk)).content.decode()
    assert WHAT in page
    assert "Dit is rond" in page
    assert "/start/" not in page
    client.get(_page("approval", mailing.pk, "settle"))
    assert Mailing.objects.get(pk=mailing.pk).is_unsettled
    done = client.post(_page("approval", mailing.pk, "settle"), follow=True).content.decode()
    assert "Toch niet rond" in done
    assert "/start/" in done
    assert not Mailing.objects.get(pk=mailing.pk).is_unsettled

    reads = ["wagtailadmin.access_admin", "campaigns.view_mailing", "campaigns.change_mailing"]
    client.force_login(make_user(permissions=reads))
    assert "Toch niet rond" not in client.get(_page("overview", mailing.pk)).content.decode()
    client.post(_page("approval", mailing.pk, "unsettle"))
    assert not Mailing.objects.get(pk=mailing.pk).is_unsettled


def test_api_writes_shows_and_settles_what_a_mailing_waits_for(mailing, organiser, client):
    head = {"authorization": f"Bearer {make_token(user=organiser)}"}
    path = f"/api/mailings/{mailing.pk}"

    def call(method, path, **data):
        body = json.dumps(data)
        return getattr(client, method)(path, body, content_type="application/json", headers=head)

    shown = client.get(path, headers=head).json()
    assert (shown["waits_for"], shown["settled_at"]) == (WHAT, None)
    assert call("post", f"{path}/settle").json()["settled_at"]
    assert call("post", f"{path}/settle").status_code == 409
    assert call("post", f"{path}/unsettle").json()["settled_at"] is None
    assert call("patch", path, waits_for="x" * 201).status_code == 422
    assert call("patch", path, waits_for="").json()["waits_for"] == ""

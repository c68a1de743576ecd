"""The page of a mailing that runs or ran: its words, its buttons, and what the relay said."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from base.models import Installation
from campaigns.models import Batch, Delivery, Mailing, MailingFile
from campaigns.overview.advice import advice
from campaigns.services import mailings
from campaigns.services.batches import lay_out
from campaigns.services.groups import ensure_groups
from campaigns.viewsets import viewset
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation
from tests.factories.participation import make_registration
from tests.relay import misbehaving_relay
from worker import duties
from worker.engine import send_batch
from worker.sources import MailingSource
from worker.transport import SMTPTransport

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("noor", "noor@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


def _page(organiser, mailing, name="overview"):
    """The page in English."""
    with translation.override("en"):
        response = organiser.get(_url(name, mailing.pk), HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 200
    return response


def _text(response):
    return " ".join(response.content.decode().split())


def _sending(**values):
    mailing = make_mailing(state="sending", **values)
    make_delivery(mailing=mailing, state="queued")
    return mailing


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (
            "SSLCertVerificationError: certificate verify failed: self-signed certificate",
            "certificate",
        ),
        ("SMTPNotSupportedError: STARTTLS extension not supported by server.", "safe connection"),
        ("5.7.8 Error: authentication failed: generic failure", "password"),
        ("535 5.7.8 Username and Password not accepted", "password"),
        ("552 The message is larger than the relay takes (1000 octets).", "attachments"),
        ("ConnectionResetError: The relay hung up.", "in doubt"),
        ("TimeoutError: The relay did not answer in time.", "in doubt"),
        ("550 5.7.1 sender blocked", "Nobody else is tried"),
        ("550 5.1.1 no such user", "Nobody else is tried"),
    ],
)
def test_advice_follows_from_the_words_of_the_mail_server(words, about):
    with translation.override("en"):
        assert about in advice(words)


# --- what stands on the page ------------------------------------------------------------------


def test_page_tells_how_far_how_fast_and_until_when(organiser):
    mailing, now = _sending(), timezone.now()
    for _ in range(3):
        make_delivery(
            mailing=mailing, state="sent", reply_code=250, sent_at=now - timedelta(seconds=1)
        )
    for _ in range(2):
        make_delivery(mailing=mailing, state="excluded", reason="no_basis")
    make_delivery(
        mailing=mailing,
        state="deferred",
        reply_code=451,
        reply_text="4.3.0 <later>",
        next_attempt_at=now + timedelta(hours=3),
    )

    context = _page(organiser, mailing).context

    assert (context["progress"].to_send, context["progress"].settled) == (5, 3)
    assert (context["pace"] != "", context["end"] != "") == (True, True)
    page = _text(_page(organiser, mailing))
    assert '<progress id="progress" class="w-w-full" max="5" value="3">' in page
    assert "4.3.0 &lt;later&gt;" in page
    assert "?reason=no_basis" in page
    assert 'data-every="2"' in page


@pytest.mark.parametrize(
    ("until", "every"),
    [(timedelta(seconds=-5), 2), (timedelta(seconds=90.5), 90), (timedelta(days=3), 600)],
)
def test_page_of_a_planned_mailing_waits_for_its_moment(organiser, until, every, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    mailing = make_mailing(state="planned", due_at=now + until, audience={"everyone": True})

    page, part = (_text(_page(organiser, mailing, name)) for name in ("overview", "standing"))

    for text in (page, part):
        assert f'data-state="planned" data-every="{every}"' in text
    assert "mailing_standing.js" in page
    Mailing.objects.filter(pk=mailing.pk).update(state="draft", due_at=None)
    assert "data-every" not in _text(_page(organiser, mailing))


def test_start_while_mail_is_held_says_that_nothing_goes_out(organiser):
    make_representation(make_contact(), make_member())
    Installation.objects.create(pk=1, name="here", held_since=NOW, held_reason="went_back")
    mailing = make_mailing(state="draft", session=make_far_session(), audience={"everyone": True})
    response = organiser.post(
        _url("act", mailing.pk, "start"), follow=True, HTTP_ACCEPT_LANGUAGE="en"
    )

    said = [str(message) for message in response.context["messages"]]
    assert said == [
        "The mailing is about to start.",
        "Mail is held: nothing goes out until it is released.",
    ]


def test_start_by_attendance_says_that_it_waits_for_the_list(organiser):
    session = make_far_session()
    make_registration(session=session, state="registered", attendance="present")
    audience = {"attendance": {"session": session.slug, "values": ["present"]}}
    mailing = make_mailing(
        kind="follow_up", purpose="participation", session=session, audience=audience
    )
    response = organiser.post(
        _url("act", mailing.pk, "start"), follow=True, HTTP_ACCEPT_LANGUAGE="en"
    )

    said = [str(message) for message in response.context["messages"]]
    assert said == [
        "The mailing is about to start.",
        f"Waits until the attendance list of “{session}” is closed.",
    ]


def test_part_that_changes_is_served_alone_and_is_the_same(organiser):
    mailing = _sending()
    duties.open_breaker(words="4.3.2 too busy", until=timezone.now() + timedelta(seconds=30))

    page, part = _text(_page(organiser, mailing)), _page(organiser, mailing, "standing")

    assert "no-store" in part["Cache-Control"]
    assert "4.3.2 too busy" in _text(part)
    assert _text(part) in page


def test_done_mailing_is_not_looked_at_again(organiser):
    mailing = make_mailing(state="done", finished_at=NOW)
    make_delivery(mailing=mailing, state="sent")

    page = _text(_page(organiser, mailing))
    assert "mailing_standing.js" not in page
    assert _url("act", mailing.pk, "pause") not in page


def test_mailing_that_the_engine_paused_tells_the_words_and_what_to_do(organiser):
    mailing = _sending()
    words = "5.7.8 <authentication> failed"
    mailings.pause_mailing(mailing_id=mailing.pk, reason=words, now=NOW)

    response = _page(organiser, mailing)

    assert response.context["pause"].by == ""
    with translation.override("en"):  # as this organiser reads the admin
        assert response.context["advice"] == advice(words)
    page = _text(response)
    assert "<blockquote>5.7.8 &lt;authentication&gt; failed</blockquote>" in page
    assert _url("act", mailing.pk, "resume") in page


def test_mailing_that_a_person_paused_tells_who(organiser):
    mailing = _sending()
    organiser.post(_url("act", mailing.pk, "pause"))

    response = _page(organiser, mailing)

    assert response.context["pause"].by == "noor"
    assert "<blockquote>" not in response.content.decode()


def test_absent_host_is_named_with_the_command(organiser):
    mailing = _sending()
    make_delivery(
        mailing=mailing, state="claimed", holder="worker-2", lease_until=NOW - timedelta(days=9)
    )

    assert "<code>manage.py recover --abandon worker-2</code>" in _text(_page(organiser, mailing))


def test_page_takes_as_many_queries_for_one_row_as_for_many(organiser):
    def ask(mailing):
        with CaptureQueriesContext(connection) as queries:
            _page(organiser, mailing)
        return len(queries)

    few, many = make_mailing(state="sending"), make_mailing(state="sending")
    for mailing, number in ((few, 1), (many, 15)):
        for state in ("queued", "claimed", "deferred", "refused", "unknown", "sent", "excluded"):
            for _ in range(number):
                reason = "no_basis" if state == "excluded" else ""
                make_delivery(mailing=mailing, state=state, reason=reason)
    ask(few)
    assert ask(few) == ask(many)


@pytest.mark.parametrize("role", ["Redacteur", "Relatiebeheerder"])
def test_who_may_not_see_mailings_sees_none_of_it(client, role):
    ensure_groups()
    user = User.objects.create_user(role, f"{role}@example.org".lower())
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    mailing = make_mailing(state="done")
    row = make_delivery(mailing=mailing, state="unknown")
    MailingFile.objects.create(
        mailing=mailing, position=0, name="a.pdf", content_type="application/pdf", octets=b"x"
    )

    for url in (
        *(_url(name, mailing.pk) for name in ("overview", "standing", "rows", "people")),
        _url("file", mailing.pk, 0),
    ):
        assert client.get(url).status_code in (302, 403)
    data = {"decision": "again", "row": [row.pk], "confirmed": "1"}
    assert client.post(_url("decide", mailing.pk), data).status_code in (302, 403)
    assert Delivery.objects.get().state == "unknown"


# --- from the wire to the page ----------------------------------------------------------------


def _send(mailing, url, folder):
    transport = SMTPTransport(url, timeout=5, hostname="client.example.org")
    try:
        return send_batch(
            MailingSource(mailing.pk), transport, journal_dir=folder, clock=timezone.now
        )
    finally:
        transport.close()


def _to_members(*names, **values):
    mailing = make_mailing(state="sending", session=make_far_session(), **values)
    for name in names:
        person = make_representation(
            make_contact(email=f"{name}@example.org"), make_member()
        ).contact
        make_delivery(mailing=mailing, contact=person)
    Batch.objects.all().delete()
    lay_out(mailing.pk)
    return mailing


def test_what_the_relay_says_reaches_the_page(organiser, tmp_path):
    mailing = _to_members("amina", "gone1", "gone2", "later1", "spam1", "drop1")
    with misbehaving_relay("PIPELINING") as (relay, url):
        _send(mailing, url, tmp_path)

    assert relay.recipients() == ["amina@example.org", "drop1@example.org"]
    page = _text(_page(organiser, mailing))
    for words in (
        "550 5.1.1 no such user",
        "451 4.3.0 try again later",
        "554 5.7.1 looks like spam",
    ):
        assert words in page
    assert _page(organiser, mailing).context["progress"].counts["unknown"] == 1


def test_message_over_the_size_of_the_relay_is_told_with_its_words(organiser, tmp_path):
    mailing = _to_members(*(f"lid{number}" for number in range(6)))
    MailingFile.objects.create(
        mailing=mailing,
        position=0,
        name="a.pdf",
        content_type="application/pdf",
        octets=b"x" * 200_000,
    )
    with misbehaving_relay("SIZE 100000") as (relay, url):
        _send(mailing, url, tmp_path)

    assert relay.kept == []
    mailing = Mailing.objects.get()
    assert mailing.state == "paused"
    page = _text(_page(organiser, mailing))
    assert "552 The message is larger than the relay takes (100000 octets)." in page
    assert advice(mailing.pause_reason) == advice("552 too large")

"""A poll in a mailing: its block and personal link, and mail to those who did not answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.archive import public_mail
from campaigns.checks import save_problems, send_problems
from campaigns.enums import MailingState
from campaigns.message import draft_composer, open_composer, preview_for
from campaigns.models import Delivery, Mailing
from campaigns.rendering import sample_recipient
from campaigns.selectors import explain, load_deliveries
from campaigns.selectors.recipients import exclusions_now
from campaigns.services.planning import start_mailing
from participation.links import poll_token
from participation.models import Poll
from participation.services.polls import close_poll, reopen_poll
from tests.campaigns.people import make_delegate, matching, reasons
from tests.factories.base import bearer, make_token, make_user
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, make_contact
from tests.factories.participation import make_poll, make_poll_answer

pytestmark = pytest.mark.django_db


def block(poll: Poll) -> dict[str, Any]:
    return {"type": "poll", "value": {"poll": poll.pk}}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "value": f"<p>{words}</p>"}


def mailing_with(poll: Poll, **values: Any) -> Mailing:
    body = [text("Dag"), block(poll), text("Tot dan")]
    return make_mailing(**{"body_nl": body, "body_en": body} | values)


# --- the block ------------------------------------------------------------------------------------


def test_poll_is_said_with_the_persons_own_link_as_long_as_it_is_open():
    poll = make_poll(question_nl="Doen <we> dit?", question_en="Shall we?")
    mailing = mailing_with(poll, state="sending")
    contact, reader = make_contact(), make_contact(language="en")
    rows = [make_delivery(mailing=mailing, contact=each) for each in (contact, reader)]

    def mails():
        composer = open_composer(mailing.pk, now=NOW)
        return [composer.render(composer.recipient_of(row)) for row in rows]

    dutch, english = mails()
    own = f"http://127.0.0.1:8000/q/{poll_token(poll_id=poll.pk, contact=contact)}/"
    assert dutch.text.startswith(
        "Dag\n\nDoen <we> dit?\nJe kunt je antwoord later nog veranderen.\n"
        f"Geef je antwoord: {own}\n\nTot dan\n\n-- "
    )
    assert (f'href="{own}"' in dutch.html, "Doen &lt;we&gt; dit?</h2>" in dutch.html) == (
        True,
        True,
    )
    assert english.text.startswith(
        "Dag\n\nShall we?\nYou can still change your answer later.\nGive"
    )
    assert own not in english.text + english.html

    Poll.objects.update(closes_at=NOW + timedelta(days=1))
    assert "Antwoorden kan tot dinsdag 3 maart 2026, 10.00 uur." in mails()[0].text
    Poll.objects.update(closes_at=NOW)
    assert mails()[0].text.startswith("Dag\n\nTot dan\n\n-- ")
    Poll.objects.all().delete()
    assert mails()[0].text.startswith("Dag\n\nTot dan\n\n-- ")
    assert "/q/" not in mails()[0].html


def test_poll_is_read_once_for_a_batch():
    mailing = mailing_with(make_poll(), state="sending")
    first, *rows = load_deliveries([make_delivery(mailing=mailing).pk for _ in range(3)])
    composer = open_composer(mailing.pk, now=NOW)
    composer.compose(first, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        contents = [composer.compose(row, now=NOW).content for row in rows]
    assert len(queries) == 0
    assert all(b"Doen we dit?" in content for content in contents)


def test_whoever_looks_gets_nobodys_link():
    poll, contact = make_poll(), make_contact()
    mailing = mailing_with(poll, state="done")
    preview = preview_for(mailing, contact, now=NOW)
    assert preview is not None
    for said in (preview.mail.html, preview.mail.text):
        assert ("Doen we dit?" in said, "/q/" in said) == (True, False)
    assert "#persoonlijke-link" in preview.mail.text
    archived = public_mail(mailing, "nl")
    for said in (archived.html, archived.text):
        assert ("Tot dan" in said, "Doen we dit?" in said, "/q/" in said) == (True, False, False)


def test_link_in_a_test_mail_opens_nothing(client):
    mailing = mailing_with(make_poll())
    mail = draft_composer(mailing, now=NOW).render(sample_recipient("nl"))
    link = re.search(r"https?://[^/\s]+(/q/\S+)", mail.text)
    assert link is not None
    assert client.get(link[1]).status_code == 404


def test_poll_that_is_closed_or_gone_is_named_before_sending():
    poll = make_poll()
    mailing = mailing_with(poll)
    make_delegate()
    assert send_problems(mailing, NOW) == []
    close_poll(poll=poll, now=NOW)
    mailing = Mailing.objects.get()
    closed = "De peiling “Doen we dit?” is gesloten: open haar opnieuw, of haal haar uit de tekst."
    assert send_problems(mailing, NOW) == [closed]
    reopen_poll(poll=poll, now=NOW)
    poll.delete()
    gone = "Kies een peiling: die hier stond, is er niet meer."
    assert save_problems(Mailing.objects.get())["body_nl"] == [gone]


def test_api_takes_a_poll_in_a_body_and_refuses_one_that_is_not_there(client):
    user = make_user(is_superuser=True)
    headers = bearer(make_token("mailings:write", user=user))
    poll = make_poll()

    def post(value: object):
        body = {
            "kind": "announcement",
            "title": "Peiling",
            "purpose": "announcements",
            "audience": {"everyone": True},
            "subject": {"nl": "Doe je mee?"},
            "body": {"nl": [{"type": "poll", "value": value}]},
        }
        return client.post("/api/mailings", body, content_type="application/json", **headers)

    assert post({"poll": poll.pk}).status_code == 201
    for value in ({"poll": 99999}, {"poll": None}, {}, {"poll": "x"}, 5):
        answer = post(value)
        assert (answer.status_code, answer.json()["errors"][0]["field"][:7]) == (422, "body.nl")


# --- who answered ---------------------------------------------------------------------------------


def test_condition_matches_who_answered_that_poll():
    poll = make_poll()
    answered, elsewhere, silent = (make_contact() for _n in range(3))
    make_poll_answer(poll, "Ja", contact=answered)
    make_poll_answer(make_poll(), "Ja", contact=elsewhere)
    assert matching({"answered": {"poll": poll.pk}}) == {answered.pk}
    assert matching({"not": {"answered": {"poll": poll.pk}}}) == {elsewhere.pk, silent.pk}


def test_who_answered_is_left_out_with_that_reason():
    poll = make_poll()
    answered, silent = make_delegate(), make_delegate()
    make_poll_answer(poll, contact=answered)
    missing = {"not": {"answered": {"poll": poll.pk}}}
    found = reasons(audience={"all": [{"everyone": True}, missing]})
    assert found == {answered.pk: "poll_answered", silent.pk: ""}
    explained = explain(Mailing.objects.get(), answered, NOW)
    assert (explained.reason, explained.words) == (
        "poll_answered",
        "heeft de peiling al beantwoord",
    )


def _start(now, audience: dict[str, Any], poll: Poll) -> Mailing:
    mailing = mailing_with(poll, audience=audience, plan={"now": True}, due_at=now)
    assert send_problems(mailing, now) == []
    Mailing.objects.filter(pk=mailing.pk).update(state=MailingState.PLANNED)
    assert start_mailing(mailing_id=mailing.pk, now=now)
    return Mailing.objects.get(pk=mailing.pk)


def _ledger(mailing: Mailing) -> dict[int, tuple[str, str]]:
    rows = Delivery.objects.filter(mailing=mailing)
    return {row.contact_id: (row.state, row.reason) for row in rows}


def _answer(client, mailing: Mailing, contact, option: int) -> None:
    """Follow the link in the mail of this person, as they would, and answer."""
    delivery = Delivery.objects.get(mailing=mailing, contact=contact)
    composer = open_composer(mailing.pk)
    mail = composer.render(composer.recipient_of(delivery))
    link = re.search(r"https?://[^/\s]+(/q/\S+)", mail.text)
    assert link is not None
    assert client.post(link[1], {"choices": option, "remark": ""}).status_code == 303


@pytest.mark.capability("C63")
@pytest.mark.capability("C68")
@pytest.mark.database
def test_who_answers_a_minute_before_gets_no_reminder(client):
    now = timezone.now()
    poll = make_poll()
    yes = poll.options.all()[0].pk
    early, meanwhile, silent = (make_delegate() for _n in range(3))
    asked = _start(now, {"everyone": True}, poll)
    assert set(_ledger(asked)) == {early.pk, meanwhile.pk, silent.pk}
    _answer(client, asked, early, yes)

    missing = {"not": {"answered": {"poll": poll.pk}}}
    chased = _start(now, {"all": [{"everyone": True}, missing]}, poll)
    assert _ledger(chased) == {
        early.pk: ("excluded", "poll_answered"),
        meanwhile.pk: ("queued", ""),
        silent.pk: ("queued", ""),
    }
    # Just before the mail goes out, people are looked at again.
    _answer(client, asked, meanwhile, yes)
    due = {
        row.pk: row.contact_id for row in Delivery.objects.filter(mailing=chased, state="queued")
    }
    now_out = exclusions_now(delivery_ids=due, now=now)
    assert {due[pk]: reason for pk, reason in now_out.items()} == {meanwhile.pk: "poll_answered"}

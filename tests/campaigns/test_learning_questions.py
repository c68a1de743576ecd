"""Mail to those who have not given a learning question yet."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns import audience
from campaigns.audience import sentence
from campaigns.checks import audience_problems, send_problems
from campaigns.enums import MailingState
from campaigns.errors import AudienceInvalid
from campaigns.message import draft_composer
from campaigns.models import Delivery, Mailing
from campaigns.presets import Preset, to_audience
from campaigns.selectors import explain
from campaigns.selectors.recipients import exclusions_now
from campaigns.services.planning import start_mailing
from content.models import Session
from participation.models import LearningQuestion
from tests.campaigns.people import matching, reasons, register
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_session
from tests.factories.participation import make_question

pytestmark = pytest.mark.django_db


def _given(session: Session, *, given: bool = True) -> dict[str, object]:
    return {"learning_question": {"session": session.slug, "given": given}}


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"learning_question": "s"}, "learning_question"),
        ({"learning_question": {"session": "s"}}, "learning_question"),
        ({"learning_question": {"session": "s", "given": "yes"}}, "learning_question.given"),
        ({"learning_question": {"session": "", "given": True}}, "learning_question.session"),
    ],
)
def test_condition_that_is_wrong_names_its_part(data, where):
    with pytest.raises(AudienceInvalid) as refused:
        audience.parse(data)

    assert refused.value.path == where


def test_condition_on_a_session_that_does_not_exist_is_a_problem():
    data = {"not": {"learning_question": {"session": "nergens", "given": True}}}

    assert audience_problems(data) == ["Er is geen bijeenkomst “nergens”."]


def test_condition_matches_who_gave_a_question_for_that_session():
    session, other = make_session(), make_session()
    gave, elsewhere, silent = make_contact(), make_contact(), make_contact()
    unformulated = make_contact()
    make_question(session=session, contact=gave)
    make_question(session=session, contact=unformulated, text="", state="asked")
    make_question(session=other, contact=elsewhere)

    assert matching(_given(session)) == {gave.pk, unformulated.pk}
    assert matching(_given(session, given=False)) == {elsewhere.pk, silent.pk}


def test_question_noted_for_an_organisation_is_one_of_those_signed_up_for_it():
    session, organisation = make_session(), make_organisation()
    there, also_there, gone, elsewhere = (make_contact() for _ in range(4))
    register(session, there, organisation=organisation)
    register(session, also_there, organisation=organisation)
    register(session, gone, "cancelled", organisation=organisation)
    register(make_session(), elsewhere, organisation=organisation)
    noted = make_question(session=session, text="", state="asked")
    noted.organisations.set([organisation, make_organisation()])

    assert matching(_given(session)) == {there.pk, also_there.pk}
    noted.contact = there
    noted.save()
    assert matching(_given(session)) == {there.pk}


@pytest.mark.parametrize("is_not", [True, False])
def test_who_gave_one_is_told_apart_from_the_rest_of_who_is_left_out(is_not):
    session = make_session()
    gave, silent, waiting = make_contact(), make_contact(), make_contact()
    register(session, gave)
    register(session, silent)
    register(session, waiting, "waiting")
    make_question(session=session, contact=gave)
    missing = {"not": _given(session)} if is_not else _given(session, given=False)
    values = {"purpose": "participation", "session": session, "kind": "reminder"}

    found = reasons(audience={"all": [{"everyone": True}, missing]}, **values)
    considered = {gave.pk: "question_given"} if is_not else {}
    assert found == considered | {silent.pk: "", waiting.pk: "not_registered"}
    mailing = Mailing.objects.get()
    explained = explain(mailing, gave, NOW)
    assert (explained.reason, explained.words) == ("question_given", "heeft een leervraag gegeven")


def test_audience_is_said_in_words():
    session = make_session(titles={"nl": "Werksessie 2", "en": "Working session 2"})
    chased = audience.parse(to_audience(Preset.NO_QUESTION, session=session.slug))
    without = audience.parse(_given(session, given=False))

    assert sentence(chased, "nl") == (
        "Aangemeld voor “Werksessie 2”, maar niet: met een leervraag voor “Werksessie 2”"
    )
    assert sentence(without, "nl") == "Zonder leervraag voor “Werksessie 2”"
    assert sentence(without, "en") == "Without a learning question for “Working session 2”"


BODY = [
    {
        "type": "button",
        "value": {
            "label": "Geef je leervraag",
            "link": "link.questions",
            "url": "",
            "quiet": False,
        },
    },
]


def _start(session, now, preset):
    mailing = make_mailing(
        kind="reminder",
        purpose="participation",
        session=session,
        audience=to_audience(preset, session=session.slug),
        body_nl=BODY,
        body_en=BODY,
        plan={"now": True},
        due_at=now,
    )
    assert send_problems(mailing, now) == []
    Mailing.objects.filter(pk=mailing.pk).update(state=MailingState.PLANNED)
    assert start_mailing(mailing_id=mailing.pk, now=now)
    return Mailing.objects.get(pk=mailing.pk)


def _ledger(mailing):
    rows = Delivery.objects.filter(mailing=mailing)
    return {row.contact_id: (row.state, row.reason) for row in rows}


def _answer(client, mailing, contact, text):
    """Follow the link in the mail of this person, as they would, and answer."""
    delivery = Delivery.objects.get(mailing=mailing, contact=contact)
    composer = draft_composer(mailing)
    mail = composer.render(composer.recipient_of(delivery))
    link = re.search(r"https?://[^/\s]+(/\S+)", mail.text[mail.text.index("Geef je leervraag") :])
    assert link is not None
    page = client.get(link[1])
    assert 'name="learning_question"' in page.content.decode()
    values = {"act": "answers", "need": "", "learning_question": text}
    assert client.post(link[1].split("#")[0], values).status_code == 303


@pytest.mark.capability("C39")
@pytest.mark.database
def test_learning_question_is_asked_by_link_and_chased_with_those_who_gave_none(client):
    now = timezone.now()
    start = now + timedelta(days=10)
    session = make_session(starts_at=start, ends_at=start + timedelta(hours=2))
    gives, meanwhile, silent, unsure, waits = (make_contact() for _ in range(5))
    for contact in (gives, meanwhile, silent, unsure):
        register(session, contact)
    register(session, waits, "waiting")

    asked = _start(session, now, Preset.REGISTERED)
    assert set(_ledger(asked)) == {gives.pk, meanwhile.pk, silent.pk, unsure.pk}
    _answer(client, asked, gives, "Hoe houd je vol?")
    _answer(client, asked, unsure, "?")
    assert set(LearningQuestion.objects.values_list("contact", "text", "state")) == {
        (gives.pk, "Hoe houd je vol?", "stated"),
        (unsure.pk, "", "asked"),
    }

    chased = _start(session, now, Preset.NO_QUESTION)
    assert _ledger(chased) == {
        gives.pk: ("excluded", "question_given"),
        unsure.pk: ("excluded", "question_given"),
        meanwhile.pk: ("queued", ""),
        silent.pk: ("queued", ""),
    }

    # Just before the mail goes out, people are looked at again.
    _answer(client, asked, meanwhile, "Wie doet wat?")
    due = {
        row.pk: row.contact_id for row in Delivery.objects.filter(mailing=chased, state="queued")
    }
    now_out = exclusions_now(delivery_ids=due, now=now)
    assert {due[pk]: reason for pk, reason in now_out.items()} == {meanwhile.pk: "question_given"}

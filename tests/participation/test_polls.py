"""Polls: answering one by personal link, what becomes of answers, and what an organiser sees."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from contacts.models import Contact
from participation.errors import PollClosed, PollInvalid
from participation.links import LinkUnknown, invitation_token, poll_token
from participation.models import Poll, PollAnswer, PollOption
from participation.selectors.polls import results_of
from participation.services.polls import (
    WantedOption,
    answer_poll,
    close_poll,
    reopen_poll,
    save_poll,
)
from tests.contacts.logins import log_in
from tests.factories.contacts import NOW, make_contact, make_organisation, make_representation
from tests.factories.content import make_session
from tests.factories.participation import make_date_poll, make_poll, make_poll_answer

pytestmark = pytest.mark.django_db

NAME = "wagtailsnippets_participation_poll"


def _url(poll: Poll, contact: Contact) -> str:
    return f"/q/{poll_token(poll_id=poll.pk, contact=contact)}/"


def _id(poll: Poll, text: str) -> int:
    return poll.options.get(text_nl=text).pk


def _admin(act: str, *args: Any) -> str:
    return reverse(f"{NAME}:{act}", args=args)


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.capability("C63")
@pytest.mark.database
def test_choice_is_stored_shown_and_changed_until_the_poll_closes(client):
    poll, place = make_poll("Doorgaan", "Stoppen"), make_representation()
    url = _url(poll, place.contact)
    page = client.get(url)
    text = page.content.decode()
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")
    assert ("Doen we dit?" in text, "Doorgaan" in text, 'type="radio"' in text) == (True,) * 3
    assert place.contact.email not in text
    assert PollAnswer.objects.count() == 0

    values = {"choices": _id(poll, "Doorgaan"), "remark": "Graag!"}
    done = client.post(url, values)
    assert (done.status_code, done.headers["Location"]) == (303, f"{url}done/")
    thanks = client.get(f"{url}done/").content.decode()
    assert ("<li>Doorgaan</li>" in thanks, "Graag!" in thanks) == (True, True)
    again = client.get(url).content.decode()
    assert ("Je hebt al geantwoord" in again, "Graag!" in again, "checked" in again) == (True,) * 3

    client.post(url, {"choices": _id(poll, "Stoppen"), "remark": ""})
    answer = PollAnswer.objects.get()
    assert (answer.choices, answer.remark, answer.organisation, answer.contact) == (
        [_id(poll, "Stoppen")],
        "",
        place.organisation,
        place.contact,
    )

    close_poll(poll=poll, now=timezone.now())
    closed = client.get(url)
    assert closed.status_code == 200
    assert "Deze peiling is gesloten" in closed.content.decode()
    assert "<form" not in closed.content.decode().partition("<main")[2].partition("</main")[0]
    refused = client.post(url, values)
    assert (refused.status_code, PollAnswer.objects.get().choices) == (409, answer.choices)


@pytest.mark.capability("C64")
def test_dates_are_chosen_or_none_of_them(client):
    poll = make_date_poll(date(2026, 4, 2), date(2026, 4, 9))
    first, second = poll.options.order_by("day")
    PollOption.objects.filter(pk=first.pk).update(starts=time(13, 30), text_nl="online")
    url = _url(poll, make_contact())
    text = client.get(url).content.decode()
    assert "donderdag 2 april 2026, 13.30 uur – online" in text
    assert "donderdag 9 april 2026" in text
    english = client.get(f"{url}?lang=en").content.decode()
    assert "Thursday 2 April 2026, 13:30 – online" in english

    both = client.post(url, {"choices": ["none", second.pk]})
    assert (both.status_code, "Geen van deze datums" in both.content.decode()) == (422, True)
    assert client.post(url, {"remark": "x"}).status_code == 422
    assert PollAnswer.objects.count() == 0
    assert client.post(url, {"choices": [first.pk, second.pk]}).status_code == 303
    assert PollAnswer.objects.get().choices == [first.pk, second.pk]
    assert client.post(url, {"choices": ["none"]}).status_code == 303
    assert PollAnswer.objects.get().choices == []
    assert "Geen van deze datums" in client.get(f"{url}done/").content.decode()
    assert client.get(url).content.decode().count("checked") == 1


@pytest.mark.capability("C68")
def test_needs_are_told_in_ones_own_words_and_in_ones_language(client):
    poll = make_poll(kind="open", question_nl="Wat heb je nodig?", question_en="What do you need?")
    contact = make_contact(language="en")
    url = _url(poll, contact)
    assert "What do you need?" in client.get(url).content.decode()
    empty = client.post(url, {"remark": " "})
    assert (empty.status_code, "Write your answer." in empty.content.decode()) == (422, True)
    assert client.post(f"{url}?lang=en", {"remark": "A room <b>"}).headers["Location"] == (
        f"{url}done/?lang=en"
    )
    thanks = client.get(f"{url}done/?lang=nl").content.decode()
    assert ("A room &lt;b&gt;" in thanks, "Dank voor je antwoord" in thanks) == (True, True)


def test_words_in_the_other_language_say_so(client):
    poll = make_poll(explanation_nl="Uitleg.", question_en="Shall we?")
    url = _url(poll, make_contact(language="en"))
    text = client.get(url).content.decode()
    assert '<div lang="nl"><p>Uitleg.</p></div>' in text
    assert '<div class="choices" lang="nl">' in text
    assert '<span lang="nl">Shall we?' not in text
    Poll.objects.update(question_en="")
    text = client.get(url).content.decode()
    assert '<span lang="nl">Doen we dit?</span>' in text
    assert "The organisers at" in text


def test_what_is_no_option_is_refused_and_nothing_stored(client):
    poll, other = make_poll(kind="several"), make_poll("Ander")
    url = _url(poll, make_contact())
    for choices in ([], [_id(other, "Ander")], ["x"], [10**30], ["none"]):
        assert client.post(url, {"choices": choices}).status_code == 422
    too_long = {"choices": [_id(poll, "Ja")], "remark": "x" * 2001}
    assert client.post(url, too_long).status_code == 422
    assert PollAnswer.objects.count() == 0


def test_link_is_of_one_person_for_one_poll(client):
    poll, contact = make_poll(), make_contact()
    token = poll_token(poll_id=poll.pk, contact=contact)
    other = make_poll()
    forged = [
        token.replace(f"{poll.pk}.", f"{other.pk}.", 1),
        token.replace(f".{contact.pk}.", f".{make_contact().pk}."),
        invitation_token(session_id=make_session().pk, contact=contact),
        token[:-2],
        "x",
    ]
    for wrong in forged:
        assert client.get(f"/q/{wrong}/").status_code == 404
        assert client.post(f"/q/{wrong}/", {"choices": _id(poll, "Ja")}).status_code == 404
    Contact.objects.filter(pk=contact.pk).update(link_version=9)
    assert client.get(f"/q/{token}/").status_code == 410
    assert client.post(f"/q/{token}/", {}).status_code == 410
    gone = _url(other, contact)
    other.delete()
    assert client.get(gone).status_code == 404
    assert PollAnswer.objects.count() == 0


def test_thanks_lead_to_the_question_while_there_is_no_answer(client):
    url = _url(make_poll(), make_contact())
    found = client.get(f"{url}done/")
    assert (found.status_code, found.headers["Location"]) == (303, url)
    assert client.post(f"{url}done/").status_code == 405


def test_answer_needs_no_cookie_of_another_site():
    client = Client(enforce_csrf_checks=True)
    poll = make_poll()
    url = _url(poll, make_contact())
    assert client.post(url, {"choices": _id(poll, "Ja")}).status_code == 403
    assert PollAnswer.objects.count() == 0


# --- use cases ------------------------------------------------------------------------------------


@pytest.mark.database
def test_answer_after_the_end_is_refused_and_a_poll_that_is_gone_unknown():
    poll, contact = make_poll(closes_at=NOW), make_contact()
    values: dict[str, Any] = {"contact": contact, "choices": [], "remark": "", "now": NOW}
    with pytest.raises(PollClosed):
        answer_poll(poll=poll, **values)
    assert not close_poll(poll=poll, now=NOW)
    assert reopen_poll(poll=poll, now=NOW)
    assert not reopen_poll(poll=poll, now=NOW)
    answer_poll(poll=poll, **values)
    Poll.objects.all().delete()
    with pytest.raises(LinkUnknown):
        answer_poll(poll=poll, **values)


def _wanted(poll: Poll) -> list[WantedOption]:
    return [WantedOption(each.pk, each.text_nl) for each in poll.options.all()]


@pytest.mark.database
def test_option_that_was_chosen_stays_and_the_kind_with_it():
    poll = make_poll("Ja", "Nee", "Misschien")
    make_poll_answer(poll, "Nee")
    yes, no, perhaps = _wanted(poll)
    with pytest.raises(PollInvalid) as refused:
        save_poll(poll=poll, options=[yes, perhaps])
    assert refused.value.problems == [
        (
            "options",
            (
                "“Nee” is door 1 persoon gekozen en blijft dus staan. Maak een nieuwe peiling als "
                "je het anders wilt vragen."
            ),
        )
    ]
    save_poll(poll=poll, options=[no, yes, WantedOption(text_en="Never")])
    found = list(PollOption.objects.filter(poll=poll))
    assert [each.label("nl") for each in found] == ["Nee", "Ja", "Never"]
    poll.kind = "several"
    with pytest.raises(PollInvalid) as refused:
        save_poll(poll=poll)
    assert [field for field, _message in refused.value.problems] == ["kind"]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("one", []),
        ("one", [WantedOption(text_nl="Ja")]),
        ("one", [WantedOption(text_nl="Ja"), WantedOption()]),
        ("several", [WantedOption(text_nl="Ja"), WantedOption(text_nl="Ja")]),
        ("several", [WantedOption(text_nl="Ja"), WantedOption(text_nl="B", day=date(2026, 1, 1))]),
        ("several", [WantedOption(text_nl=str(number)) for number in range(31)]),
        ("dates", []),
        ("dates", [WantedOption(text_nl="Donderdag")]),
        ("open", [WantedOption(text_nl="Ja")]),
        ("one", [WantedOption(pk=10**9, text_nl="Ja"), WantedOption(text_nl="Nee")]),
    ],
)
def test_poll_that_cannot_be_asked_is_refused(kind, options):
    poll = Poll(kind=kind, question_nl="Wat?", created_at=NOW)
    with pytest.raises(PollInvalid) as refused:
        save_poll(poll=poll, options=options)
    assert {field for field, _message in refused.value.problems} == {"options"}
    assert Poll.objects.count() == 0


def test_results_are_counted_by_option_and_by_organisation():
    poll, wilg = make_poll(kind="several"), make_organisation(name="Stichting Wilg")
    make_poll_answer(poll, "Ja", organisation=wilg)
    make_poll_answer(poll, "Ja", "Nee", organisation=wilg)
    make_poll_answer(poll, "Nee")
    make_poll_answer(make_poll(), "Ja")
    found = results_of(poll, "nl")
    assert [(each.label, each.count) for each in found.options] == [("Ja", 2), ("Nee", 2)]
    assert found.organisations == [(wilg, 2, [2, 1]), (None, 1, [0, 1])]


# --- the admin ------------------------------------------------------------------------------------


@pytest.fixture
def organiser(client):
    log_in(client, "Organisator")
    return client


def test_empty_list_of_polls_says_what_to_do(organiser):
    path = reverse(f"{NAME}:list")
    assert "put the block “Poll” in a mailing" in organiser.get(path).content.decode()


def _posted(kind: str, *options: dict[str, str], **values: str) -> dict[str, str]:
    """The form of a poll as a browser sends it."""
    form = {
        "kind": kind,
        "question_nl": "Waarover praten we?",
        "question_en": "",
        "explanation_nl": "",
        "explanation_en": "",
        "session": "",
        "series": "",
        "closes_at": "",
        "options-TOTAL_FORMS": str(len(options)),
        "options-INITIAL_FORMS": str(sum("id" in each for each in options)),
        "options-MIN_NUM_FORMS": "0",
        "options-MAX_NUM_FORMS": "1000",
    }
    for place, option in enumerate(options):
        fields = {"text_nl": "", "text_en": "", "day": "", "starts": "", "id": "", "DELETE": ""}
        for name, value in (fields | {"ORDER": str(place + 1)} | option).items():
            form[f"options-{place}-{name}"] = value
    return form | values


def test_organiser_makes_a_poll_with_its_options(organiser):
    made = organiser.post(
        _admin("add"), _posted("one", {"text_nl": "Wonen"}, {"text_nl": "Werk", "text_en": "Work"})
    )
    poll = Poll.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, _admin("inspect", poll.pk))
    assert [each.label("en") for each in poll.options.all()] == ["Wonen", "Work"]
    text = organiser.get(_admin("inspect", poll.pk)).content.decode()
    assert "Nobody has answered yet" in text


def test_poll_that_cannot_be_asked_is_refused_in_the_form(organiser):
    refused = organiser.post(_admin("add"), _posted("dates", {"text_nl": "Eens"}))
    assert "Give each option of this poll a day." in refused.content.decode()
    refused = organiser.post(_admin("add"), _posted("open", question_nl=" "))
    assert "Write the question" in refused.content.decode()
    assert Poll.objects.count() == 0


def test_chosen_option_cannot_be_removed_in_the_form(organiser):
    poll = make_poll("Ja", "Nee", "Misschien")
    make_poll_answer(poll, "Nee")
    options = [
        {"id": str(each.pk), "text_nl": each.text_nl, "DELETE": "1" if each.text_nl == gone else ""}
        for gone in ("Nee",)
        for each in poll.options.all()
    ]
    refused = organiser.post(_admin("edit", poll.pk), _posted("one", *options))
    assert "“Nee” was chosen by 1 person" in refused.content.decode()
    assert poll.options.count() == 3
    options[1]["DELETE"], options[2]["DELETE"] = "", "1"
    assert organiser.post(_admin("edit", poll.pk), _posted("one", *options)).status_code == 302
    assert [each.text_nl for each in PollOption.objects.filter(poll=poll)] == ["Ja", "Nee"]


def test_page_of_a_poll_shows_answers_and_gives_them_as_a_file(organiser):
    poll = make_date_poll()
    first = poll.options.order_by("day")[0]
    wilg = make_organisation(name="Stichting Wilg")
    person = make_contact(given_name="Bilal", family_name="Dam")
    values = {"organisation": wilg, "choices": [first.pk], "remark": "=SOM(1)"}
    make_poll_answer(
        poll, contact=person, answered_at=datetime(2026, 3, 2, tzinfo=NOW.tzinfo), **values
    )
    make_poll_answer(poll, remark="Op reis")
    text = organiser.get(_admin("inspect", poll.pk)).content.decode()
    for words in (
        "Thursday 2 April 2026",
        "Bilal Dam (Stichting Wilg)",
        "Op reis",
        "By organisation",
    ):
        assert words in text
    assert person.email not in text
    path = _admin("inspect", poll.pk)
    csv = b"".join(organiser.get(f"{path}?export=csv").streaming_content).decode("utf-8-sig")
    heading, _amina, bilal = csv.splitlines()
    assert [heading, bilal] == [
        "Name,Organisation,Thursday 2 April 2026,Thursday 9 April 2026,Remark,Answered at",
        "Bilal Dam,Stichting Wilg,yes,,'=SOM(1),2026-03-02 01:00",
    ]
    book = load_workbook(BytesIO(b"".join(organiser.get(f"{path}?export=xlsx").streaming_content)))
    assert book.active["B3"].value == "Stichting Wilg"


def test_poll_is_closed_and_opened_again_after_a_question(organiser):
    poll = make_poll()
    make_poll_answer(poll)
    assert "1 person answered." in organiser.get(_admin("close", poll.pk)).content.decode()
    assert Poll.objects.get().closes_at is None
    organiser.post(_admin("close", poll.pk))
    assert Poll.objects.get().closes_at is not None
    assert "can change the answer" in organiser.get(_admin("reopen", poll.pk)).content.decode()
    organiser.post(_admin("reopen", poll.pk))
    assert Poll.objects.get().closes_at is None


def test_deleting_tells_how_many_answers_go_with_it(client):
    log_in(client, "Beheerder")
    poll = make_poll()
    make_poll_answer(poll)
    make_poll_answer(poll)
    words = "2 answers go with it, and cannot be brought back."
    assert words in client.get(_admin("delete", poll.pk)).content.decode()
    bulk = reverse("wagtail_bulk_action", args=["participation", "poll", "delete"])
    assert words in client.get(f"{bulk}?id={poll.pk}").content.decode()
    assert Poll.objects.count() == 1
    client.post(f"{bulk}?id={poll.pk}")
    assert (Poll.objects.count(), PollAnswer.objects.count()) == (0, 0)


def test_list_is_searched_filtered_and_exported(organiser):
    session = make_session()
    title = session.title("en")
    make_poll(question_nl="Oud?", closes_at=NOW, session=session)
    make_poll_answer(make_poll(question_nl="Nieuw?", closes_at=timezone.now() + timedelta(days=9)))

    def listed(query: str) -> list[str]:
        text = organiser.get(f"{_admin('list')}?{query}").content.decode()
        return [words for words in ("Oud?", "Nieuw?") if words in text]

    assert listed("") == ["Oud?", "Nieuw?"]
    assert listed("q=nieuw") == ["Nieuw?"]
    assert (listed("state=open"), listed("state=closed")) == (["Nieuw?"], ["Oud?"])
    answer = organiser.get(f"{_admin('list')}?export=csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert rows[::2] == [
        "Question,Kind,Session,Closes at,Answers",
        f"Oud?,one choice,{title},2026-03-02 10:00,0",
    ]


def test_list_and_page_ask_as_much_for_three_as_for_one(organiser):
    poll = make_poll()

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            organiser.get(path)
        return len(asked)

    make_poll_answer(poll, "Ja", organisation=make_organisation())
    paths = (_admin("list"), _admin("inspect", poll.pk))
    for path in paths:
        organiser.get(path)
    before = [queries(path) for path in paths]
    for _n in range(2):
        make_poll_answer(poll, "Nee", organisation=make_organisation())
        make_poll(session=make_session())
    assert [queries(path) for path in paths] == before


def test_who_may_not_see_polls_sees_none(client):
    log_in(client, "Redacteur")
    poll = make_poll()
    make_poll_answer(poll)
    for act in ("inspect", "close", "reopen", "edit", "delete"):
        found = client.get(_admin(act, poll.pk))
        assert (found.status_code, "Doen we dit?" in found.content.decode()) in (
            (302, False),
            (403, False),
        )
    client.post(_admin("close", poll.pk))
    assert Poll.objects.get().closes_at is None

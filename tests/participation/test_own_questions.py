"""Questions of a session's own: asked on every form, and the private answers kept apart."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from base.models import OutboxEvent
from campaigns.notices import compose_notice
from contacts.models import Notice
from contacts.selectors.access import held_of
from contacts.services.erasure import erase_contact
from contacts.services.merging import merge_contacts
from participation.models import Registration
from participation.services import confirm_registration
from participation.services.retention import RULES
from tests.factories.base import make_user
from tests.factories.contacts import make_contact
from tests.factories.content import make_session_page
from tests.factories.participation import make_invitation, make_registration, typed_values
from tests.factories.questions import EVERY_KIND, asked, kept
from tests.participation.test_api import BODY, _patch, _post
from tests.participation.visits import (
    coming_session,
    everything,
    invitation_url,
    member_contact,
    registration_url,
    sign_up_url,
    stamped,
)

pytestmark = pytest.mark.django_db

SECRET = "geen noten en een ringleiding"
GIVEN = {
    "q_bus": "yes",
    "q_halte": "Station",
    "q_zaal": "Groot",
    "q_dagdeel": ["Ochtend", "Middag"],
    "q_tekst": "Twee\nregels",
    "q_eten": SECRET,
}
OPEN_ANSWERS = {
    "bus": "yes",
    "halte": "Station",
    "zaal": "Groot",
    "dagdeel": ["Ochtend", "Middag"],
    "tekst": "Twee\nregels",
}


def _session(**values):
    values = {"questions": {"nl": EVERY_KIND}, "eligibility": "everyone"} | values
    return coming_session(**values)


def test_public_form_asks_them_and_keeps_what_is_private_apart(client):
    session = _session()
    assert client.post(sign_up_url(session), stamped(**GIVEN)).status_code == 303
    row = Registration.objects.get()
    assert (row.typed["answers"], row.typed["private"]) == (OPEN_ANSWERS, {"eten": SECRET})
    held = confirm_registration(registration=row, now=timezone.now())
    assert (held.answers, held.private_answers) == (OPEN_ANSWERS, {"eten": SECRET})
    assert SECRET not in json.dumps([held.typed, held.answers])


def test_private_answers_are_in_no_mail_no_webhook_and_no_list(client, admin_client):
    session = _session()
    client.post(sign_up_url(session), stamped(**GIVEN))
    row = confirm_registration(registration=Registration.objects.get(), now=timezone.now())
    for notice in Notice.objects.all():
        mail = compose_notice(notice, timezone.now()) if notice.kind != "confirm" else None
        assert SECRET.encode() not in (mail.content if mail else b"")
        assert SECRET not in json.dumps(notice.context)
    assert SECRET not in json.dumps(list(OutboxEvent.objects.values_list("data", flat=True)))
    for page in ("", "?export=csv"):
        listed = admin_client.get(f"/admin/snippets/participation/registration/{page}")
        assert listed.status_code == 200
        assert SECRET not in listed.getvalue().decode() if listed.streaming else listed.content
    assert row.private_answers


def test_form_names_every_wrong_answer_and_stores_nothing(client):
    session = _session()
    before = everything()
    wrong = {
        "q_bus": "misschien",
        "q_zaal": "Kelder",
        "q_dagdeel": ["Nacht"],
        "q_tekst": "x" * 2001,
        "q_eten": "x" * 201,
    }
    response = client.post(sign_up_url(session), stamped(**wrong))
    assert response.status_code == 422
    names = sorted(response.context["form"].errors)
    assert names == ["q_bus", "q_dagdeel", "q_eten", "q_tekst", "q_zaal"]
    content = response.content.decode()
    assert content.index('id="id_q_bus"') < content.index('name="consent"')
    assert everything() == before


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, ["q_bus"]),
        ({"q_bus": "yes"}, ["q_halte"]),
        ({"q_bus": "no"}, []),
        ({"q_bus": "no", "q_halte": "x" * 500}, []),
    ],
)
def test_required_is_asked_only_where_it_applies(client, given, errors):
    response = client.post(sign_up_url(_session()), stamped(**given))
    found = response.context["form"].errors if response.status_code == 422 else {}
    assert sorted(found) == errors
    if not errors:
        assert Registration.objects.get().typed["answers"] == {"bus": "no"}


def test_condition_upon_a_condition_falls_with_it(client):
    questions = [
        *EVERY_KIND[:1],
        kept("nacht", kind="yes_no", only_if="bus", only_if_answer="yes"),
        kept("hotel", only_if="nacht", only_if_answer="yes", required=True),
    ]
    session = _session(questions={"nl": questions})
    client.post(sign_up_url(session), stamped(q_bus="no", q_nacht="yes", q_hotel="De Brug"))
    assert Registration.objects.get().typed["answers"] == {"bus": "no"}


def test_form_says_when_a_question_applies_without_a_script(client):
    content = client.get(sign_up_url(_session())).content.decode()
    assert "Alleen als je “ja” antwoordt op “Kom je met de bus?”." in content
    assert 'data-only-if="q_bus" data-answer="yes"' in content


def test_session_without_a_date_asks_nothing_of_its_own(client):
    session = _session(precision="unknown")
    assert "q_bus" not in client.get(sign_up_url(session)).content.decode()
    assert client.post(sign_up_url(session), stamped()).status_code == 303


@pytest.mark.capability("C14")
@pytest.mark.capability("C39")
def test_personal_link_requires_none_of_them_and_keeps_what_is_given(client):
    session, contact = _session(), member_contact()
    make_invitation(session, contact)
    other = member_contact(email="ander@example.org")
    assert client.post(invitation_url(session, contact), {"act": "join"}).status_code == 303
    client.post(invitation_url(session, other), GIVEN | {"learning_question": "Hoe?"})
    first, second = Registration.objects.order_by("pk")
    assert (first.answers, first.private_answers) == ({}, {})
    assert second.answers == OPEN_ANSWERS | {"learning_question": "Hoe?"}
    assert second.private_answers == {"eten": SECRET}


def test_own_page_shows_the_answers_and_changes_them(client):
    row = make_registration(
        session=_session(), answers=OPEN_ANSWERS, private_answers={"eten": SECRET}
    )
    url = registration_url(row)
    content = client.get(url).content.decode()
    assert SECRET not in content, "the link may have been forwarded"
    assert '<input type="radio" name="q_zaal" value="Groot"' in content
    assert client.post(url, {"act": "answers", "q_zaal": "Kelder"}).status_code == 422
    client.post(url, {"act": "answers", "q_zaal": "Klein", "q_eten": "niets"})
    row.refresh_from_db()
    assert (row.answers, row.private_answers) == ({"zaal": "Klein"}, {"eten": "niets"})
    client.post(url, {"act": "answers", "q_zaal": "Klein", "q_eten": ""})
    row.refresh_from_db()
    assert row.private_answers == {"eten": "niets"}, "not shown, so not emptied by leaving it empty"


def test_answers_in_english_are_kept_as_the_same_answers(client):
    english = [kept("zaal", "Which room?", kind="choice", options=["Large", "Small"])]
    dutch = [kept("zaal", "Welke zaal?", kind="choice", options=["Groot", "Klein"])]
    session = _session(questions={"nl": dutch, "en": english})
    content = client.get(sign_up_url(session, "en")).content.decode()
    assert "Which room?" in content
    assert "Large" in content
    client.post(sign_up_url(session, "en"), stamped(q_zaal="Groot"))
    assert Registration.objects.get().typed["answers"] == {"zaal": "Groot"}


def test_questions_that_nobody_translated_are_marked_as_dutch_on_the_english_page(client):
    session = _session(titles={"nl": "Sessie", "en": "Session"})
    content = client.get(sign_up_url(session, "en")).content.decode()
    assert '<span lang="nl">Welke zaal?</span>' in content
    assert '<span lang="nl">Wat eet je niet?</span>' in content
    assert content.count('class="choices" lang="nl"') == 2, "yes and no are in English"
    assert 'lang="nl">Only' not in content
    for name in ("Welke zaal?", "Kom je met de bus?"):
        assert f'<span lang="nl">{name}' not in client.get(sign_up_url(session)).content.decode()
    wrong = client.post(sign_up_url(session, "en"), stamped()).content.decode()
    assert '<a href="#id_q_bus"><span lang="nl">Kom je met de bus?</span>' in wrong
    schema = client.get(f"/api/sessions/{session.slug}/form?lang=en").json()
    answers = schema["properties"]["answers"]["properties"]
    assert answers["zaal"]["language"] == "nl"
    assert answers["zaal"]["oneOf"][0] == {"const": "Groot", "title": "Groot", "language": "nl"}
    assert [one.get("language") for one in answers["bus"]["oneOf"]] == [None, None]
    assert "language" not in answers["need"]


def test_question_is_marked_where_its_words_are_still_those_of_the_source(client):
    dutch = [kept("zaal", "Welke zaal?", kind="choice", options=["Groot", "Klein"], help="Kies.")]
    english = [kept("zaal", "Which room?", kind="choice", options=["Groot", "Klein"])]
    session = _session(questions={"nl": dutch, "en": english})
    content = client.get(sign_up_url(session, "en")).content.decode()
    assert '<legend class="field__label">Which room?' in content
    assert 'class="choices" lang="nl"' in content


def test_question_made_private_takes_the_answers_along_that_were_given_before():
    question = asked("Wat eet je?")
    page = make_session_page(questions=[("question", question)], publish=True)
    session = page.session
    (name,) = [block.id for block in page.questions]
    confirmed = make_registration(session=session, answers={name: SECRET, "need": "rust"})
    waiting = make_registration(
        session=session, state="unconfirmed", typed=typed_values(answers={name: SECRET})
    )
    page.questions[0].value["private"] = True
    page.save_revision().publish()
    confirmed.refresh_from_db()
    waiting.refresh_from_db()
    assert (confirmed.answers, confirmed.private_answers) == ({"need": "rust"}, {name: SECRET})
    assert (waiting.typed["answers"], waiting.typed["private"]) == ({}, {name: SECRET})


# --- the API


def test_api_describes_them_and_checks_them_alike(client):
    session = _session()
    schema = client.get(f"/api/sessions/{session.slug}/form?lang=nl").json()
    answers = schema["properties"]["answers"]
    assert answers["required"] == ["bus"]
    assert schema["required"][-1] == "answers"
    assert answers["properties"]["halte"]["onlyIf"] == {"question": "bus", "answer": "yes"}
    assert answers["properties"]["zaal"]["oneOf"] == [
        {"const": "Groot", "title": "Groot"},
        {"const": "Klein", "title": "Klein"},
    ]
    path = f"/api/sessions/{session.slug}/registrations"
    given = OPEN_ANSWERS | {"eten": SECRET}
    for answers, wrong in (
        ({}, ["answers.bus"]),
        ({"bus": "yes"}, ["answers.halte"]),
        ({"bus": "no", "zaal": "Kelder"}, ["answers.zaal"]),
        ({"bus": ["no"]}, ["answers.bus"]),
        ({"bus": "no", "nergens": "x"}, ["answers.nergens"]),
    ):
        answer = _post(client, path, BODY | {"answers": answers})
        fields = [error["field"] for error in answer.json()["errors"]]
        assert (answer.status_code, fields) == (422, wrong)
    assert Registration.objects.count() == 0
    assert _post(client, path, BODY | {"answers": given}).status_code == 202
    row = Registration.objects.get()
    assert (row.typed["answers"], row.typed["private"]) == (OPEN_ANSWERS, {"eten": SECRET})


def test_api_changes_ones_own_answers(client):
    row = make_registration(session=_session(), private_answers={"eten": SECRET})
    path = registration_url(row).replace("/r/", "/api/my/registrations/").rstrip("/")
    answer = _patch(client, path, {"answers": {"zaal": "Klein", "eten": "niets"}})
    assert answer.json()["answers"] == {"zaal": "Klein"}
    row.refresh_from_db()
    assert (row.answers, row.private_answers) == ({"zaal": "Klein"}, {"eten": "niets"})
    wrong = _patch(client, path, {"answers": {"zaal": "Kelder"}})
    assert [error["field"] for error in wrong.json()["errors"]] == ["answers.zaal"]


# --- what is held


def test_private_answers_go_four_weeks_after_the_session_or_after_cancelling():
    rule = next(rule for rule in RULES if rule.code == "private_answers")
    now, secret = timezone.now(), {"private_answers": {"eten": SECRET}, "answers": {"bus": "no"}}

    def at(days, **values):
        start = now - timedelta(days=days)
        return coming_session(starts_at=start, ends_at=start + timedelta(hours=2), **values)

    gone = [
        make_registration(session=at(29), **secret),
        make_registration(
            session=at(29),
            state="unconfirmed",
            typed=typed_values(private={"eten": SECRET}),
        ),
        make_registration(
            session=at(-9), state="cancelled", changed_at=now - timedelta(days=29), **secret
        ),
        make_registration(
            session=coming_session(precision="day", first_day=(now - timedelta(days=30)).date()),
            **secret,
        ),
    ]
    stay = [
        make_registration(session=at(27), **secret),
        make_registration(session=at(-9), **secret),
        make_registration(
            session=coming_session(precision="season", first_day=(now - timedelta(days=60)).date()),
            **secret,
        ),
        make_registration(session=at(-9), state="cancelled", changed_at=now, **secret),
    ]
    due = rule.rows(now - rule.kept)
    assert set(due) == set(gone)
    rule.remove(due, now)
    assert not rule.rows(now - rule.kept).exists()
    for row in gone:
        row.refresh_from_db()
        assert SECRET not in json.dumps([row.typed, row.answers, row.private_answers])
    for row in stay:
        row.refresh_from_db()
        assert row.private_answers == {"eten": SECRET}


def test_erasing_a_person_erases_them():
    row = make_registration(
        session=_session(), answers=OPEN_ANSWERS, private_answers={"eten": SECRET}
    )
    assert row.contact_id
    erase_contact(contact_id=row.contact_id, by=make_user(), source="organiser", now=timezone.now())
    row.refresh_from_db()
    assert (row.answers, row.private_answers) == ({}, {})


def test_merging_two_people_keeps_what_either_said():
    session = _session()
    kept_row = make_registration(session=session, private_answers={"eten": SECRET})
    gone = make_registration(
        session=session, state="waiting", answers={"bus": "no"}, private_answers={"eten": "alles"}
    )
    assert kept_row.contact_id
    assert gone.contact_id
    merge_contacts(
        kept_id=kept_row.contact_id, gone_id=gone.contact_id, by=make_user(), now=timezone.now()
    )
    kept_row.refresh_from_db()
    assert kept_row.answers == {"bus": "no"}
    assert kept_row.private_answers == {"eten": SECRET}


def test_copy_of_ones_own_data_sets_each_answer_beside_its_question():
    contact = make_contact()
    make_registration(
        session=_session(),
        contact=contact,
        answers=OPEN_ANSWERS | {"weg": "oud"},
        private_answers={"eten": SECRET},
    )
    with translation.override("nl"):
        (row,) = held_of(contact, for_person=True)["registrations"]
    assert row["answers"] == {
        "Kom je met de bus?": "ja",
        "Welke halte?": "Station",
        "Welke zaal?": "Groot",
        "Wanneer?": "Ochtend, Middag",
        "Vertel": "Twee\nregels",
        "weg": "oud",
    }
    assert row["private_answers"] == {"Wat eet je niet?": SECRET}
    assert SECRET not in json.dumps(held_of(contact, for_person=False), default=str)

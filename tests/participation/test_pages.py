"""Pages: sign-up, the personal link, confirmation, one's own registration."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from base.models import FormHit
from contacts.models import Notice
from participation.links import (
    confirm_token,
    join_token,
    registration_token,
)
from participation.models import Interest, Invitation, LearningQuestion, Registration
from tests.factories.contacts import NOW, make_contact
from tests.factories.participation import form_values, make_invitation, make_registration
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

# --- the public form


def test_sign_up_is_kept_and_answered_by_a_redirect_to_what_happens_next(client):
    session = coming_session()
    response = client.post(sign_up_url(session), stamped())
    assert response.status_code == 303
    assert response["Location"] == f"/nl/sessie/{session.slug}/aanmelden/gelukt/"
    assert client.get(response["Location"]).status_code == 200
    row = Registration.objects.get()
    assert (row.state, row.typed["organisation"]) == ("unconfirmed", "Stichting Wilg")
    assert Notice.objects.get().language == "nl"


def test_sign_up_under_the_english_address_is_english(client):
    client.post(sign_up_url(coming_session(), "en"), stamped())
    assert Notice.objects.get().language == "en"


def test_sign_up_sent_twice_is_one_mail(client):
    session, values = coming_session(), stamped()
    assert [client.post(sign_up_url(session), values).status_code for _ in range(2)] == [303, 303]
    assert (Registration.objects.count(), Notice.objects.count()) == (1, 1)


def test_sign_up_answers_a_known_and_an_unknown_address_alike(client):
    session = coming_session()
    known = make_contact(email="bekend@example.org")
    make_registration(session=session, contact=known)
    member_contact(email="lid@example.org")
    answers = []
    for address in ("bekend@example.org", "lid@example.org", "onbekend@example.org"):
        for theme in ("on", ""):
            response = client.post(
                sign_up_url(session), stamped(email=address, works_on_theme=theme)
            )
            answers.append((address, theme, response.status_code, response.get("Location")))
    by_address: dict[str, list[Any]] = {address: [] for address, *_rest in answers}
    for address, *rest in answers:
        by_address[address].append(rest)
    first, second, third = by_address.values()
    assert first == second == third
    assert [status for _theme, status, _location in first] == [303, 422]


def test_sign_up_with_every_field_wrong_names_each_and_stores_nothing(client):
    before = everything()
    response = client.post(
        sign_up_url(coming_session()),
        stamped(
            email="geen adres",
            given_name="https://kwaad.example.org",
            family_name_prefix="x" * 31,
            family_name="",
            organisation="a\nb\x07",
            function="x" * 161,
            works_on_theme="",
            need="x" * 2001,
            learning_question="x" * 2001,
            consent=["alles"],
        ),
    )
    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == [
        "consent",
        "email",
        "family_name",
        "family_name_prefix",
        "function",
        "given_name",
        "learning_question",
        "need",
        "organisation",
    ]
    assert everything() == before
    assert b'id="error-summary"' in response.content


@pytest.mark.parametrize(
    "address", ["a", "a@b", "a@@b.nl", "é@example.org", "a@example.org,b@c.nl"]
)
def test_sign_up_refuses_an_address_that_is_none(client, address):
    response = client.post(sign_up_url(coming_session()), stamped(email=address))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["email"])


def test_sign_up_of_a_non_member_without_declaration_is_a_field_error(client):
    response = client.post(sign_up_url(coming_session()), stamped(works_on_theme=""))
    assert list(response.context["form"].errors) == ["works_on_theme"]
    assert everything() == (0, 0, 0, 0, 0, 0)


def test_sign_up_that_fills_in_the_trap_is_thanked_and_forgotten(client):
    response = client.post(sign_up_url(coming_session()), stamped(website="https://x.example.org"))
    assert response.status_code == 303
    assert (everything(), FormHit.objects.count()) == ((0, 0, 0, 0, 0, 0), 0)


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=2), -timedelta(hours=1)])
def test_sign_up_too_fast_or_too_old_is_asked_to_send_again(client, age):
    response = client.post(sign_up_url(coming_session()), stamped(age))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["stamp"])
    assert everything() == (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("stamp", ["", "x", "a.b:c", "abc.1767225600:forged"])
def test_sign_up_with_a_forged_stamp_is_asked_to_send_again(client, stamp):
    response = client.post(sign_up_url(coming_session()), form_values() | {"stamp": stamp})
    assert list(response.context["form"].errors) == ["stamp"]


def test_sign_up_is_limited_per_network(client):
    session = coming_session()
    with patch("participation.limits.NETWORK_LIMIT", 2):
        statuses = [
            client.post(sign_up_url(session), stamped(email=f"p{n}@example.org")).status_code
            for n in range(3)
        ]
    assert (statuses, Registration.objects.count()) == ([303, 303, 429], 2)


def test_sign_up_is_refused_when_another_site_sends_it():
    strict, url = Client(enforce_csrf_checks=True), sign_up_url(coming_session())
    foreign = strict.post(url, stamped(), headers={"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, Registration.objects.count()) == (403, 0)
    assert strict.post(url, stamped(), headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert strict.post(url, stamped(email="b@example.org")).status_code == 303


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "cancelled"},
        {"status": "held"},
        {"eligibility": "invited"},
        {"host_url": "https://partner.example.org/", "host_name": "Partner"},
        {"capacity": 0, "waiting_list": False},
    ],
)
def test_sign_up_for_a_closed_session_shows_why_and_stores_nothing(client, facts):
    session = coming_session(**facts)
    shown = client.get(sign_up_url(session))
    assert (shown.status_code, shown.context["form"]) == (200, None)
    assert client.post(sign_up_url(session), stamped()).status_code == 409
    assert everything() == (0, 0, 0, 0, 0, 0)


@pytest.mark.capability("C8")
def test_partner_session_links_out(client):
    session = coming_session(host_url="https://partner.example.org/kom", host_name="Partner")
    assert (
        f'href="/sessions/{session.slug}/partner/"'
        in client.get(sign_up_url(session)).content.decode()
    )


def test_unknown_session_is_404(client):
    assert client.get("/nl/sessie/nergens/aanmelden/").status_code == 404
    assert client.post("/nl/sessie/nergens/aanmelden/", stamped()).status_code == 404


def test_form_names_who_sees_the_list_and_autocompletes(client):
    content = client.get(
        sign_up_url(coming_session(co_organisers="Stichting Brug"))
    ).content.decode()
    for part in (
        'autocomplete="email"',
        'autocomplete="given-name"',
        "Stichting Brug",
        "novalidate",
    ):
        assert part in content
    assert "De organisatoren zien de lijst met deelnemers." in content


# --- the personal link


@pytest.mark.capability("C10")
def test_invitation_joins_with_one_button_and_shows_what_happens_next(client):
    session, contact = coming_session(), member_contact()
    make_invitation(session, contact)
    url = invitation_url(session, contact)
    assert client.get(url).status_code == 200
    response = client.post(url, {"act": "join"})
    row = Registration.objects.get()
    assert (response.status_code, row.state) == (303, "registered")
    assert response["Location"] == f"/r/{registration_token(row)}/"
    assert client.get(response["Location"]).status_code == 200
    assert client.post(url, {"act": "join"}).status_code == 303
    assert (Registration.objects.count(), Notice.objects.count()) == (1, 1)


def test_invitation_masks_the_address_and_offers_an_empty_form(client):
    session = coming_session(online_url="https://room.example.org/geheim")
    contact = member_contact(given_name="Amina", family_name="Zonneveld", phone="0612345678")
    content = client.get(invitation_url(session, contact)).content.decode()
    assert "Amina" in content
    for secret in (contact.email, "Zonneveld", "0612345678", "room.example.org"):
        assert secret not in content
    assert f'href="{sign_up_url(session)}"' in content
    assert contact.email not in client.get(sign_up_url(session)).content.decode()


def test_invitation_of_a_non_member_asks_for_the_declaration(client):
    session, contact = coming_session(), make_contact()
    url = invitation_url(session, contact)
    response = client.post(url, {"act": "join"})
    assert (response.status_code, list(response.context["form"].errors)) == (
        422,
        ["works_on_theme"],
    )
    client.post(url, {"act": "join", "works_on_theme": "on", "learning_question": "Hoe?"})
    assert Registration.objects.get().state == "pending"
    assert LearningQuestion.objects.get().text == "Hoe?"


@pytest.mark.capability("C10")
def test_decline_by_button_and_join_after_all(client):
    session, contact = coming_session(), member_contact()
    make_invitation(session, contact)
    url = invitation_url(session, contact)
    assert client.get(f"{url}decline/").status_code == 200
    assert Invitation.objects.get().answer == "none"
    for _ in range(2):
        assert client.post(f"{url}decline/").status_code == 303
    assert Invitation.objects.get().answer == "declined"
    client.post(url, {"act": "join"})
    assert Invitation.objects.get().answer == "registered"


def test_invitation_to_a_session_without_date_keeps_informed(client):
    session = coming_session(precision="season", first_day=date(2027, 6, 1))
    contact = member_contact()
    url = invitation_url(session, contact)
    assert client.post(url, {"act": "interest"}).status_code == 303
    assert client.post(url, {"act": "join"}).status_code == 409
    assert (Interest.objects.count(), Registration.objects.count()) == (1, 0)


@pytest.mark.parametrize("facts", [{"status": "cancelled"}, {"capacity": 0, "waiting_list": False}])
def test_invitation_to_a_closed_or_full_session_refuses(client, facts):
    session, contact = coming_session(**facts), member_contact()
    url = invitation_url(session, contact)
    assert client.get(url).status_code == 200
    assert client.post(url, {"act": "join"}).status_code == 409
    assert (Registration.objects.count(), Notice.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("language", "asked", "shown"), [("en", "", "en"), ("nl", "en", "en"), ("en", "nl", "nl")]
)
def test_personal_page_speaks_the_language_of_the_person(client, language, asked, shown):
    session, contact = coming_session(), member_contact(language=language)
    response = client.get(invitation_url(session, contact), {"lang": asked} if asked else {})
    assert response["Content-Language"] == shown
    assert f'<html lang="{shown}">' in response.content.decode()
    assert session.title(shown) in response.content.decode()


# --- confirmation


def test_confirm_shows_by_get_and_confirms_by_post(client):
    session = coming_session()
    client.post(sign_up_url(session), stamped())
    row = Registration.objects.get()
    url = f"/c/{confirm_token(row.pk)}/"
    assert client.get(url).status_code == 200
    assert Registration.objects.get().state == "unconfirmed"
    for _ in range(2):
        response = client.post(url)
        row.refresh_from_db()
        assert response["Location"] == f"/r/{registration_token(row)}/"
    assert row.state == "pending"
    assert client.get(url).status_code == 303
    assert sorted(Notice.objects.values_list("kind", flat=True)) == ["confirm", "pending"]


@pytest.mark.capability("C7")
def test_confirm_says_before_the_button_that_one_will_wait(client):
    session = coming_session(capacity=1)
    client.post(sign_up_url(session), stamped())
    url = f"/c/{confirm_token(Registration.objects.get().pk)}/"
    assert "Alle plekken zijn bezet" not in client.get(url).content.decode()
    make_registration(session=session, state="registered")
    assert "Alle plekken zijn bezet" in client.get(url).content.decode()


def test_error_summary_writes_no_colon_after_a_question_mark(client):
    url = sign_up_url(coming_session())
    shown = client.post(url, stamped(need="x" * 10_000, email="")).content.decode()
    summary = shown.split('id="error-summary"')[1].split("</div>")[0]
    assert ">E-mailadres: " in summary
    assert "? " in summary
    assert "?:" not in summary


def test_confirmed_interest_is_a_page_of_its_own(client):
    session = coming_session(precision="unknown")
    client.post(sign_up_url(session), stamped(works_on_theme=""))
    url = f"/c/{confirm_token(Registration.objects.get().pk)}/"
    response = client.post(url)
    assert (response.status_code, response["Location"]) == (303, url)
    assert [one.follows for one in client.get(url).context["outcomes"]] == [True]
    assert Interest.objects.count() == 1


def test_confirm_of_a_full_session_says_so(client):
    session = coming_session(capacity=1, waiting_list=False, eligibility="everyone")
    client.post(sign_up_url(session), stamped())
    row = Registration.objects.get()
    make_registration(session=session)
    assert client.post(f"/c/{confirm_token(row.pk)}/").status_code == 409
    row.refresh_from_db()
    assert row.state == "unconfirmed"


# --- one's own registration


def test_registration_is_seen_changed_and_cancelled(client):
    row = make_registration(session=coming_session())
    url = registration_url(row)
    assert client.get(url).status_code == 200
    assert client.get(f"{url}?cancel=1").context["asks_cancel"] is True
    row.refresh_from_db()
    assert row.state == "registered"
    assert client.post(url, {"act": "answers", "need": "koffie"}).status_code == 303
    row.refresh_from_db()
    assert row.answers == {"need": "koffie"}
    assert [client.post(url, {"act": "cancel"}).status_code for _ in range(2)] == [303, 303]
    row.refresh_from_db()
    assert (row.state, Notice.objects.get().kind) == ("cancelled", "cancelled")


def test_registration_shows_the_reason_but_never_the_private_one(client):
    contact = make_contact()
    row = make_registration(
        session=coming_session(),
        contact=contact,
        state="rejected",
        rejection_reason="Vol thema",
        attendance_reason="ziek",
    )
    content = client.get(registration_url(row)).content.decode()
    assert "Vol thema" in content
    assert "ziek" not in content
    assert contact.email not in content


def test_registration_calendar_file_has_the_entry_of_the_mail(client):
    contact = make_contact()
    row = make_registration(session=coming_session(), contact=contact)
    response = client.get(f"{registration_url(row)}calendar.ics")
    assert f"contact-{contact.pk}@" in response.content.decode().replace("\r\n ", "")
    assert registration_token(row).encode() not in response.content.replace(b"\r\n ", b"")


def test_join_redirects_registered_people_alone(client):
    session = coming_session(online_url="https://room.example.org/geheim")
    row = make_registration(session=session)
    response = client.get(f"/j/{join_token(row)}/")
    assert (response.status_code, response["Location"]) == (302, session.online_url)
    assert response["Referrer-Policy"] == "no-referrer"
    for state in ("pending", "waiting", "cancelled"):
        other = make_registration(session=session, state=state)
        response = client.get(f"/j/{join_token(other)}/")
        assert response.status_code == 409
        assert "room.example.org" not in response.content.decode()


def test_an_organisation_of_accents_alone_is_a_field_error(client):
    session = coming_session(eligibility="everyone")
    response = client.post(sign_up_url(session), stamped(organisation="\u0301"))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["organisation"]
    assert not Registration.objects.exists()


@pytest.mark.database
def test_spaces_around_the_stamp_make_no_other_act(client):
    session = coming_session(eligibility="everyone")
    values = stamped()
    for padding in ("", " " * 300):
        response = client.post(sign_up_url(session), values | {"stamp": padding + values["stamp"]})
        assert response.status_code == 303
    assert Notice.objects.count() == 1


def test_page_of_somebody_who_asked_to_hear_the_date_speaks_of_no_invitation(client):
    session, contact = coming_session(), member_contact()
    Interest.objects.create(session=session, contact=contact, since=NOW)
    url = invitation_url(session, contact)
    text = client.get(url).content.decode()
    assert "Je vroeg ons je op de hoogte te houden" in text
    assert "uitnodiging" not in text.lower()
    make_invitation(session, contact)
    assert "Deze uitnodiging is voor" in client.get(url).content.decode()

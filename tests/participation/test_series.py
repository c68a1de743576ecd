"""Sign-up for a whole series: one form, one mail, one button; and leaving it at once."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.notices import compose_notice
from contacts.models import Contact, Notice
from participation.enums import LIVE
from participation.links import confirm_token, registration_token
from participation.models import Interest, Registration
from tests.factories.content import make_home, make_series, make_session_page
from tests.factories.participation import make_invitation, make_registration
from tests.participation.test_api import BODY, _post
from tests.participation.visits import (
    coming_session,
    everything,
    invitation_url,
    member_contact,
    registration_url,
    stamped,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return make_series(parent=make_home(), title="Traject Beeldvorming", slug="beeldvorming")


def _in(series, slug, days=10, **values):
    """A session of the series with a live page."""
    start = timezone.now() + timedelta(days=days)
    exact = {"starts_at": start, "ends_at": start + timedelta(hours=2)}
    values = {"eligibility": "everyone", "series": series} | values
    session = coming_session(
        slug=slug, **(exact if "precision" not in values else {}) | values, titles={"nl": slug}
    )
    make_session_page(parent=series, session=session, live=True, slug=slug)
    return session


def _sessions(series):
    return {
        "een": _in(series, "een"),
        "twee": _in(series, "twee", days=20),
        "later": _in(series, "later", precision="unknown"),
        "vol": _in(series, "vol", capacity=0, waiting_list=False),
        "dicht": _in(series, "dicht", registration_closes_at=timezone.now() - timedelta(hours=1)),
        "straks": _in(
            series,
            "straks",
            precision="unknown",
            host_url="https://later.example.org/",
            host_name="Later",
        ),
        "partner": _in(
            series, "partner", host_url="https://partner.example.org/kom", host_name="Partner"
        ),
    }


URL = "/nl/traject/beeldvorming/aanmelden/"


@pytest.mark.capability("C1")
def test_series_page_offers_a_tick_for_what_can_be_joined_and_a_reason_for_the_rest(client, series):
    _sessions(series)
    series.refresh_from_db()
    for address in (URL, series.get_url()):
        content = client.get(address).content.decode()
        ticks = [slug for slug in ("een", "twee", "later") if f'value="{slug}"' in content]
        assert ticks == ["een", "twee", "later"]
        for slug in ("vol", "dicht", "partner", "straks"):
            assert f'value="{slug}"' not in content
        assert "alle plekken zijn bezet" in content
        assert "Aanmelden kan niet meer" in content
        assert 'href="/sessions/partner/partner/"' in content, "the visit is counted"
        assert "Houd me op de hoogte" in content


@pytest.mark.capability("C1")
@pytest.mark.capability("C15")
def test_one_mail_and_one_button_confirm_all_that_was_ticked(client, series):
    sessions = _sessions(series)
    ticked = stamped(sessions=["een", "twee", "later"], need="thee", learning_question="Hoe?")
    response = client.post(URL, ticked)
    assert (response.status_code, response["Location"]) == (303, f"{URL}gelukt/")
    assert client.get(response["Location"]).status_code == 200
    notice = Notice.objects.get()
    rows = list(Registration.objects.order_by("pk"))
    assert notice.context == {"registrations": [row.pk for row in rows]}
    link = f"/c/{confirm_token(*(row.pk for row in rows))}/"
    mail = email.message_from_bytes(
        compose_notice(notice, timezone.now()).content, policy=email.policy.default
    )
    body = mail.get_body(("plain",))
    assert body
    assert body.get_content().count("/c/") == 1
    page = client.get(link)
    assert "Ja, bevestig alle 3 aanmeldingen" in page.content.decode()
    assert Contact.objects.count() == 0
    response = client.post(link)
    assert (response.status_code, response["Location"]) == (303, link)
    states = {row.session.slug: row.state for row in Registration.objects.all()}
    assert states == {"een": "registered", "twee": "registered", "later": "lapsed"}
    assert Interest.objects.get().session == sessions["later"]
    answers = {row.session.slug: row.answers for row in Registration.objects.filter(state__in=LIVE)}
    assert answers == {
        "een": {"need": "thee", "learning_question": "Hoe?"},
        "twee": {"need": "thee"},
    }
    outcomes = client.get(link).context["outcomes"]
    assert [(one.title, one.state, one.follows) for one in outcomes if one.url] == [
        ("een", "registered", False),
        ("twee", "registered", False),
    ]
    assert [one.title for one in outcomes if one.follows] == ["later"]


def test_button_says_of_each_what_became_of_it_and_pressing_again_doubles_nothing(client, series):
    sessions = _sessions(series)
    client.post(URL, stamped(sessions=["een", "twee"]))
    sessions["twee"].status = "cancelled"
    sessions["twee"].save()
    rows = Registration.objects.order_by("pk")
    link = f"/c/{confirm_token(*(row.pk for row in rows))}/"
    for _ in range(2):
        response = client.post(link)
        assert response.status_code == 409
        outcomes = {one.title: one for one in response.context["outcomes"]}
        assert (outcomes["een"].state, outcomes["een"].problem) == ("registered", "")
        assert outcomes["twee"].problem
        assert "twee: " in response.content.decode()
    assert Registration.objects.filter(state="registered").count() == 1
    assert Notice.objects.filter(kind="registered").count() == 1


def test_one_session_confirms_what_waited_of_the_address_with_it(client, series):
    sessions = _sessions(series)
    client.post("/nl/sessie/een/aanmelden/", stamped())
    client.post("/nl/sessie/twee/aanmelden/", stamped())
    pks = list(Registration.objects.order_by("pk").values_list("pk", flat=True))
    last = Notice.objects.latest("pk")
    assert last.context == {"registrations": pks}
    assert sessions


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sessions": []}, "sessions"),
        ({"sessions": ["vol"]}, "sessions"),
        ({"sessions": ["nergens"]}, "sessions"),
        ({"sessions": ["een"], "email": "geen adres"}, "email"),
        ({"sessions": ["een"], "given_name": "kwaad.example.org"}, "given_name"),
        ({"sessions": ["een"], "given_name": "x" * 2000}, "given_name"),
    ],
)
def test_series_form_names_what_is_wrong_and_stores_nothing(client, series, wrong, field):
    _sessions(series)
    before = everything()
    response = client.post(URL, stamped(**wrong))
    assert (response.status_code, sorted(response.context["form"].errors)) == (422, [field])
    assert everything() == before


def test_series_form_is_guarded_as_that_of_a_session(client, series):
    _sessions(series)
    before = everything()
    trapped = client.post(URL, stamped(sessions=["een"], website="https://kwaad.example.org"))
    assert (trapped.status_code, everything()) == (303, before)
    values = stamped(sessions=["een", "twee"])
    assert [client.post(URL, values).status_code for _ in range(2)] == [303, 303]
    assert (Registration.objects.count(), Notice.objects.count()) == (2, 1)
    for _ in range(5):
        client.post(URL, stamped(sessions=["een"]))
    assert Notice.objects.count() == 3
    assert client.get("/nl/traject/nergens/aanmelden/").status_code == 404


def test_series_form_answers_a_known_and_an_unknown_address_alike(client, series):
    sessions = _sessions(series)
    known = member_contact(email="bekend@example.org")
    make_registration(session=sessions["een"], contact=known)
    answers = []
    for address in ("bekend@example.org", "nieuw@example.org"):
        response = client.post(URL, stamped(email=address, sessions=["een", "twee"]))
        answers.append((response.status_code, response["Location"], response.content))
    assert answers[0] == answers[1]
    kinds = Notice.objects.filter(address="bekend@example.org").values_list("kind", flat=True)
    assert sorted(kinds) == ["confirm", "link"]


def test_non_member_declares_the_theme_only_for_a_session_that_asks_it(client, series):
    _in(series, "open")
    _in(series, "thema", eligibility="theme")
    for ticked, status in ((["open"], 303), (["thema"], 422), (["open", "thema"], 422)):
        response = client.post(URL, stamped(sessions=ticked, works_on_theme=""))
        assert (ticked, response.status_code) == (ticked, status)
    assert client.post(URL, stamped(sessions=["thema"])).status_code == 303


def test_series_without_a_session_to_tick_says_so(client, series):
    _in(series, "vol", capacity=0, waiting_list=False)
    assert client.get(URL).status_code == 200
    before = everything()
    assert client.post(URL, stamped(sessions=["vol"])).status_code == 409
    assert everything() == before


# --- the API


def test_api_signs_up_for_sessions_of_a_series(client, series):
    _sessions(series)
    path, body = "/api/series/beeldvorming/registrations", BODY | {"answers": {"need": "thee"}}
    answer = _post(client, path, body | {"sessions": ["een", "later"]})
    assert (answer.status_code, answer.json()) == (202, {"state": "confirm"})
    assert sorted(row.session.slug for row in Registration.objects.all()) == ["een", "later"]
    assert Notice.objects.count() == 1
    for wrong, field in (
        ({"sessions": []}, "sessions"),
        ({"sessions": ["vol"]}, "sessions"),
        ({"sessions": ["een"], "answers": {"bus": "yes"}}, "answers.bus"),
    ):
        answer = _post(client, path, body | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert _post(client, "/api/series/nergens/registrations", body).status_code == 404
    assert Registration.objects.count() == 2


# --- by personal link, and leaving


def test_personal_link_offers_the_other_sessions_of_the_series(client, series):
    sessions = _sessions(series)
    contact = member_contact()
    url = invitation_url(sessions["een"], contact)
    content = client.get(url).content.decode()
    assert 'name="others" value="twee"' in content
    assert 'name="others" value="een"' not in content
    assert 'name="others" value="vol"' not in content
    assert client.post(url, {"others": ["vol"]}).status_code == 422
    assert Registration.objects.count() == 0
    assert client.post(url, {"others": ["twee", "later"]}).status_code == 303
    assert sorted(row.session.slug for row in Registration.objects.all()) == ["een", "twee"]
    assert Interest.objects.get().session == sessions["later"]
    assert client.post(url, {"others": ["twee"]}).status_code == 303
    assert Registration.objects.count() == 2


def test_all_of_a_series_is_cancelled_at_once_by_a_button(client, series):
    sessions = _sessions(series)
    contact = member_contact()
    rows = [make_registration(session=sessions[slug], contact=contact) for slug in ("een", "twee")]
    Interest.objects.create(session=sessions["later"], contact=contact, since=timezone.now())
    elsewhere = make_registration(session=coming_session(), contact=contact)
    somebody = make_registration(session=sessions["een"])
    url = f"/r/{registration_token(rows[0])}/series/"
    assert url in client.get(registration_url(rows[0])).content.decode()
    asked = client.get(f"{url}?cancel=1").content.decode()
    assert "Wil je je afmelden voor alle 3 bijeenkomsten?" in asked
    assert Registration.objects.filter(state="cancelled").count() == 0
    for _ in range(2):
        assert client.post(url).status_code == 303
    states = {row.pk: row.state for row in Registration.objects.all()}
    assert states == {
        rows[0].pk: "cancelled",
        rows[1].pk: "cancelled",
        elsewhere.pk: "registered",
        somebody.pk: "registered",
    }
    assert not Interest.objects.exists()
    assert Notice.objects.filter(kind="cancelled").count() == 2
    assert client.get(url).status_code == 200
    assert client.get(f"/r/{registration_token(elsewhere)}/series/").status_code == 404


def test_session_that_was_called_off_and_is_over_does_not_hinder_leaving_the_rest(client, series):
    gone = _in(series, "gone", days=-3, status="cancelled")
    contact = member_contact()
    old = make_registration(session=gone, contact=contact)
    row = make_registration(session=_in(series, "een"), contact=contact)
    for _again in range(2):
        assert client.post(f"{registration_url(row)}series/").status_code == 303
    assert [_state(each) for each in (old, row)] == ["registered", "cancelled"]
    assert "gone" not in client.get(URL).content.decode()


def _state(row):
    row.refresh_from_db()
    return row.state


def test_session_by_invitation_is_offered_to_whoever_was_invited_and_to_nobody_else(client, series):
    first = _in(series, "een")
    _in(series, "twee")
    closed = _in(series, "besloten", days=20, eligibility="invited")
    invited, other = member_contact(), member_contact(email="ander@example.org")
    make_invitation(closed, invited)
    words = "Deze bijeenkomst is op uitnodiging"
    url = invitation_url(first, invited)
    content = client.get(url).content.decode()
    assert 'name="others" value="besloten"' in content
    assert words not in content
    content = client.get(invitation_url(first, other)).content.decode()
    assert 'value="besloten"' not in content
    assert words in content
    refused = client.post(invitation_url(first, other), {"others": ["besloten"]})
    assert (refused.status_code, Registration.objects.count()) == (422, 0)
    public = client.get(URL).content.decode()
    assert 'value="besloten"' not in public
    assert words in public
    assert client.post(URL, stamped(sessions=["besloten"])).status_code == 422
    assert client.post(url, {"others": ["besloten"]}).status_code == 303
    states = {row.session.slug: row.state for row in Registration.objects.all()}
    assert states == {"een": "registered", "besloten": "registered"}


def test_full_session_by_invitation_is_neither_offered_nor_called_by_invitation(client, series):
    first = _in(series, "een")
    closed = _in(series, "besloten", eligibility="invited", capacity=0, waiting_list=False)
    contact = member_contact()
    make_invitation(closed, contact)
    content = client.get(invitation_url(first, contact)).content.decode()
    assert "besloten" not in content

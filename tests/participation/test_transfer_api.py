"""The API call with which a colleague claims the seat by the link that was forwarded."""

import pytest
from django.utils import timezone

from contacts.models import Contact, Notice
from participation.limits import NETWORK_LIMIT, network_allows
from participation.links import colleague_token, registration_token
from participation.models import Registration
from participation.services import confirm_registration
from tests.factories.contacts import make_contact, make_organisation
from tests.factories.participation import make_registration
from tests.factories.questions import kept
from tests.participation.test_api import BODY, _post
from tests.participation.visits import coming_session, everything

pytestmark = pytest.mark.django_db


def _path(seat):
    return f"/api/transfers/{colleague_token(seat)}"


def test_link_tells_the_session_and_a_given_name_and_nothing_else(client):
    giver = make_contact(given_name="Amina", family_name="Zonneveld", email="amina@example.org")
    seat = make_registration(
        session=coming_session(online_url="https://room.example.org/geheim"),
        contact=giver,
        organisation=make_organisation(name="Stichting Wilg"),
        answers={"need": "rustige ruimte"},
        private_answers={"q1": "geen noten"},
    )
    before = everything()
    response = client.get(_path(seat))
    answer = response.json()
    assert (answer["given_name"], answer["state"]) == ("Amina", "registered")
    assert answer["session"]["slug"] == seat.session.slug
    assert answer["form"]["properties"]["email"]["format"] == "email"
    for secret in ("Zonneveld", "amina@", "Wilg", "rustige ruimte", "noten", "geheim"):
        assert secret not in response.content.decode()
    assert registration_token(seat) not in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert everything() == before


def test_colleague_claims_the_seat_and_has_it_once_confirmed(client):
    session = coming_session(
        eligibility="members", registration_closes_at=timezone.now(), capacity=1
    )
    seat = make_registration(session=session)
    answer = _post(client, _path(seat), BODY)
    assert (answer.status_code, answer.json()) == (202, {"state": "confirm"})
    seat.refresh_from_db()
    assert seat.state == "registered"
    row = Registration.objects.get(state="unconfirmed")
    assert (row.takes_over, row.source) == (seat, "personal_link")
    assert list(Notice.objects.values_list("kind", "address")) == [("confirm", "bilal@example.org")]
    assert confirm_registration(registration=row, now=timezone.now()).state == "registered"
    seat.refresh_from_db()
    assert seat.state == "transferred"
    gone = _post(client, _path(seat), BODY)
    assert (gone.status_code, gone.json()["code"]) == (410, "seat_gone")
    assert client.get(_path(seat)).status_code == 410


def test_known_and_unknown_addresses_get_the_same_answer(client):
    session = coming_session()
    seat = make_registration(session=session)
    known = make_registration(session=session, contact=make_contact(email="bekend@example.org"))
    answers = [
        _post(client, _path(seat), BODY | {"email": address})
        for address in ("bekend@example.org", "nieuw@example.org")
    ]
    assert {(each.status_code, each.content) for each in answers} == {
        (202, b'{"state": "confirm"}')
    }
    assert sorted(Notice.objects.values_list("kind", "address")) == [
        ("confirm", "nieuw@example.org"),
        ("link", "bekend@example.org"),
    ]
    assert known.state == "registered"


def test_claim_is_checked_as_the_form_is(client):
    session = coming_session(eligibility="theme", questions={"nl": [kept("bus", required=True)]})
    seat = make_registration(session=session)
    before = everything()
    right = BODY | {"answers": {"bus": "Ja"}}
    for wrong, field in (
        ({"email": "geen adres"}, "email"),
        ({"given_name": "kwaad.example.org"}, "given_name"),
        ({"family_name": "x" * 2000}, "family_name"),
        ({"answers": {}}, "answers.bus"),
        ({"answers": {"bus": "Ja", "auto": "x"}}, "answers.auto"),
        ({"works_on_theme": False}, "works_on_theme"),
    ):
        answer = _post(client, _path(seat), right | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert _post(client, _path(seat), right | {"nergens": 1}).status_code == 422
    assert everything() == before
    assert _post(client, _path(seat), right).status_code == 202


def test_other_tokens_do_not_pass_and_a_revoked_one_says_so(client):
    seat = make_registration(session=coming_session())
    for token in ("x", registration_token(seat), colleague_token(seat)[:-2] + "AA"):
        assert client.get(f"/api/transfers/{token}").status_code == 404
        assert _post(client, f"/api/transfers/{token}", BODY).status_code == 404
    Contact.objects.update(link_version=2)
    assert _post(client, _path(seat), BODY).status_code == 410
    assert Notice.objects.count() == 0


def test_network_that_sends_too_many_waits(client):
    seat = make_registration(session=coming_session())
    for _ in range(NETWORK_LIMIT):
        network_allows("127.0.0.1", now=timezone.now())
    answer = _post(client, _path(seat), BODY)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert Registration.objects.count() == 1

"""A seat passes to a colleague: the link, the empty form, and what is got on confirming."""

from datetime import timedelta

import pytest

from contacts.models import Contact, Notice
from participation.errors import OrganisationFull, SessionFull, SignUpClosed, TransferNotPossible
from participation.links import (
    colleague_token,
    confirm_token,
    invitation_token,
    registration_token,
)
from participation.models import Invitation, Registration
from participation.services import (
    cancel_registration,
    confirm_registration,
    request_registration,
    send_colleague,
    send_colleague_link,
)
from tests.concurrency import together
from tests.factories.contacts import (
    NOW,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
)
from tests.factories.content import make_session
from tests.factories.participation import make_invitation, make_registration, make_typed
from tests.participation.visits import (
    coming_session,
    everything,
    invitation_url,
    registration_url,
    stamped,
)

pytestmark = pytest.mark.django_db


def _session(**values):
    start = NOW + timedelta(days=10)
    exact = {"starts_at": start, "ends_at": start + timedelta(hours=3)}
    return make_session(**{"eligibility": "everyone"} | exact | values)


def _ask(seat, act="een", email="bilal@example.org", **values):
    """The colleague fills in the form; returns the sign-up that waits for confirmation."""
    request_registration(
        session=seat.session,
        typed=make_typed(email=email, **values),
        act=act,
        takes_over=seat,
        now=NOW,
    )
    return Registration.objects.get(state="unconfirmed", address_key=email)


def _pass_on(seat, **values):
    taken = confirm_registration(registration=_ask(seat, **values), now=NOW)
    seat.refresh_from_db()
    return taken


def _told(contact):
    return list(
        Notice.objects.filter(contact=contact).order_by("pk").values_list("kind", flat=True)
    )


# --- what the colleague gets


@pytest.mark.parametrize(
    ("given", "got"),
    [
        ("registered", "registered"),
        ("offered", "registered"),
        ("waiting", "waiting"),
        ("pending", "pending"),
    ],
)
def test_colleague_gets_exactly_the_place_that_was_given(given, got):
    session = _session(capacity=1)
    first = make_registration(session=session, state="waiting", created_at=NOW)
    earlier = NOW - timedelta(days=3)
    seat = make_registration(
        session=session,
        state=given,
        created_at=earlier,
        offered_until=NOW + timedelta(hours=2) if given == "offered" else None,
        answers={"need": "rust"},
        organisation=make_organisation(),
    )
    make_invitation(session, seat.contact, answer="registered")
    taken = _pass_on(seat)
    assert (seat.state, taken.state) == ("transferred", got)
    assert (taken.takes_over, taken.organisation) == (seat, seat.organisation)
    assert taken.answers == {}
    assert taken.created_at == (earlier if got in ("waiting", "pending") else NOW)
    assert (_told(seat.contact), _told(taken.contact)) == (["transferred"], [got])
    assert Invitation.objects.get().answer == "colleague"
    first.refresh_from_db()
    assert first.state == "waiting"


def test_seat_passes_on_after_sign_up_closed_and_to_somebody_unknown_on_a_members_session():
    session = _session(eligibility="members", registration_closes_at=NOW - timedelta(days=1))
    member = make_member()
    contact = make_representation(make_contact(), member).contact
    seat = make_registration(session=session, contact=contact, organisation=member)
    taken = _pass_on(seat, organisation="Iets Anders")
    assert (taken.state, taken.organisation, taken.representation) == ("registered", member, None)
    assert taken.typed["organisation"] == "Iets Anders"


def test_colleague_who_is_in_at_once_for_another_organisation_comes_for_that_one():
    session = _session(eligibility="members", seats_per_organisation=1)
    seat = make_registration(session=session, organisation=make_organisation())
    other = make_representation(make_contact(email="lid@example.org"), make_member()).organisation
    taken = _pass_on(seat, email="lid@example.org")
    assert (taken.organisation, taken.state) == (other, "registered")


def test_seat_is_not_passed_to_an_organisation_that_has_all_its_seats():
    session = _session(seats_per_organisation=1)
    full = make_organisation(name="Vol")
    make_registration(session=session, organisation=full)
    seat = make_registration(session=session, organisation=make_organisation())
    row = _ask(seat, organisation="Vol")
    with pytest.raises(OrganisationFull):
        confirm_registration(registration=row, now=NOW)
    for each in (seat, row):
        each.refresh_from_db()
    assert [seat.state, row.state] == ["registered", "unconfirmed"]
    assert _told(seat.contact) == []


def test_colleague_on_the_waiting_list_gets_the_seat_under_their_own_sign_up():
    session = _session(capacity=1)
    seat = make_registration(session=session)
    waits = make_registration(
        session=session, state="waiting", contact=make_contact(email="wacht@example.org")
    )
    taken = _pass_on(seat, email="wacht@example.org")
    assert (taken, taken.state, taken.takes_over) == (waits, "registered", seat)
    assert Registration.objects.filter(session=session, state="registered").get() == waits


def test_seat_of_somebody_who_cancelled_goes_the_normal_way():
    session = _session(capacity=1)
    seat = make_registration(session=session)
    waiting = make_registration(session=session, state="waiting")
    row = _ask(seat)
    cancel_registration(registration=seat, now=NOW)
    taken = confirm_registration(registration=row, now=NOW)
    waiting.refresh_from_db()
    assert (taken.state, waiting.state) == ("waiting", "offered")
    seat.refresh_from_db()
    assert seat.state == "cancelled"


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"waiting_list": False, "capacity": 1}, SessionFull),
        ({"registration_closes_at": NOW - timedelta(hours=1)}, SignUpClosed),
        ({"eligibility": "invited"}, SignUpClosed),
    ],
)
def test_second_colleague_is_told_what_holds_for_everybody(values, error):
    session = _session(**values)
    seat = make_registration(session=session)
    second = _ask(seat, email="tweede@example.org", act="twee")
    taken = _pass_on(seat)
    with pytest.raises(error):
        confirm_registration(registration=second, now=NOW)
    assert list(Registration.objects.filter(session=session, state="registered")) == [taken]


def test_ones_own_address_passes_nothing_on():
    seat = make_registration(session=_session(), contact=make_contact(email="ik@example.org"))
    request_registration(
        session=seat.session, typed=make_typed(email="ik@example.org"), act="x",
        takes_over=seat, now=NOW,
    )  # fmt: skip
    assert Registration.objects.get() == seat
    assert _told(seat.contact) == ["link"]


@pytest.mark.database
def test_two_colleagues_confirming_and_the_giver_cancelling_at_once_double_nothing(file_database):
    session = _session(capacity=1)
    seat = make_registration(session=session)
    waiting = make_registration(session=session, state="waiting")
    rows = [_ask(seat, email=f"c{n}@example.org", act=str(n)) for n in range(3)]
    together(
        *[lambda row=row: confirm_registration(registration=row, now=NOW) for row in rows],
        lambda: cancel_registration(registration=seat, now=NOW),
        expected=SessionFull,
    )
    seat.refresh_from_db()
    waiting.refresh_from_db()
    states = sorted(Registration.objects.filter(takes_over=seat).values_list("state", flat=True))
    if seat.state == "transferred":
        assert (states, waiting.state) == (["registered", "waiting", "waiting"], "waiting")
    else:
        assert (states, waiting.state) == (["waiting"] * 3, "offered")


# --- the link


def test_link_is_mailed_to_the_person_alone_and_once_a_day():
    person = make_contact(email="amina@example.org")
    seat = make_registration(session=_session(), contact=person)
    for _again in range(2):
        send_colleague_link(registration=seat, now=NOW)
    send_colleague_link(registration=seat, now=NOW + timedelta(days=1))
    assert list(Notice.objects.values_list("kind", "address")) == [
        ("colleague", "amina@example.org")
    ] * 2  # fmt: skip


@pytest.mark.parametrize("state", ["cancelled", "lapsed", "rejected", "transferred"])
def test_link_ends_with_the_sign_up(client, state):
    seat = make_registration(session=coming_session(), state=state)
    with pytest.raises(TransferNotPossible):
        send_colleague_link(registration=seat, now=NOW)
    for method in ("get", "post"):
        response = getattr(client, method)(f"/t/{colleague_token(seat)}/", stamped())
        assert response.status_code == 410
        assert f"/sessie/{seat.session.slug}/aanmelden/" in response.content.decode()
    assert (Registration.objects.count(), Notice.objects.count()) == (1, 0)


def test_link_opens_an_empty_form_that_shows_a_given_name_and_nothing_else(client):
    giver = make_contact(given_name="Amina", family_name="Zonneveld", email="amina@example.org")
    seat = make_registration(
        session=coming_session(),
        contact=giver,
        organisation=make_organisation(name="Stichting Wilg"),
        answers={"need": "rustige ruimte", "learning_question": "Hoe dan?"},
        private_answers={"q1": "geen noten"},
    )
    before = everything()
    response = client.get(f"/t/{colleague_token(seat)}/?lang=nl")
    page = response.content.decode()
    assert "Amina geeft je deze plek" in page
    for secret in ("Zonneveld", "amina@", "Wilg", "rustige ruimte", "Hoe dan", "noten"):
        assert secret not in page
    assert registration_token(seat) not in page
    assert response["Cache-Control"] == "private, no-store"
    assert everything() == before
    client.get(f"/t/{colleague_token(seat)}/?lang=en")


def test_form_mails_the_typed_address_and_leaves_the_seat_where_it_is(client):
    seat = make_registration(session=coming_session(eligibility="members"))
    url = f"/t/{colleague_token(seat)}/?lang=nl"
    assert client.post(url, stamped(email="geen adres")).status_code == 422
    assert client.post(url, stamped(website="x")).status_code == 303
    assert Registration.objects.count() == 1
    response = client.post(url, stamped())
    assert (response.status_code, response["Location"]) == (
        303,
        f"/nl/sessie/{seat.session.slug}/aanmelden/gelukt/",
    )
    row = Registration.objects.get(state="unconfirmed")
    assert (row.takes_over, row.source) == (seat, "personal_link")
    seat.refresh_from_db()
    assert seat.state == "registered"
    assert list(Notice.objects.values_list("kind", "address")) == [("confirm", "bilal@example.org")]


def test_tokens_of_another_purpose_revoked_or_of_nobody_do_not_pass(client):
    person = make_contact()
    seat = make_registration(session=coming_session(), contact=person)
    others = [
        registration_token(seat),
        invitation_token(session_id=seat.session_id, contact=person),
        "x",
        colleague_token(seat)[:-2] + "AA",
    ]
    token = colleague_token(seat)
    for method in ("get", "post"):
        for other in others:
            assert getattr(client, method)(f"/t/{other}/").status_code == 404
        assert getattr(client, method)(f"/r/{token}/").status_code == 404
    Contact.objects.update(link_version=2)
    assert client.get(f"/t/{token}/").status_code == 410
    Contact.objects.update(link_version=1, erased_at=NOW)
    assert client.get(f"/t/{token}/").status_code == 404


# --- one's own page, and the invitation


def test_own_page_mails_the_link_and_shows_it_to_copy(client):
    seat = make_registration(session=coming_session())
    assert colleague_token(seat) not in client.get(registration_url(seat)).content.decode()
    response = client.post(registration_url(seat), {"act": "transfer"}, follow=True)
    assert response.redirect_chain[0][1] == 303
    assert f"/t/{colleague_token(seat)}/" in response.content.decode()
    assert _told(seat.contact) == ["colleague"]


def test_api_gives_the_link_to_forward(client):
    seat = make_registration(session=coming_session())
    path = f"/api/my/registrations/{registration_token(seat)}/transfer"
    answer = client.post(path)
    assert answer.json()["url"].endswith(f"/t/{colleague_token(seat)}/")
    cancel_registration(registration=seat, now=NOW)
    refused = client.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "transfer_not_possible")


def test_api_accepts_an_offer_once_and_refuses_what_is_past(client):
    session = coming_session()
    until = session.starts_at - timedelta(days=1)
    seat = make_registration(session=session, state="offered", offered_until=until)
    path = f"/api/my/registrations/{registration_token(seat)}"
    assert client.get(path).json()["offered_until"] is not None
    for _again in range(2):
        assert client.post(f"{path}/accept").json()["state"] == "registered"
    past = make_registration(session=session, state="offered", offered_until=NOW)
    answer = client.post(f"/api/my/registrations/{registration_token(past)}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "offer_lapsed")
    past.refresh_from_db()
    assert past.state == "lapsed"
    none = make_registration(session=session, state="waiting")
    answer = client.post(f"/api/my/registrations/{registration_token(none)}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "move_not_allowed")


def test_own_page_offers_yes_and_no(client):
    session = coming_session()
    until = session.starts_at - timedelta(days=1)
    seat = make_registration(session=session, state="offered", offered_until=until)
    page = client.get(registration_url(seat)).content.decode()
    assert 'value="accept"' in page
    response = client.post(registration_url(seat), {"act": "accept"}, follow=True)
    seat.refresh_from_db()
    assert (response.status_code, seat.state) == (200, "registered")
    assert 'value="accept"' not in response.content.decode()
    waits = make_registration(session=session, state="waiting")
    assert client.post(registration_url(waits), {"act": "accept"}).status_code == 409
    person = make_contact()
    late = make_registration(session=session, contact=person, state="offered", offered_until=NOW)
    assert 'value="accept"' not in client.get(registration_url(late)).content.decode()
    response = client.post(registration_url(late), {"act": "accept"}, follow=True)
    again = invitation_token(session_id=session.pk, contact=person)
    assert f"/i/{again}/" in response.content.decode()


def test_invited_person_sends_a_colleague_to_the_public_page(client):
    session, contact = coming_session(), make_contact()
    make_invitation(session, contact)
    url = invitation_url(session, contact)
    response = client.post(url, {"act": "colleague"}, follow=True)
    address = f"http://127.0.0.1:8000/nl/sessie/{session.slug}/aanmelden/"
    assert f'href="{address}"' in response.content.decode()
    assert Invitation.objects.get().answer == "colleague"
    assert Registration.objects.count() == 0


def test_sending_a_colleague_needs_a_public_page_and_no_sign_up_of_ones_own(client):
    contact = make_contact()
    closed = coming_session(eligibility="invited")
    make_invitation(closed, contact)
    with pytest.raises(SignUpClosed):
        send_colleague(session=closed, contact=contact, now=NOW)
    url = invitation_url(closed, contact)
    assert 'value="colleague"' not in client.get(url).content.decode()
    assert client.post(url, {"act": "colleague"}).status_code == 409
    assert Invitation.objects.get().answer == "none"
    seat = make_registration(session=_session(), contact=contact)
    with pytest.raises(TransferNotPossible):
        send_colleague(session=seat.session, contact=contact, now=NOW)


def test_confirm_page_says_whose_place_it_is_and_when_it_is_gone(client):
    session = coming_session()
    seat = make_registration(
        session=session, contact=make_contact(given_name="Amina", family_name="Zonneveld")
    )
    row = make_registration(session=session, state="unconfirmed", takes_over=seat)
    url = f"/c/{confirm_token(row.pk)}/"
    page = client.get(url).content.decode()
    assert "Amina" in page
    assert "Zonneveld" not in page
    cancel_registration(registration=seat, now=NOW)
    page = client.get(url).content.decode()
    assert "Amina" not in page
    assert client.post(url).status_code == 303
    row.refresh_from_db()
    assert row.state in ("registered", "pending")

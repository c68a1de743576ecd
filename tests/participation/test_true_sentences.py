"""What a personal page says is true of everybody who can arrive there."""

import pytest
from django.utils import timezone

from participation.models import Interest
from participation.services import decline_invitation, invite, send_colleague
from participation.services.invitations import show_interest
from tests.factories.contacts import make_contact
from tests.factories.participation import make_registration
from tests.participation.visits import (
    coming_session,
    invitation_url,
    member_contact,
    registration_url,
    sign_up_url,
)

pytestmark = pytest.mark.django_db

OPEN_AGAIN = "Kun je toch? Dan kun je je hier alsnog aanmelden."


def _now():
    return timezone.now()


def _main(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    page = response.content.decode()
    return page[page.index("<title>") : page.index("<footer")]


def _ask(session, contact):
    invite(session_id=session.pk, contact_ids=[contact.pk], source="Uitnodiging", now=_now())


def test_page_of_somebody_whom_nobody_invited_speaks_of_no_invitation(client):
    session, contact = coming_session(), member_contact(given_name="Amina")
    url = invitation_url(session, contact)
    page = _main(client, url)
    assert "uitnodiging" not in page.lower()
    assert "Deze pagina is van <strong>Amina</strong>" in page

    page = _main(client, f"{url}decline/")
    assert "uitnodiging" not in page.lower()
    assert f'<a href="{url}">Toch aanmelden</a>' in page
    client.post(f"{url}decline/")  # an answer of one's own is no invitation
    for address in (url, f"{url}decline/"):
        page = _main(client, address)
        assert "Je hebt laten weten dat je niet kunt komen" in page
        assert "uitnodiging" not in page.lower()


def test_page_of_somebody_who_was_invited_speaks_of_it(client):
    session, contact = coming_session(), member_contact(given_name="Amina")
    _ask(session, contact)
    url = invitation_url(session, contact)
    assert "Deze uitnodiging is voor <strong>Amina</strong>" in _main(client, url)
    assert f'<a href="{url}">Terug naar de uitnodiging</a>' in _main(client, f"{url}decline/")


def test_whoever_came_by_keep_me_informed_and_then_declined_was_never_invited(client):
    session, contact = coming_session(precision="unknown"), member_contact(given_name="Amina")
    show_interest(session=session, contact=contact, now=_now())
    decline_invitation(session=session, contact=contact, now=_now())
    url = invitation_url(session, contact)
    for address in (url, f"{url}decline/"):
        assert "uitnodiging" not in _main(client, address).lower()


@pytest.mark.parametrize("status", ["cancelled", "held"])
def test_nobody_declines_what_is_cancelled_or_over(client, status):
    session, contact = coming_session(status=status), member_contact()
    _ask(session, contact)
    page = _main(client, f"{invitation_url(session, contact)}decline/")
    assert "Druk op de knop" not in page
    assert "<form" not in page


def test_whoever_declined_can_still_sign_up_only_while_that_is_so(client):
    session, contact = coming_session(capacity=1, waiting_list=False), member_contact()
    _ask(session, contact)
    decline_invitation(session=session, contact=contact, now=_now())
    url = invitation_url(session, contact)
    assert OPEN_AGAIN in _main(client, url)
    make_registration(session=session)
    page = _main(client, url)
    assert OPEN_AGAIN not in page
    assert "Je hebt laten weten dat je niet kunt komen" in page


def test_address_to_forward_is_given_only_where_a_colleague_can_sign_up(client):
    session, contact = coming_session(), member_contact()
    _ask(session, contact)
    send_colleague(session=session, contact=contact, now=_now())
    url = invitation_url(session, contact)
    assert f"http://127.0.0.1:8000{sign_up_url(session)}</a>" in _main(client, url)
    session.registration_closes_at = _now()
    session.save()
    page = _main(client, url)
    assert "Fijn dat je een collega" in page
    assert sign_up_url(session) not in page


@pytest.mark.parametrize("facts", [{"status": "cancelled"}, {"eligibility": "invited"}])
def test_nobody_is_sent_to_a_form_that_is_not_there(client, facts):
    session, contact = coming_session(**facts), member_contact(given_name="Amina")
    row = make_registration(session=session, contact=member_contact(given_name="Amina"))
    _ask(session, contact)
    for url in (invitation_url(session, contact), registration_url(row)):
        page = _main(client, url)
        assert "Ben je Amina niet? Dan is deze pagina niet voor jou bedoeld." in page
        assert sign_up_url(session) not in page


@pytest.mark.parametrize("follows", [True, False])
def test_nobody_is_asked_for_an_address_that_we_have(client, follows):
    session, contact = coming_session(precision="unknown"), make_contact()
    if follows:
        Interest.objects.create(session=session, contact=contact, since=_now())
    page = _main(client, invitation_url(session, contact))
    assert "De datum is nog niet bekend." in page
    assert "Laat je adres achter" not in page


@pytest.mark.parametrize("state", ["pending", "waiting"])
def test_whoever_has_no_seat_is_told_of_none(client, state):
    row = make_registration(session=coming_session(), state=state, contact=member_contact())
    page = _main(client, f"{registration_url(row)}?cancel=1")
    assert "plek" not in page
    assert "ik kom" not in page
    # It may be the seats of one organisation that are taken.
    assert "Alle plekken zijn bezet" not in _main(client, registration_url(row))


def test_whoever_was_cancelled_by_an_organiser_is_not_thanked_for_it(client):
    row = make_registration(session=coming_session(), state="cancelled", contact=member_contact())
    page = _main(client, registration_url(row))
    assert "Je bent afgemeld." in page
    assert "liet weten" not in page


def test_no_reminder_is_promised_that_nobody_planned(client):
    row = make_registration(session=coming_session(), contact=member_contact(), no_reminders=True)
    assert "herinnering" not in _main(client, registration_url(row))


def test_whoever_asked_to_hear_the_date_is_promised_no_more_than_that(client):
    undated, dated = coming_session(precision="unknown"), coming_session()
    page = _main(client, f"{sign_up_url(undated)}gelukt/")
    assert "We mailen je zodra de datum bekend is." in page
    assert "of je erbij bent" not in page
    page = _main(client, f"{sign_up_url(dated)}gelukt/")
    assert "zodra de datum bekend is" not in page

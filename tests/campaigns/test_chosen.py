"""A mailing to the sign-ups that were ticked on the desk of a session."""

import pytest
from django.urls import reverse

from campaigns.models import Mailing
from tests.contacts.logins import log_in
from tests.factories.participation import make_registration
from tests.participation.visits import coming_session

pytestmark = pytest.mark.django_db


def _url(*rows) -> str:
    path = reverse("wagtail_bulk_action", args=["participation", "registration", "mail"])
    return f"{path}?{'&'.join(f'id={row.pk}' for row in rows)}&next=/admin/"


def test_chosen_people_get_a_draft_of_their_own(client):
    log_in(client, "Organisator")
    session = coming_session()
    rows = [make_registration(session=session) for _ in range(3)]
    desk = client.get(reverse("session_desk:desk", args=[session.pk])).content.decode()
    assert f'formaction="{_url().partition("?")[0]}"' in desk
    shown = client.get(_url(*rows[:2]))
    assert "nothing is sent" in shown.content.decode()
    assert not Mailing.objects.exists()
    response = client.post(_url(*rows[:2]))
    mailing = Mailing.objects.get()
    assert response.url.endswith(f"/edit/{mailing.pk}/")
    assert client.get(response.url).status_code == 200
    assert mailing.audience == {"contacts": sorted(row.contact_id or 0 for row in rows[:2])}
    assert (mailing.session, mailing.purpose, mailing.state) == (session, "participation", "draft")


def test_people_of_two_sessions_or_unconfirmed_ones_are_no_choice(client):
    log_in(client, "Organisator")
    unconfirmed = make_registration(session=coming_session(), state="unconfirmed", contact=None)
    for rows in ([make_registration(), make_registration()], [unconfirmed]):
        response = client.post(_url(*rows), follow=True)
        assert "Choose confirmed sign-ups of one session" in response.content.decode()
    assert not Mailing.objects.exists()


def test_who_may_make_no_mailing_is_refused(client):
    log_in(client, "Redacteur")
    row = make_registration()
    assert (
        "/mail/"
        not in client.get(reverse("session_desk:desk", args=[row.session.pk])).content.decode()
    )
    client.post(_url(row))
    assert not Mailing.objects.exists()

"""What one's own page lets a person do, and what it keeps from whoever got it forwarded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from content.models import Session
from participation.links import invitation_token, registration_token
from participation.models import AttendanceList, LearningQuestion
from tests.factories.contacts import make_contact
from tests.factories.participation import make_invitation, make_registration
from tests.participation.visits import (
    coming_session,
    invitation_url,
    registration_url,
    sign_up_url,
)

pytestmark = pytest.mark.django_db

PRIVATE = "geen noten en een rolstoel"


def _over(row, ended_ago=timedelta(days=2)):
    end = timezone.now() - ended_ago
    Session.objects.filter(pk=row.session.pk).update(
        starts_at=end - timedelta(hours=3), ends_at=end
    )


@pytest.mark.capability("C10")
def test_every_personal_page_masks_the_address_and_leads_to_an_empty_form(client):
    session = coming_session()
    contact = make_contact(given_name="Amina", family_name="Zonneveld", email="amina@example.org")
    make_invitation(session, contact)
    row = make_registration(session=coming_session(), contact=contact)
    for path, of in (
        (invitation_url(session, contact), session),
        (f"{invitation_url(session, contact)}decline/", session),
        (registration_url(row), row.session),
    ):
        page = client.get(path).content.decode()
        assert (
            f'<a href="{sign_up_url(of)}">Niet Amina? Meld je aan onder je eigen naam</a>' in page
        )
        assert "amina@example.org" not in page
        assert "Zonneveld" not in page
    form = client.get(sign_up_url(row.session)).content.decode()
    assert "Amina" not in form
    assert "a…" not in form


def test_private_answers_are_never_shown_back(client):
    row = make_registration(
        session=coming_session(), answers={"need": "rust"}, private_answers={"q1": PRIVATE}
    )
    page = client.get(registration_url(row)).content.decode()
    assert PRIVATE not in page
    assert "persoonlijke vragen ingevuld" in page
    api = f"/api/my/registrations/{registration_token(row)}"
    assert PRIVATE not in client.get(api).content.decode()
    without = make_registration(session=coming_session())
    assert "persoonlijke vragen" not in client.get(registration_url(without)).content.decode()


@pytest.mark.capability("C39")
def test_learning_question_can_follow_after_the_session_until_the_list_is_closed(client):
    row = make_registration(session=coming_session(), answers={"need": "rust"})
    _over(row)
    page = client.get(registration_url(row)).content.decode()
    assert 'name="learning_question"' in page
    assert "?cancel=1" not in page
    assert 'value="transfer"' not in page
    values = {"act": "answers", "need": "rust", "learning_question": "Hoe verder?"}
    assert client.post(registration_url(row), values).status_code == 303
    assert LearningQuestion.objects.get().text == "Hoe verder?"
    row.refresh_from_db()
    assert row.answers == {"need": "rust", "learning_question": "Hoe verder?"}
    AttendanceList.objects.create(session=row.session, closed_at=timezone.now())
    assert 'name="learning_question"' not in client.get(registration_url(row)).content.decode()
    late = client.post(registration_url(row), values | {"learning_question": "Te laat"})
    assert late.status_code == 409
    api = f"/api/my/registrations/{registration_token(row)}"
    answer = client.patch(
        api, {"answers": {"learning_question": "Te laat"}}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "answers_closed")
    assert LearningQuestion.objects.get().text == "Hoe verder?"


@pytest.mark.parametrize("act", ["cancel", "transfer"])
def test_what_comes_too_late_is_said_and_nothing_changes(client, act):
    row = make_registration(session=coming_session())
    _over(row)
    assert client.post(registration_url(row), {"act": act}).status_code == 409
    row.refresh_from_db()
    assert row.state == "registered"


def test_whoever_is_out_can_come_back_by_their_own_link(client):
    session = coming_session(capacity=1)
    make_registration(session=session)
    for state in ("cancelled", "transferred", "lapsed"):
        person = make_contact()
        row = make_registration(session=session, contact=person, state=state)
        again = invitation_token(session_id=session.pk, contact=person)
        page = client.get(registration_url(row)).content.decode()
        assert f'<a href="/i/{again}/">Zet me weer op de wachtlijst</a>' in page
    rejected = make_registration(session=session, state="rejected")
    assert "/i/" not in client.get(registration_url(rejected)).content.decode()

"""A session is deleted at the moment at which somebody is at work on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from base.services import create_access_token
from contacts.models import Notice
from content.models import Session
from participation.errors import SessionGone
from participation.links import confirm_token
from participation.models import Registration, ScheduleChange
from participation.services.attendance_lists import close_attendance
from participation.services.cancellation import cancel_registration
from participation.services.changes import record_change, send_due_changes
from participation.services.confirmation import confirm_registrations
from participation.services.offers import accept_offer, settle_offers
from participation.services.questions import update_answers
from participation.services.relocation import move_to_session
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_home, make_series, make_session, make_session_page
from tests.factories.participation import make_registration
from tests.participation.visits import invitation_url, member_contact, registration_url

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GONE = "Deze bijeenkomst is zojuist verwijderd. Er is niets veranderd."


@contextmanager
def deleted_when_the_work_begins(session: Session) -> Iterator[None]:
    """Delete the session just before the first transaction of the work, as another would."""
    done: list[bool] = []

    def check(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if not done and "SAVEPOINT" in sql:
            done.append(True)
            Session.objects.filter(pk=session.pk).delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(check):
        yield
    assert done


def _soon(**values: Any) -> Session:
    start = timezone.now() + timedelta(days=10)
    exact = {"starts_at": start, "ends_at": start + timedelta(hours=3)}
    return make_session(**exact | values)


@pytest.mark.parametrize(
    "work",
    [
        lambda row: cancel_registration(registration=row, now=NOW),
        lambda row: accept_offer(registration=row, now=NOW),
        lambda row: update_answers(registration=row, answers={}, now=NOW),
        lambda row: move_to_session(registration=row, session=make_session(), now=NOW),
        lambda row: close_attendance(session=row.session, by=None, now=NOW),
        lambda row: confirm_registrations(registrations=[row], now=NOW),
    ],
)
def test_work_on_a_session_that_is_gone_has_a_name_and_changes_nothing(work):
    row = make_registration(state="offered")
    Session.objects.filter(pk=row.session_id).delete()
    with pytest.raises(SessionGone):
        work(row)
    assert (Registration.objects.count(), Notice.objects.count()) == (0, 0)


def test_nobody_leaves_for_a_session_that_is_gone():
    row, there = make_registration(), make_session()
    Session.objects.filter(pk=there.pk).delete()
    with pytest.raises(SessionGone):
        move_to_session(registration=row, session=there, now=NOW)
    row.refresh_from_db()
    assert (row.state, Notice.objects.count()) == ("registered", 0)


def test_confirming_two_of_which_one_is_gone_confirms_the_other():
    here, gone = _soon(), _soon()
    rows = [make_registration(session=each, state="unconfirmed") for each in (here, gone)]
    Session.objects.filter(pk=gone.pk).delete()
    done = confirm_registrations(registrations=rows, now=timezone.now())
    assert [each.registration.session for each in done] == [here]


def test_clock_goes_on_with_the_other_sessions():
    gone, stays = (_soon(capacity=1, waiting_list=True) for _each in range(2))
    make_registration(session=gone, state="waiting")
    next_one = make_registration(session=stays, state="waiting")
    with deleted_when_the_work_begins(gone):
        assert settle_offers(now=timezone.now()) == 1
    next_one.refresh_from_db()
    assert next_one.state == "offered"


def test_change_of_a_session_that_is_gone_is_told_to_nobody():
    session = make_session(schedule_version=1)
    record_change(session_id=session.pk, by=None, now=NOW)
    Session.objects.filter(pk=session.pk).update(schedule_version=2)
    make_registration(session=session)
    change = record_change(session_id=session.pk, by=None, now=NOW)
    ScheduleChange.objects.filter(pk=change.pk).update(state="waiting", due_at=NOW)
    with deleted_when_the_work_begins(session):
        send_due_changes(now=NOW + timedelta(hours=1))
    assert Notice.objects.count() == 0


# --- what people see ----------------------------------------------------------------------------


def test_personal_page_says_that_the_session_was_removed(client):
    row = make_registration(session=_soon())
    with deleted_when_the_work_begins(row.session):
        response = client.post(registration_url(row), {"act": "cancel"})
    assert response.status_code == 404
    assert "Deze bijeenkomst is er niet meer" in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"


def test_confirm_page_says_that_the_session_was_removed(client):
    row = make_registration(session=_soon(), state="unconfirmed")
    url = reverse("participation:confirm", args=[confirm_token(row.pk)])
    with deleted_when_the_work_begins(row.session):
        response = client.post(url)
    assert response.status_code == 404
    assert "Deze bijeenkomst is er niet meer" in response.content.decode()


def test_form_for_several_comes_back_without_the_one_that_was_removed(client):
    series = make_series(parent=make_home())
    first, other = (_soon(series=series, eligibility="everyone") for _each in range(2))
    for each in (first, other):
        make_session_page(parent=series, session=each, live=True, slug=each.slug)
    contact = member_contact()
    values = {"others": [other.slug]}
    with deleted_when_the_work_begins(other):
        response = client.post(invitation_url(first, contact), values)
    assert response.status_code == 409
    assert "zojuist verwijderd" in response.content.decode()
    assert Registration.objects.count() == 0
    assert client.post(invitation_url(first, contact), {}).status_code == 303


def test_desk_says_so_and_leads_to_the_list_of_sessions(client):
    client.force_login(make_user(is_superuser=True))
    start = timezone.now() - timedelta(hours=1)
    session = make_session(starts_at=start, ends_at=start + timedelta(hours=3))
    with deleted_when_the_work_begins(session):
        response = client.post(reverse("session_desk:close", args=[session.pk]))
    assert response.url == reverse("content_sessions:index")
    assert [str(each) for each in get_messages(response.wsgi_request)] == [GONE]


def test_bulk_action_goes_on_with_the_other_sign_ups(client):
    client.force_login(make_user(is_superuser=True))
    rows = [make_registration(session=_soon(), state="pending") for _each in range(2)]
    path = reverse("wagtail_bulk_action", args=["participation", "registration", "approve"])
    query = "&".join(f"id={row.pk}" for row in rows)
    with deleted_when_the_work_begins(rows[0].session):
        response = client.post(f"{path}?{query}&next=/admin/")
    assert response.status_code == 302
    rows[1].refresh_from_db()
    assert rows[1].state == "registered"


def test_api_answers_404(client):
    token = create_access_token(
        user=make_user(is_superuser=True),
        scopes=["participation:write"],
        days=1,
        now=timezone.now(),
    )
    row = make_registration(session=_soon(), contact=make_contact())
    with deleted_when_the_work_begins(row.session):
        response = client.patch(
            f"/api/registrations/{row.pk}",
            {"state": "cancelled"},
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )
    assert response.status_code == 404

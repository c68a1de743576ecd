"""What people do wrong in the admin and on personal pages: nothing is stored, and it is said."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, Notice
from participation.models import OrganisationInvitation, Registration
from tests.contacts.logins import log_in
from tests.factories.contacts import make_organisation
from tests.factories.participation import make_invitation, make_registration
from tests.factories.questions import EVERY_KIND
from tests.participation.changing import B, change_of, published, session_of, signed_up
from tests.participation.test_changes_admin import _confirm_url, _press_publish, admin
from tests.participation.test_publishing_ways import _drafted, _many_url, _publish_many
from tests.participation.visits import (
    coming_session,
    everything,
    invitation_url,
    member_contact,
    registration_url,
    stamped,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

__all__ = ["admin"]  # a fixture


# --- the session of whoever is signed in ran out -------------------------------------------------


def test_button_of_the_desk_after_signing_out_leads_to_the_login_and_does_nothing(client):
    log_in(client, "Organisator")
    session = coming_session()
    row = make_registration(session=session)
    client.logout()
    desk = {
        "register": stamped(mail_language="nl"),
        "walk_in": stamped(mail_language="nl"),
        "attendance": {f"mark-{row.pk}": "present"},
        "close": {},
        "invite": {"organisations": [make_organisation().pk], "source": "brief"},
    }
    before = everything()
    for name, values in desk.items():
        url = reverse(f"session_desk:{name}", args=[session.pk])
        response = client.post(url, values)
        assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")
        assert f"next={url}" in response.url
    acts = ("approve", "reject", "cancel", "move", "present")
    for act in acts:
        url = reverse("wagtail_bulk_action", args=["participation", "registration", act])
        assert client.post(f"{url}?id={row.pk}", {"reason": "x"}).url.startswith("/admin/login/")
    row.refresh_from_db()
    assert (row.state, row.attendance) == ("registered", "unmarked")
    assert (everything(), OrganisationInvitation.objects.count()) == (before, 0)


def test_publication_after_signing_out_is_kept_as_a_draft(admin):
    page = published()
    signed_up(session_of(page))
    url = _press_publish(admin, page, first_day=B).url
    many = _many_url([page])
    admin.logout()
    for address in (url, many):
        response = admin.post(address, {"choice": "tell"})
        assert response.url.startswith("/admin/login/")
    assert session_of(page).schedule_version == 1
    page.refresh_from_db()
    assert page.has_unpublished_changes


def test_personal_page_whose_cookie_is_gone_says_so_and_does_nothing():
    strict = Client(enforce_csrf_checks=True)
    session, contact = coming_session(), member_contact()
    row = make_registration(session=session)
    waiting = make_registration(session=session, state="unconfirmed")
    before = everything()
    urls = [
        invitation_url(session, contact),
        f"{invitation_url(session, contact)}decline/",
        registration_url(row),
        f"{registration_url(row)}series/",
    ]
    for url in urls:
        response = strict.post(url, {"act": "cancel"})
        assert response.status_code == 403
        assert "laad de pagina opnieuw" in response.content.decode()
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.state, waiting.state, everything()) == ("registered", "unconfirmed", before)


# --- pressed twice -------------------------------------------------------------------------------


def test_every_button_of_a_personal_page_pressed_twice_is_pressed_once(client):
    session, contact = coming_session(), member_contact()
    make_invitation(session, contact)
    url = invitation_url(session, contact)
    undated = invitation_url(coming_session(precision="unknown"), contact)
    presses = [(undated, {"act": "interest"}), (url, {"act": "colleague"}), (f"{url}decline/", {})]
    for address, values in presses:
        codes = [client.post(address, values).status_code for _ in range(2)]
        assert codes == [303, 303]
    assert Notice.objects.values_list("kind", flat=True).get() == "interest"
    assert session.invitations.get().answer == "declined"


def test_confirming_a_publication_twice_is_one_change(admin):
    page = published()
    signed_up(session_of(page))
    _press_publish(admin, page, first_day=B)
    url = _confirm_url(page)
    for choice in ("tell", "correction"):
        assert admin.post(url, {"choice": choice}).status_code == 302
    assert (session_of(page).schedule_version, change_of(page).version) == (2, 2)
    assert session_of(page).changes.count() == 2


def test_decision_pressed_twice_mails_once(admin):
    row = make_registration(session=coming_session(), state="pending", contact=member_contact())
    url = reverse("wagtail_bulk_action", args=["participation", "registration", "approve"])
    for _ in range(2):
        assert admin.post(f"{url}?id={row.pk}").status_code == 302
    row.refresh_from_db()
    assert row.state == "registered"
    assert Notice.objects.filter(kind="approved").count() == 1


# --- too long, hostile ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("need", "x" * 2001),
        ("learning_question", "x" * 2001),
        ("q_bus", "misschien"),
        ("q_tekst", "x" * 2001),
        ("q_halte", "x" * 201),
        ("q_halte", "twee\nregels"),
        ("q_dagdeel", ["Nacht"]),
    ],
)
def test_field_of_a_personal_page_that_is_wrong_is_named_and_nothing_is_stored(
    client, field, value
):
    session, contact = coming_session(questions={"nl": EVERY_KIND}), member_contact()
    row = make_registration(session=session, answers={"need": "thee"})
    before = everything()
    good = {"q_bus": "yes", "q_halte": "Station"}
    for url in (registration_url(row), invitation_url(session, contact)):
        response = client.post(url, good | {field: value})
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
    row.refresh_from_db()
    assert (row.answers, everything()) == ({"need": "thee"}, before)


LONG = "x" * 2000


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", ["", "x" * 256]),
        ("introduction", [LONG]),
        ("venue", [LONG]),
        ("address", [LONG]),
        ("accessibility", [LONG]),
        ("online_url", ["javascript:alert(1)", "geen adres", f"https://example.org/{LONG}"]),
        ("host_url", ["javascript:alert(1)", "geen adres"]),
        ("host_name", [LONG]),
        ("contact_email", ["geen adres", f"{LONG}@example.org"]),
        ("contact_person", [LONG]),
        ("co_organisers", [LONG]),
        ("capacity", ["0", "-1", "veel", str(2**70)]),
        ("seats_per_organisation", ["0", "-1"]),
        ("offer_hours", ["0", "", "99999"]),
        ("first_day", ["", "2026-02-30", "nooit"]),
        ("start_time", ["", "25:00"]),
        ("end_time", ["", "13:30", "12:00"]),
        ("last_day", ["2001-01-01"]),
        ("time_zone", ["", "Amsterdam", LONG]),
        ("precision", ["", "ooit"]),
        ("status", ["", "misschien"]),
        ("eligibility", ["niemand"]),
        # Summer time begins: that hour is not there.
        ("registration_opens_at", ["2027-03-28 02:30", "gisteren"]),
        ("registration_closes_at", ["2001-01-01 10:00"]),
    ],
)
def test_fact_of_a_session_that_is_wrong_is_named_and_nothing_is_published(admin, field, values):
    page = published()
    for value in values:
        given = {field: value}
        if field == "registration_closes_at":
            given["registration_opens_at"] = "2027-01-01 10:00"
        response = _press_publish(admin, page, **given)
        assert response.status_code == 200, value
        assert list(response.context["form"].errors) == [field], value
    page.refresh_from_db()
    assert (session_of(page).schedule_version, page.has_unpublished_changes) == (1, False)


def test_hour_that_the_clock_skips_is_refused_in_the_editor(admin):
    page = published()
    day = "2027-03-28"
    for given, field in (
        ({"start_time": "02:30"}, "start_time"),
        ({"start_time": "01:30", "end_time": "02:30"}, "end_time"),
    ):
        response = _press_publish(admin, page, first_day=day, last_day="", **given)
        assert list(response.context["form"].errors) == [field]
    response = _press_publish(
        admin, page, first_day="2027-10-31", start_time="02:15", end_time="02:45"
    )
    assert response.status_code == 302  # it occurs twice: the first of the two
    session = session_of(page)
    assert session.starts_at
    assert session.ends_at == session.starts_at + timedelta(minutes=30)


# --- what lies in the past meanwhile -------------------------------------------------------------


def test_draft_whose_day_has_passed_is_not_published_with_others(admin):
    page = published()
    signed_up(session_of(page))
    _drafted(page, first_day=timezone.localdate() - timedelta(days=2))
    other = published()
    response = _publish_many(admin, [page, other])
    assert response.status_code == 422
    assert "1 persoon aangemeld" in response.content.decode()
    assert session_of(page).schedule_version == 1
    _drafted(page, first_day=B)
    assert _publish_many(admin, [page, other]).status_code == 200
    assert session_of(page).first_day == B


def test_page_deleted_while_it_was_being_confirmed_is_not_found(admin):
    page = published()
    signed_up(session_of(page))
    url = _press_publish(admin, page, first_day=B).url
    many = _many_url([page])
    page.delete()
    before = (Registration.objects.count(), Contact.objects.count())
    for address in (url, many):
        assert admin.get(address).status_code == 404
        assert admin.post(address, {"choice": "tell"}).status_code == 404
    assert (Registration.objects.count(), Contact.objects.count()) == before

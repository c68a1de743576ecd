"""The admin: who signed up, and what an organiser decides."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from contacts.models import Notice
from participation.models import Registration
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_session
from tests.factories.participation import make_question, make_registration

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_participation_registration:list"


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("beheer", "beheer@example.org", "x"))
    return client


def _bulk(action, *rows):
    path = reverse("wagtail_bulk_action", args=["participation", "registration", action])
    return f"{path}?{'&'.join(f'id={row.pk}' for row in rows)}"


def test_list_filters_searches_and_shows_the_unconfirmed(admin):
    session = make_session()
    make_registration(session=session, contact=make_contact(family_name="Zonneveld"))
    make_registration(session=session, state="pending")
    make_registration(session=session, state="unconfirmed")
    content = admin.get(reverse(LIST)).content.decode()
    assert "Zonneveld" in content
    assert "Bilal" in content
    for query, count in (({"state": "pending"}, 1), ({"q": "Zonneveld"}, 1), ({}, 3)):
        assert admin.get(reverse(LIST), query).context["page_obj"].paginator.count == count


def test_list_exports_without_formulas_or_private_reasons(admin):
    make_registration(
        contact=make_contact(given_name="=1+1", family_name="Bos"), attendance_reason="ziek"
    )
    make_registration(state="unconfirmed")
    text = b"".join(admin.get(reverse(LIST), {"export": "csv"}).streaming_content).decode()
    assert "'=1+1" in text
    assert "ziek" not in text
    book = admin.get(reverse(LIST), {"export": "xlsx"})
    book.close()
    assert book.status_code == 200


def test_questions_are_exported_without_formulas_and_with_or_without_a_session(admin):
    session = make_session()
    make_question(text="=1+1", session=session)
    make_question(text="Hoe?")
    path = reverse("wagtailsnippets_participation_learningquestion:list")
    text = b"".join(admin.get(path, {"export": "csv"}).streaming_content).decode()
    assert f"'=1+1,{session.slug}," in text
    assert "Hoe?,," in text
    book = admin.get(path, {"export": "xlsx"})
    book.close()
    assert book.status_code == 200


@pytest.mark.capability("C11")
def test_pending_people_are_approved_after_confirmation(admin):
    rows = [make_registration(session=make_session(), state="pending") for _ in range(2)]
    done = make_registration()
    url = _bulk("approve", *rows, done)
    assert admin.get(url).status_code == 200
    assert Registration.objects.filter(state="pending").count() == 2
    assert admin.post(url).status_code == 302
    states = [Registration.objects.get(pk=row.pk).state for row in (*rows, done)]
    assert states == ["registered"] * 3
    assert sorted(Notice.objects.values_list("kind", flat=True)) == ["approved", "approved"]


def test_rejection_asks_for_a_reason(admin):
    row = make_registration(state="pending")
    assert admin.post(_bulk("reject", row), {"reason": ""}).status_code == 200
    row.refresh_from_db()
    assert row.state == "pending"
    admin.post(_bulk("reject", row), {"reason": "Dit gaat over een ander thema."})
    row.refresh_from_db()
    assert (row.state, row.rejection_reason) == ("rejected", "Dit gaat over een ander thema.")


@pytest.mark.parametrize(
    ("action", "value"), [("present", "present"), ("excused", "excused"), ("no-show", "no_show")]
)
def test_attendance_is_marked_in_bulk(admin, action, value):
    rows = [make_registration() for _ in range(2)]
    admin.post(_bulk(action, *rows))
    assert Registration.objects.filter(attendance=value).count() == 2


@pytest.mark.capability("C12")
def test_organiser_adds_somebody_through_the_same_rules(admin):
    start = timezone.now() + timedelta(days=3)
    session = make_session(
        starts_at=start, ends_at=start + timedelta(hours=1), capacity=1, waiting_list=False
    )
    path = reverse("wagtailsnippets_participation_registration:add")
    assert admin.get(path).status_code == 200
    values = {"session": session.pk, "contact": make_contact().pk, "organisation": ""}
    assert admin.post(path, values).status_code == 302
    assert Registration.objects.get().state == "registered"
    full = admin.post(path, values | {"contact": make_contact().pk})
    assert (full.status_code, Registration.objects.count()) == (200, 1)


def test_registration_is_edited_without_touching_its_state(admin):
    row = make_registration(created_at=NOW)
    path = reverse("wagtailsnippets_participation_registration:edit", args=[row.pk])
    assert admin.get(path).status_code == 200
    organisation = make_organisation()
    values = {"organisation": organisation.pk, "is_host": "on", "state": "cancelled"}
    assert admin.post(path, values).status_code == 302
    row.refresh_from_db()
    assert (row.organisation, row.is_host, row.state) == (organisation, True, "registered")


def test_registration_is_never_deleted(admin):
    row = make_registration()
    path = reverse("wagtailsnippets_participation_registration:delete", args=[row.pk])
    admin.post(path)
    admin.post(_bulk("delete", row))
    assert Registration.objects.count() == 1


def test_inspect_and_learning_questions_open(admin):
    row = make_registration(answers={"need": "koffie"}, attendance_reason="ziek")
    path = reverse("wagtailsnippets_participation_registration:inspect", args=[row.pk])
    content = admin.get(path).content.decode()
    assert "koffie" in content
    assert "ziek" not in content
    question = make_question(text="")
    name = "wagtailsnippets_participation_learningquestion"
    for url in (reverse(f"{name}:list"), reverse(f"{name}:edit", args=[question.pk])):
        assert admin.get(url).status_code == 200

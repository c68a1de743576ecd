"""Unsubscribing: one click by the mail program, or the page with its buttons."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from base import tokens
from base.models import OutboxEvent
from contacts.enums import Purpose
from contacts.models import ConsentRecord, Contact, Suppression
from contacts.selectors import suppressed
from tests.factories.contacts import (
    make_consent,
    make_contact,
    make_member,
    make_representation,
    make_suppression,
)

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def strict() -> Client:
    """A browser whose forms are checked for CSRF."""
    return Client(enforce_csrf_checks=True)


def link(contact: Contact, purpose: str = "invitations") -> str:
    token = tokens.make("unsubscribe", contact.pk, purpose)
    return reverse("contacts:unsubscribe", args=[token])


def stopped(contact: Contact) -> list[str]:
    """The purposes for which the contact gets nothing any more."""
    return [
        purpose
        for purpose in Purpose.values
        if Contact.objects.filter(suppressed(Purpose(purpose)), pk=contact.pk).exists()
    ]


def reader() -> Contact:
    """Somebody of a member, with an English mail box and a neighbour who must not be touched."""
    make_contact()
    return make_representation(
        make_contact(email="amina@example.org", language="en"), make_member()
    ).contact


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart"])
def test_one_click_stops_the_purpose_without_cookie_or_redirect(strict, content_type):
    contact = reader()
    if content_type == "multipart":
        response = strict.post(link(contact), ONE_CLICK)
    else:
        response = strict.post(
            link(contact), "List-Unsubscribe=One-Click", content_type=content_type
        )
    assert (response.status_code, response.content) == (200, b"unsubscribed\n")
    assert not response.cookies
    assert stopped(contact) == ["invitations"]
    row = Suppression.objects.get()
    assert (row.scope, row.reason, row.source) == ("purpose", "unsubscribed", "mail")
    event = OutboxEvent.objects.get()
    assert (event.kind, event.data) == (
        "contact.unsubscribed",
        {"contact": contact.pk, "purpose": "invitations"},
    )


def test_one_click_twice_is_harmless(strict):
    contact = reader()
    for _n in range(2):
        assert strict.post(link(contact), ONE_CLICK).status_code == 200
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client, method):
    contact = reader()
    assert getattr(client, method)(link(contact)).status_code == 200
    assert not Suppression.objects.exists()


def test_page_masks_the_address_and_leaks_nothing(client):
    contact = reader()
    response = client.get(link(contact))
    page = response.content.decode()
    assert ("a•••@example.org" in page, "amina@example.org" in page) == (True, False)
    assert contact.family_name not in page
    assert (response["Referrer-Policy"], response["Cache-Control"]) == (
        "same-origin",
        "private, no-store",
    )


def test_button_stops_everything_and_one_way_back_brings_one_purpose(client):
    contact = reader()
    make_consent(contact, purpose="announcements")
    page = client.post(link(contact), {"choice": "everything"})
    assert page.status_code == 200
    assert stopped(contact) == ["invitations", "announcements", "participation", "publication"]
    assert not ConsentRecord.objects.filter(withdrawn_at=None).exists()
    page = client.post(link(contact), {"choice": "again"}).content.decode()
    assert stopped(contact) == ["announcements", "participation"]
    record = ConsentRecord.objects.get(withdrawn_at=None)
    assert (record.purpose, record.basis, record.source, record.wording) == (
        "invitations",
        "consent",
        "form",
        "Yes, send me this again",
    )
    assert "Welcome back" in page


def test_button_of_the_page_needs_its_csrf_token(strict):
    contact = reader()
    assert strict.post(link(contact), {"choice": "everything"}).status_code == 403
    assert stopped(contact) == []
    strict.get(link(contact))
    cookie = strict.cookies["csrftoken"].value
    data = {"choice": "everything", "csrfmiddlewaretoken": cookie}
    assert strict.post(link(contact), data).status_code == 200
    assert stopped(contact) != []


def test_unknown_button_changes_nothing(client):
    contact = reader()
    assert client.post(link(contact), {"choice": "whatever"}).status_code == 200
    assert stopped(contact) == []


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual", "erased"])
def test_way_back_lifts_only_the_persons_own_choice(client, reason):
    contact = reader()
    make_suppression(contact, reason=reason)
    make_suppression(contact, reason="unsubscribed", scope="purpose", purpose="invitations")
    page = client.post(link(contact), {"choice": "again"}).content.decode()
    assert "invitations" in stopped(contact)
    assert "Welcome back" not in page


def test_link_survives_the_erasure_of_the_person(client):
    contact = reader()
    Contact.objects.filter(pk=contact.pk).update(
        email="", address_key=None, address_hash="", erased_at=timezone.now()
    )
    assert client.get(link(contact)).status_code == 200
    assert client.post(link(contact), ONE_CLICK).status_code == 200
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    "token",
    [
        "x:y",
        "1.invitations:x",
        tokens.make("preferences", 1),
        tokens.make("unsubscribe", 99, "invitations"),
        tokens.make("unsubscribe", 1, "service"),
        tokens.make("unsubscribe", 1),
    ],
)
def test_link_that_is_not_ours_is_a_page_that_helps(client, token):
    reader()
    path = reverse("contacts:unsubscribe", args=[token])
    assert client.get(path).status_code == 404
    assert client.post(path, ONE_CLICK).status_code == 404
    assert not Suppression.objects.exists()


def preferences(contact: Contact) -> str:
    return reverse("contacts:preferences", args=[tokens.make("preferences", contact.pk)])


def test_preferences_show_what_the_person_gets(client):
    contact = reader()
    make_suppression(contact, scope="purpose", purpose="announcements")
    response = client.get(preferences(contact))
    assert sorted(response.context["form"].initial["purposes"]) == ["invitations", "participation"]
    assert response["Cache-Control"] == "private, no-store"


def test_preferences_are_saved_and_only_what_differs_is_written(client):
    contact = reader()
    response = client.post(
        preferences(contact),
        {"purposes": ["invitations"], "language": "nl", "form_of_address": "u"},
    )
    contact.refresh_from_db()
    assert response.status_code == 200
    assert (contact.language, contact.form_of_address) == ("nl", "u")
    assert stopped(contact) == ["announcements", "participation"]
    assert not ConsentRecord.objects.exists()
    client.post(
        preferences(contact),
        {
            "purposes": ["invitations", "announcements"],
            "language": "nl",
            "form_of_address": "u",
        },
    )
    assert stopped(contact) == ["participation"]
    assert ConsentRecord.objects.get().purpose == "announcements"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"language": "fr", "form_of_address": "je"},
        {"purposes": ["service"], "language": "nl", "form_of_address": "je"},
        {"language": "nl", "form_of_address": "gij"},
    ],
)
def test_wrong_preferences_are_refused_and_nothing_changes(client, data):
    contact = reader()
    response = client.post(preferences(contact), data)
    assert response.status_code == 422
    contact.refresh_from_db()
    assert (contact.language, stopped(contact)) == ("en", [])


def test_preferences_need_their_csrf_token(strict):
    contact = reader()
    data = {"language": "nl", "form_of_address": "je"}
    assert strict.post(preferences(contact), data).status_code == 403
    assert stopped(contact) == []

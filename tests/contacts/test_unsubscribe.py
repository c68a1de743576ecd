"""Unsubscribing: one click by the mail program, or the page with its buttons."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from base import tokens
from base.models import OutboxEvent
from contacts.enums import Purpose
from contacts.models import ConsentRecord, Contact, OptInGroup, Suppression
from contacts.selectors.groups import members_of
from contacts.services.groups import leave_group
from tests.contacts.readers import reader, stopped
from tests.factories.contacts import NOW, make_consent, make_contact, make_suppression
from tests.factories.groups import make_group, put_in

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def strict() -> Client:
    """A browser whose forms are checked for CSRF."""
    return Client(enforce_csrf_checks=True)


def link(contact: Contact, *about: str) -> str:
    token = tokens.make("unsubscribe", contact.pk, *(about or ("invitations",)))
    return reverse("contacts:unsubscribe", args=[token])


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
    assert stopped(contact) == [each for each in Purpose.values if each != "service"]
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


@pytest.mark.parametrize("reason", ["objection", "complaint", "manual", "erased"])
def test_way_back_lifts_what_stopped_this_mail_and_keeps_the_rest(client, reason):
    contact, neighbour = reader(), make_contact()
    make_suppression(contact, reason=reason)
    make_suppression(neighbour, reason=reason)
    make_suppression(contact, reason="unsubscribed", scope="purpose", purpose="invitations")
    page = client.post(link(contact), {"choice": "again"}).content.decode()
    assert stopped(contact) == ["announcements", "participation"]
    kept = Suppression.objects.filter(address_hash=contact.address_hash)
    assert {row.reason for row in kept} == {reason}
    assert "invitations" in stopped(neighbour)
    assert "Welcome back" in page


def test_way_back_does_not_lift_a_hard_bounce(client):
    contact = reader()
    make_suppression(contact, reason="hard_bounce")
    make_suppression(contact, reason="unsubscribed", scope="purpose", purpose="invitations")
    page = client.post(link(contact), {"choice": "again"}).content.decode()
    assert stopped(contact) == Purpose.values
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
        tokens.make("unsubscribe", 1, "coalition"),
        tokens.make("unsubscribe", 1, "coalition", "no-such-group"),
        tokens.make("unsubscribe", 1, "invitations", "theme"),
        tokens.make("unsubscribe", 1, "coalition", "a", "b"),
    ],
)
def test_link_that_is_not_ours_is_a_page_that_helps(client, token):
    reader()
    path = reverse("contacts:unsubscribe", args=[token])
    assert client.get(path).status_code == 404
    assert client.post(path, ONE_CLICK).status_code == 404
    assert not Suppression.objects.exists()


def in_group(contact: Contact, group: OptInGroup) -> bool:
    return members_of(group).filter(pk=contact.pk, is_mailed=True).exists()


@pytest.mark.capability("C16")
def test_one_click_leaves_the_group_and_nothing_else(strict):
    contact, group, other = reader(), make_group(), make_group()
    put_in(group, contact)
    put_in(other, contact)
    response = strict.post(link(contact, "subgroup", group.slug), ONE_CLICK)
    assert (response.status_code, response.content) == (200, b"unsubscribed\n")
    assert (in_group(contact, group), in_group(contact, other), stopped(contact)) == (
        False,
        True,
        [],
    )
    assert Suppression.objects.get().source == "mail"


@pytest.mark.parametrize(("language", "name"), [("en", "Coalition One"), ("nl", "Coalitie Een")])
def test_page_of_a_group_names_it_and_can_be_undone(client, language, name):
    contact = reader(language=language)
    group = make_group(
        purpose="coalition", name_nl="Coalitie Een", name_en="Coalition One", is_open=False
    )
    put_in(group, contact)
    path = link(contact, "coalition", group.slug)
    assert f"“{name}”" in client.get(path).content.decode()
    page = client.post(path, {"choice": "this"})
    assert (f"“{name}”" in page.content.decode(), in_group(contact, group)) == (True, False)
    assert page.context["can_come_again"] is True
    client.post(path, {"choice": "again"})
    assert in_group(contact, group)
    assert ConsentRecord.objects.get(withdrawn_at=None).wording == group.wording(language)


def test_closed_group_is_not_joined_by_an_old_link(client):
    contact, group = reader(), make_group(is_open=False)
    put_in(group, contact, withdrawn_at=NOW)  # a colleague took them out
    page = client.post(link(contact, "subgroup", group.slug), {"choice": "again"})
    assert (page.context["done"], page.context["can_come_again"]) == ("", False)
    assert not in_group(contact, group)


def test_link_of_who_was_merged_is_about_who_stayed(client):
    contact = reader()
    gone = make_contact(merged_into=contact)
    client.post(link(gone), ONE_CLICK)
    assert stopped(contact) == ["invitations"]


def test_everything_leaves_the_groups_too(client):
    contact, group, left = reader(), make_group(), make_group()
    put_in(group, contact)
    leave_group(contact=contact, group=left, source="form", now=NOW)
    client.post(link(contact), {"choice": "everything"})
    assert not in_group(contact, group)
    assert not ConsentRecord.objects.filter(withdrawn_at=None).exists()

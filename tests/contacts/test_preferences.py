"""The page on which a person chooses their mail: by a personal link, without an account."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from base import tokens
from contacts.models import ConsentRecord, Contact, OptInGroup, Suppression
from contacts.selectors.groups import members_of
from tests.contacts.readers import reader, stopped
from tests.factories.contacts import make_consent, make_contact, make_suppression
from tests.factories.groups import make_group, put_in

pytestmark = pytest.mark.django_db

EVERY = ["invitations", "announcements", "participation"]


def page_of(contact: Contact) -> str:
    return reverse("contacts:preferences", args=[tokens.make("preferences", contact.pk)])


def chosen(**values) -> dict[str, Any]:
    """What the form of somebody sends who changes nothing."""
    data = {
        "purposes": EVERY,
        "language": "en",
        "form_of_address": "je",
        "courtesy_title": "",
        "paused_until": "",
    }
    return data | values


def words(response) -> str:
    """What the page says, in one line."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return " ".join(text.split())


def members(group: OptInGroup) -> list[Contact]:
    return [member for member in members_of(group) if member.is_mailed]


def lines(contact: Contact) -> list[dict[str, Any]]:
    """What the audit log keeps of the person's own acts."""
    entries = ModelLogEntry.objects.for_instance(contact).order_by("pk")
    assert {(entry.action, entry.data.pop("by", None)) for entry in entries} <= {
        ("contacts.preferences", "person"),
        ("contacts.suppress", "person"),
    }
    return [entry.data["changes"] for entry in entries]


def test_page_shows_what_the_person_gets_and_changes_nothing(client):
    contact, group, other = reader(), make_group(), make_group()
    put_in(group, contact)
    make_suppression(contact, scope="purpose", purpose="announcements")
    response = client.get(page_of(contact))
    initial = response.context["form"].initial
    assert sorted(initial["purposes"]) == ["invitations", "participation"]
    assert (initial["groups"], initial["paused_until"]) == ([group.slug], None)
    assert other.wording_en in words(response)
    assert response["Cache-Control"] == "private, no-store"
    assert not ModelLogEntry.objects.exists()


def test_page_leaks_no_name_and_only_a_part_of_the_address(client):
    contact = reader(given_name="Amina", family_name="Wilgenroos")
    page = client.get(page_of(contact)).content.decode()
    assert ("a•••@example.org" in page, "amina@example.org" in page) == (True, False)
    assert ("Wilgenroos" in page, "Amina" in page) == (False, False)


@pytest.mark.capability("C16", "C17")
def test_groups_are_joined_and_left_apart_from_purposes(client):
    contact = reader()
    subgroup, coalition = make_group(), make_group(purpose="coalition")
    put_in(subgroup, contact)
    put_in(subgroup, (neighbour := make_contact()))
    response = client.post(page_of(contact), chosen(groups=[coalition.slug]))
    assert (members(subgroup), members(coalition), stopped(contact)) == ([neighbour], [contact], [])
    record = ConsentRecord.objects.get(purpose="coalition")
    assert (record.basis, record.source, record.wording) == (
        "consent",
        "form",
        coalition.wording_en,
    )
    said = words(response)
    assert f"You joined “{coalition.name_en}”." in said
    assert f"You left “{subgroup.name_en}”." in said
    assert lines(contact) == [
        {
            "consent": [
                sorted([*EVERY, f"subgroup:{subgroup.slug}"]),
                sorted([*EVERY, f"coalition:{coalition.slug}"]),
            ]
        }
    ]


def test_closed_group_is_offered_to_those_alone_who_are_or_were_in_it(client):
    contact, stranger = reader(), make_contact(language="en")
    group = make_group(is_open=False)
    put_in(group, contact)
    assert client.post(page_of(contact), chosen()).status_code == 200
    assert members(group) == []
    assert group.name_en in words(client.get(page_of(contact)))
    assert group.name_en not in words(client.get(page_of(stranger)))
    assert client.post(page_of(stranger), chosen(groups=[group.slug])).status_code == 200
    assert client.post(page_of(contact), chosen(groups=[group.slug])).status_code == 200
    assert members(group) == [contact]


def test_only_what_differs_is_written_and_said(client):
    contact = reader()
    response = client.post(page_of(contact), chosen())
    assert "Nothing has changed." in words(response)
    assert (ConsentRecord.objects.count(), ModelLogEntry.objects.count()) == (0, 0)
    response = client.post(
        page_of(contact),
        chosen(purposes=["invitations"], language="nl", form_of_address="u"),
    )
    contact.refresh_from_db()
    assert (contact.language, contact.form_of_address) == ("nl", "u")
    assert stopped(contact) == ["announcements", "participation"]
    said = words(response)
    assert [text in said for text in ("aankondigingen", "“u”", "Nederlands")] == [True] * 3
    client.post(page_of(contact), chosen(purposes=["invitations", "announcements"]))
    assert stopped(contact) == ["participation"]
    assert ConsentRecord.objects.get().purpose == "announcements"
    changed = {"language", "form_of_address", "consent"}
    assert [set(line) for line in lines(contact)] == [changed, changed]


def test_person_chooses_how_a_mail_begins(client):
    contact = reader(courtesy_title="prof.")
    page = client.get(page_of(contact))
    assert ("prof.", "prof.") in page.context["form"].fields["courtesy_title"].choices
    client.post(page_of(contact), chosen(courtesy_title="mevrouw"))
    contact.refresh_from_db()
    assert contact.courtesy_title == "mevrouw"
    assert lines(contact) == [{"courtesy_title": ["prof.", "mevrouw"]}]


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"])
def test_pause_holds_until_a_day_and_can_end_now(client, written):
    contact = reader()
    until = timezone.localdate() + timedelta(days=40)
    response = client.post(
        page_of(contact), chosen(paused_until=until.strftime(written), wants_less_mail="on")
    )
    contact.refresh_from_db()
    assert (contact.paused_until, contact.wants_less_mail) == (until, True)
    day = f"{until.day} {until:%B} {until.year}"
    assert f"You get no mailings up to and including {day}." in words(response)
    assert "You get one mailing a month at most." in words(response)
    response = client.post(page_of(contact), {"act": "resume"})
    contact.refresh_from_db()
    assert (contact.paused_until, contact.wants_less_mail) == (None, True)
    assert "The pause is over" in words(response)
    assert stopped(contact) == []


def test_pause_that_is_over_is_not_shown(client):
    contact = reader(paused_until=timezone.localdate() - timedelta(days=1))
    response = client.get(page_of(contact))
    assert response.context["form"].initial["paused_until"] is None
    assert "Start again now" not in words(response)


@pytest.mark.parametrize("days", [0, 366])
def test_pause_takes_today_and_a_year_ahead(client, days):
    contact = reader()
    until = timezone.localdate() + timedelta(days=days)
    assert client.post(page_of(contact), chosen(paused_until=until)).status_code == 200
    contact.refresh_from_db()
    assert contact.paused_until == until


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"language": "fr"}, "language"),
        ({"language": ""}, "language"),
        ({"purposes": ["service"]}, "purposes"),
        ({"purposes": ["subgroup"]}, "purposes"),
        ({"groups": ["no-such-group"]}, "groups"),
        ({"form_of_address": "gij"}, "form_of_address"),
        ({"courtesy_title": "x" * 99}, "courtesy_title"),
        ({"paused_until": "2020-01-01"}, "paused_until"),
        ({"paused_until": "2999-01-01"}, "paused_until"),
        ({"paused_until": "tomorrow"}, "paused_until"),
        ({"paused_until": "31-02-2026"}, "paused_until"),
        ({"paused_until": "\x00"}, "paused_until"),
    ],
)
def test_wrong_choices_are_named_on_top_and_nothing_changes(client, data, field):
    contact = reader()
    put_in(group := make_group(), contact)
    response = client.post(
        page_of(contact), chosen(groups=[group.slug], wants_less_mail="on") | data
    )
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    assert (f'href="#id_{field}' in page, 'id="error-summary"' in page) == (True, True)
    assert "<title>Error:" in page
    contact.refresh_from_db()
    assert (contact.wants_less_mail, contact.paused_until, members(group)) == (
        False,
        None,
        [contact],
    )
    assert not ModelLogEntry.objects.exists()


def test_everything_is_stopped_and_one_thing_can_come_back(client):
    contact = reader()
    put_in(group := make_group(), contact)
    response = client.post(page_of(contact), {"act": "everything"})
    assert "Unsubscribe from everything" not in words(response)
    assert (members(group), "service" in stopped(contact)) == ([], False)
    assert Suppression.objects.filter(scope="all").count() == 1
    client.post(page_of(contact), chosen(purposes=["announcements"]))
    assert stopped(contact) == ["invitations", "participation"]
    assert members(group) == []


def test_unknown_button_changes_nothing(client):
    contact = reader()
    assert client.post(page_of(contact), {"act": "whatever"}).status_code == 200
    assert not ModelLogEntry.objects.exists()


def test_bounced_address_is_told_so(client):
    contact = reader()
    make_suppression(contact, reason="hard_bounce")
    assert "came back" in words(client.get(page_of(contact)))
    client.post(page_of(contact), chosen())
    assert "invitations" in stopped(contact)


def test_link_of_who_was_erased_says_so(client):
    contact = reader()
    put_in(group := make_group(), contact)
    Contact.objects.filter(pk=contact.pk).update(
        email="", address_key=None, address_hash="", erased_at=timezone.now()
    )
    for response in (
        client.get(page_of(contact)),
        client.post(page_of(contact), chosen()),
        client.post(page_of(contact), {"act": "everything"}),
    ):
        assert response.status_code == 410
    assert ConsentRecord.objects.get().withdrawn_at is None
    assert group.name_en not in words(client.get(page_of(contact)))


@pytest.mark.parametrize("token", ["x:y", tokens.make("preferences", 99), ""])
def test_link_that_is_not_ours_is_a_page_that_helps(client, token):
    path = reverse("contacts:preferences", args=[token or tokens.make("unsubscribe", 1)])
    assert client.get(path).status_code == 404
    assert client.post(path, chosen()).status_code == 404


def test_page_needs_its_csrf_token():
    contact = reader()
    strict = Client(enforce_csrf_checks=True)
    for data in (chosen(), {"act": "everything"}, {"act": "resume"}):
        assert strict.post(page_of(contact), data).status_code == 403
    assert stopped(contact) == []


@pytest.mark.database
def test_page_asks_as_many_queries_for_many_groups_as_for_one(client):
    contact = reader()
    put_in(make_group(), contact)
    client.get(page_of(contact))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(contact)).status_code == 200
        return len(queries)

    one = asked()
    for purpose in ("subgroup", "coalition", "subgroup"):
        put_in(make_group(purpose=purpose), contact)
        make_consent(contact, purpose=purpose)
    assert asked() == one

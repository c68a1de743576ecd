"""The page of a person and of an organisation in the admin, and the copy."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from contacts.models import Contact, Notice
from contacts.selectors.mail_reasons import mail_reasons
from contacts.selectors.preferences import preferences_of
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery
from tests.factories.communities import make_community, make_moment, make_named, make_place
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_consent,
    make_contact,
    make_mail_domain,
    make_member,
    make_organisation,
    make_representation,
    make_suppression,
)
from tests.factories.content import make_session
from tests.factories.dossiers import make_dossier
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db

PEOPLE = "wagtailsnippets_contacts_contact"
ORGANISATIONS = "wagtailsnippets_contacts_organisation"
ACCESS = ["wagtailadmin.access_admin"]


@pytest.fixture
def manager(client):
    """Somebody who may do everything, and reads English."""
    user = make_user(is_superuser=True)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


def person_url(contact: Contact) -> str:
    return reverse(f"{PEOPLE}:inspect", args=[contact.pk])


def shown(client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


# --- the page of a person -----------------------------------------------------------------------


@pytest.mark.capability("C25", "C29", "C31")
def test_person_is_shown_with_all_that_holds_for_them(client, manager):
    found = make_dossier()
    contact = found.contact
    joint = make_member(name="Linde")
    make_representation(contact, joint, valid_from=None)
    make_consent(contact, purpose="announcements")
    make_suppression(contact, scope="purpose", purpose="announcements", reason="objection")
    Contact.objects.filter(pk=contact.pk).update(
        paused_until=timezone.localdate() + timedelta(days=5), wants_less_mail=True
    )

    page = shown(client, person_url(contact))

    for words in (
        contact.email,
        "Stichting merkteken",
        "functie merkteken",
        "Linde",
        "function unknown",
        "(member)",
        "Kring merkteken",
        "speaks for Linde, a member",
        "objection since",
        "Asked for no mailings up to and including",
        "one mailing a month",
        "mailbox full merkteken",
        "Gebeld over merkteken.",
    ):
        assert words in page, words
    assert "geheim" not in page


def test_timeline_of_the_page_is_filtered_and_paged(client, manager):
    contact = make_contact()
    for place in range(60):
        make_moment(
            contact=contact, text=f"nr{place}.", happened_on=date(2020, 1, 1) + timedelta(place)
        )
    make_registration(contact=contact, session=make_session(titles={"nl": "Werksessie"}))

    page = client.get(person_url(contact), {"kind": "moment"})
    assert ("nr59." in (text := page.content.decode()), "nr9." in text) == (True, False)
    assert "Werksessie" not in text
    older = shown(client, person_url(contact) + page.context["older"])
    assert ("nr9." in older, "nr59." in older) == (True, False)
    # What was not handed out by us shows the first page.
    assert "nr59." in shown(client, person_url(contact), after="onzin", kind="onzin")


def test_whoever_was_merged_is_shown_as_the_one_who_stayed(client, manager):
    found = make_dossier()
    response = client.get(person_url(found.gone))
    assert (response.status_code, response["Location"]) == (302, person_url(found.contact))


def test_erased_person_is_shown_as_erased(client, manager):
    contact = make_contact(given_name="", family_name="", email="", erased_at=NOW)
    page = shown(client, person_url(contact))
    assert "were erased on 2 March 2026" in page
    assert "What mail reaches" not in page


def test_page_of_a_person_shows_a_reader_no_more_than_they_may_see(client):
    found = make_dossier()
    client.force_login(make_user(permissions=[*ACCESS, "contacts.view_contact"]))

    page = shown(client, person_url(found.contact))

    assert "Voor-merkteken" in page
    assert ("Gebeld over" in page, "mailbox full" in page, "brief merkteken" in page) == (
        False,
        False,
        False,
    )
    assert reverse("contact_access:choose", args=[found.contact.pk]) not in page
    assert reverse("contact_consents:person", args=[found.contact.pk]) not in page


def test_editor_sees_no_person_and_no_organisation(client):
    client.force_login(make_user(permissions=ACCESS))
    contact, organisation = make_contact(given_name="Amina"), make_organisation()
    for url in (
        person_url(contact),
        reverse(f"{ORGANISATIONS}:inspect", args=[organisation.pk]),
        reverse("contact_access:choose", args=[contact.pk]),
    ):
        response = client.get(url, follow=True)
        assert "Amina" not in response.content.decode()
        assert response.redirect_chain


def test_page_of_a_person_asks_the_same_of_one_row_and_of_many(client, manager):
    found = make_dossier()
    make_consent(found.contact, topic="thema", withdrawn_at=NOW)
    make_suppression(found.contact, scope="purpose", purpose="subgroup", topic="groep")
    shown(client, person_url(found.contact))

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            shown(client, person_url(found.contact))
        return len(asked)

    before = queries()
    for place in range(10):
        make_representation(found.contact)
        make_named(make_community(), found.contact, found.organisation)
        make_delivery(contact=found.contact, state="sent", sent_at=NOW)
        make_consent(found.contact, topic=f"t{place}")
        make_registration(contact=found.contact, session=make_session())
    assert queries() == before


# --- why mail comes -----------------------------------------------------------------------------


def reasons(contact: Contact) -> dict[str, tuple[bool, list[str], list[str]]]:
    with translation.override("en"):
        found = mail_reasons(contact, preferences_of(contact, TODAY), TODAY)
        return {each.label: (each.is_mailed, each.why, each.stops) for each in found}


def test_reasons_name_membership_consent_and_what_stops_it():
    contact = make_representation(organisation=make_member(name="Wilg")).contact
    make_representation(contact, make_organisation(name="Geen lid"))
    make_consent(contact, source_detail="ledendag")
    make_consent(contact, wording="ingetrokken", withdrawn_at=NOW)
    make_consent(make_contact(), source_detail="iemand anders")
    make_suppression(contact, scope="purpose", purpose="announcements", reason="unsubscribed")
    make_suppression(make_contact(), reason="complaint")

    assert reasons(contact) == {
        "invitations": (
            True,
            ["speaks for Wilg, a member", "consent since March 2, 2026 (ledendag)"],
            [],
        ),
        "announcements": (
            False,
            ["speaks for Wilg, a member"],
            ["unsubscribed since March 2, 2026"],
        ),
        "about a session you take part in": (True, ["for the sessions they sign up for"], []),
    }


@pytest.mark.parametrize(
    ("values", "suppression", "stops"),
    [
        ({"email": ""}, None, ["no e-mail address"]),
        (
            {},
            {"reason": "hard_bounce", "scope": "all"},
            ["address does not exist since March 2, 2026"],
        ),
        ({}, {"reason": "complaint", "scope": "all"}, ["complaint since March 2, 2026"]),
        ({}, {"purpose": "participation", "scope": "purpose"}, []),
    ],
)
def test_reasons_agree_with_who_is_mailed(values, suppression, stops):
    contact = make_contact(**values)
    if suppression:
        make_suppression(contact, **suppression)

    assert reasons(contact)["invitations"] == (
        False,
        ["no basis: speaks for no member, and gave no consent"],
        stops,
    )


# --- the page of an organisation ----------------------------------------------------------------


@pytest.mark.capability("C25", "C26", "C28", "C30")
def test_organisation_is_shown_with_all_that_holds_for_it(client, manager):
    organisation = make_member(name="Stichting Wilg", reviewed=False)
    make_alias(organisation, "WILG")
    make_mail_domain(organisation, "wilg.example.org")
    make_organisation(name="Wilg Noord", parent=organisation)
    make_place(make_community(name="Kring"), organisation, tier="partner")
    for name in ("Amina", "Bilal"):
        make_representation(make_contact(given_name=name), organisation, function="")
    make_representation(
        make_contact(given_name="Vroeger"), organisation, valid_until=date(2021, 1, 1)
    )
    make_representation(make_contact(given_name="Elders"), make_organisation())
    make_moment(organisation=organisation, text="Bezoek gebracht.")

    page = shown(client, reverse(f"{ORGANISATIONS}:inspect", args=[organisation.pk]))

    for words in (
        "Member today",
        "Nobody has looked at this name yet",
        "WILG",
        "wilg.example.org",
        "Wilg Noord",
        "Kring</a> (partner)",
        "Amina",
        "Bilal",
        "function unknown",
        "Bezoek gebracht.",
        "Last day of Vroeger",
    ):
        assert words in page, words
    assert "Elders" not in page


def test_organisation_shows_its_people_only_to_whom_may_see_people(client):
    organisation = make_organisation(name="Wilg")
    make_representation(make_contact(given_name="Amina"), organisation)
    client.force_login(make_user(permissions=[*ACCESS, "contacts.view_organisation"]))

    page = shown(client, reverse(f"{ORGANISATIONS}:inspect", args=[organisation.pk]))

    assert ("Wilg" in page, "Amina" in page) == (True, False)


# --- an access request --------------------------------------------------------------------------


def exports(contact: Contact) -> list[tuple[str, str]]:
    rows = ModelLogEntry.objects.filter(object_id=str(contact.pk), action="contacts.export")
    return [(row.user.username, row.data["detail"]) for row in rows.order_by("pk")]


def test_copy_is_taken_by_a_button_and_written_in_the_log(client, manager):
    found = make_dossier()
    url = reverse("contact_access:choose", args=[found.contact.pk])

    assert "Open a page to print" in shown(client, url)
    assert exports(found.contact) == []
    copy = client.post(url, {"act": "json"})
    printed = client.post(url, {"act": "page"})

    document = json.loads(copy.content)
    assert document["left_out"] == [
        "registrations.attendance_reason",
        "registrations.private_answers",
    ]
    assert len(document["held"]["registrations"]) == 1
    for text in (copy.content.decode(), printed.content.decode()):
        assert ("merkteken" in text, "geheim" in text) == (True, False)
    assert "no-store" in printed["Cache-Control"]
    assert exports(found.contact) == [(manager.username, "JSON"), (manager.username, "page")]


def test_person_is_mailed_their_link_by_an_organiser(client, manager):
    contact = make_contact(email="amina@example.org")
    url = reverse("contact_access:choose", args=[contact.pk])

    page = client.post(url, {"act": "mail"}, follow=True).content.decode()

    assert "amina@example.org" in page
    assert [(each.kind, each.address) for each in Notice.objects.all()] == [
        ("access", "amina@example.org")
    ]
    assert [detail for _user, detail in exports(contact)] == ["link to their own data mailed"]


def test_person_without_an_address_is_handed_a_print(client, manager):
    contact = make_contact(email="")
    url = reverse("contact_access:choose", args=[contact.pk])
    assert 'value="mail"' not in shown(client, url)
    page = client.post(url, {"act": "mail"}, follow=True).content.decode()
    assert "has no e-mail address" in page
    assert not Notice.objects.exists()
    assert exports(contact) == []


def test_copy_is_not_for_whoever_may_only_look(client):
    contact = make_contact(given_name="Amina")
    client.force_login(make_user(permissions=[*ACCESS, "contacts.view_contact"]))
    url = reverse("contact_access:choose", args=[contact.pk])
    for response in (client.get(url), client.post(url, {"act": "json"})):
        assert (response.status_code, "Amina" in response.content.decode()) == (302, False)
    assert exports(contact) == []


@pytest.mark.parametrize("values", [{"erased_at": NOW, "email": ""}, {"merged_into": None}])
def test_copy_of_who_is_no_more_is_404(client, manager, values):
    if "merged_into" in values:
        values = {"merged_into": make_contact()}
    contact = make_contact(**values)
    assert client.get(reverse("contact_access:choose", args=[contact.pk])).status_code == 404

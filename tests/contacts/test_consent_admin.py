"""Consents in the admin: groups, the ledger of a person, mail stopped by hand."""

import csv
import html
import io
import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from campaigns.services.groups import ensure_groups
from contacts.addresses import address_hash
from contacts.models import ConsentRecord, OptInGroup, Suppression
from contacts.services.groups import leave_group
from contacts.services.suppressions import unsubscribe
from tests.contacts.readers import stopped
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_member,
    make_representation,
    make_suppression,
    make_theme,
)
from tests.factories.groups import make_group, put_in

pytestmark = pytest.mark.django_db

GROUPS = "wagtailsnippets_contacts_optingroup"
SUPPRESSIONS = "wagtailsnippets_contacts_suppression"


def log_in(client, role) -> User:
    ensure_groups()
    user = User.objects.create_user(role, f"{role}@example.org".lower())
    user.groups.set([group for group in ensure_groups() if group.name == role])
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


@pytest.fixture
def manager(client) -> User:
    return log_in(client, "Relatiebeheerder")


def text_of(response) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return " ".join(text.split())


def ledger(contact) -> str:
    return reverse("contact_consents:person", args=[contact.pk])


def group_data(**values):
    return {
        "purpose": "coalition",
        "name_nl": "Zichtbaar",
        "name_en": "Visible",
        "wording_nl": "Ik doe mee met Zichtbaar.",
        "wording_en": "",
        "is_open": "on",
    } | values


# --- groups -------------------------------------------------------------------------------


@pytest.mark.capability("C16")
def test_group_is_made_and_its_slug_and_kind_stay(client, manager):
    make_group(slug="zichtbaar")
    theme = make_theme()
    response = client.post(reverse(f"{GROUPS}:add"), group_data(theme=theme.pk))
    group = OptInGroup.objects.get(name_nl="Zichtbaar")
    assert response.status_code == 302
    assert (group.slug, group.purpose, group.theme, group.is_open) == (
        "zichtbaar-2",
        "coalition",
        theme,
        True,
    )
    data = group_data(name_nl="Onzichtbaar", purpose="subgroup", is_open="")
    assert client.post(reverse(f"{GROUPS}:edit", args=[group.pk]), data).status_code == 302
    group.refresh_from_db()
    assert (group.name_nl, group.slug, group.purpose, group.is_open) == (
        "Onzichtbaar",
        "zichtbaar-2",
        "coalition",
        False,
    )


@pytest.mark.parametrize("missing", ["name_nl", "wording_nl", "purpose"])
def test_group_needs_a_name_and_what_one_agrees_to(client, manager, missing):
    response = client.post(reverse(f"{GROUPS}:add"), group_data(**{missing: ""}))
    assert (response.status_code, missing in response.context["form"].errors) == (200, True)
    assert not OptInGroup.objects.exists()


def test_group_that_the_ledger_names_is_not_deleted(client, manager):
    used, left, unused = make_group(), make_group(), make_group()
    put_in(used, withdrawn_at=NOW)
    leave_group(contact=make_contact(), group=left, source="form", now=NOW)
    for group in (used, left, unused):
        client.post(reverse(f"{GROUPS}:delete", args=[group.pk]))
    assert set(OptInGroup.objects.all()) == {used, left}


@pytest.mark.capability("C16")
def test_page_of_a_group_derives_its_members_from_consents(client, manager):
    group, other = make_group(), make_group()
    place = make_representation(make_contact(given_name="Bilal"), make_member())
    put_in(group, place.contact, source_detail="op papier")
    left = put_in(group, make_contact(given_name="Vertrokken")).contact
    unsubscribe(contact=left, purpose=None, source="form", now=NOW)
    put_in(other, make_contact(given_name="Elders"))
    blocked = put_in(group, make_contact(given_name="Stil")).contact
    make_suppression(blocked)
    page = text_of(client.get(reverse(f"{GROUPS}:inspect", args=[group.pk])))
    assert [name in page for name in ("Bilal", "Stil", "Vertrokken", "Elders")] == [
        True,
        True,
        False,
        False,
    ]
    assert [word in page for word in (place.organisation.name, "op papier", "2 March 2026")] == [
        True
    ] * 3
    listed = client.get(reverse(f"{GROUPS}:list"))
    assert {row.pk: row.member_count for row in listed.context["object_list"]} == {
        group.pk: 2,
        other.pk: 1,
    }


def test_members_are_exported_as_the_page_shows_them(client, manager):
    group = make_group(slug="jong")
    put_in(group, make_contact(given_name="=cmd|x", family_name="", email="a@example.org"))
    put_in(make_group(), make_contact(given_name="Elders"))
    url = reverse(f"{GROUPS}:inspect", args=[group.pk])
    answer = client.get(url, {"export": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row[0], row[1], row[4]) for row in rows[1:]] == [
        ("'=cmd|x", "a@example.org", "2026-03-02")
    ]
    answer = client.get(url, {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:2] == ["=cmd|x", "a@example.org"]


@pytest.mark.parametrize("view", ["list", "inspect"])
def test_groups_ask_as_many_queries_for_many_as_for_one(client, manager, view):
    group = make_group(theme=make_theme())

    def grow(number):
        for _n in range(number):
            place = make_representation(organisation=make_member())
            put_in(group, place.contact)
            put_in(make_group(theme=make_theme()), place.contact)

    url = reverse(f"{GROUPS}:{view}", args=[group.pk] if view == "inspect" else [])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    grow(1)
    asked()
    one = asked()
    grow(3)
    assert asked() == one


def test_organiser_sees_groups_and_changes_nothing(client):
    log_in(client, "Organisator")
    group = make_group()
    person = put_in(group).contact
    assert client.get(reverse(f"{GROUPS}:list")).status_code == 200
    page = client.get(reverse(f"{GROUPS}:inspect", args=[group.pk]))
    assert str(person) in text_of(page)
    assert "contacts/consents" not in page.content.decode()
    for name, args in (("add", []), ("edit", [group.pk]), ("delete", [group.pk])):
        client.post(reverse(f"{GROUPS}:{name}", args=args), group_data())
    for path in (ledger(person), reverse("contact_consents:record")):
        assert client.get(path, follow=True).redirect_chain != []
    assert [each.name_nl for each in OptInGroup.objects.all()] == [group.name_nl]


def test_editor_sees_nobody(client):
    log_in(client, "Redacteur")
    group = make_group()
    person = put_in(group, make_contact(family_name="Wilgenroos")).contact
    for path in (
        reverse(f"{GROUPS}:list"),
        reverse(f"{GROUPS}:inspect", args=[group.pk]),
        reverse(f"{GROUPS}:inspect", args=[group.pk]) + "?export=csv",
        ledger(person),
        reverse("contact_consents:record") + f"?contact={person.pk}",
        reverse("contact_consents:stop") + f"?contact={person.pk}",
    ):
        answer = client.get(path, follow=True)
        assert "Wilgenroos" not in answer.content.decode()
        assert answer.redirect_chain != []


# --- a consent by hand --------------------------------------------------------------------


@pytest.mark.capability("C17")
def test_consent_is_recorded_by_hand_with_its_source(client, manager):
    group, contact = make_group(purpose="coalition"), make_contact(language="en")
    url = f"{reverse('contact_consents:record')}?about=coalition:{group.slug}"
    assert client.get(url).context["form"].initial["about"] == f"coalition:{group.slug}"
    response = client.post(
        url,
        {
            "contact": contact.pk,
            "about": f"coalition:{group.slug}",
            "basis": "consent",
            "source_detail": "aan de telefoon, 3 maart",
            "wording": "",
        },
    )
    assert response["Location"] == reverse(f"{GROUPS}:inspect", args=[group.pk])
    record = ConsentRecord.objects.get()
    assert (record.contact, record.purpose, record.topic, record.basis) == (
        contact,
        "coalition",
        group.slug,
        "consent",
    )
    assert (record.source, record.source_detail, record.wording) == (
        "organiser",
        "aan de telefoon, 3 maart",
        group.wording_en,
    )
    entry = ModelLogEntry.objects.get()
    assert (entry.action, entry.user, entry.data) == (
        "contacts.consent",
        manager,
        {
            "changes": {"consent": ["", f"coalition:{group.slug}"]},
            "detail": "aan de telefoon, 3 maart",
        },
    )


def test_consent_of_who_unsubscribed_is_recorded_with_a_warning(client, manager):
    contact = make_contact()
    unsubscribe(contact=contact, purpose="invitations", source="form", now=NOW)
    data = {
        "contact": contact.pk,
        "about": "invitations",
        "basis": "request",
        "source_detail": "mail",
        "wording": "Nodig me uit",
    }
    url = f"{reverse('contact_consents:record')}?contact={contact.pk}"
    response = client.post(url, data, follow=True)
    assert response.redirect_chain == [(ledger(contact), 302)]
    assert "Only they can change that" in text_of(response)
    assert stopped(contact) == ["invitations"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"contact": ""}, "contact"),
        ({"contact": "99999"}, "contact"),
        ({"contact": "x"}, "contact"),
        ({"about": ""}, "about"),
        ({"about": "service"}, "about"),
        ({"about": "subgroup:no-such-group"}, "about"),
        ({"basis": "membership"}, "basis"),
        ({"basis": "published"}, "basis"),
        ({"source_detail": ""}, "source_detail"),
        ({"source_detail": "x" * 201}, "source_detail"),
        ({"about": "invitations", "wording": " "}, "wording"),
        ({"wording": "x" * 2001}, "wording"),
    ],
)
def test_wrong_consent_is_named_and_nothing_is_stored(client, manager, wrong, field):
    group, contact = make_group(), make_contact()
    data = {
        "contact": contact.pk,
        "about": f"subgroup:{group.slug}",
        "basis": "consent",
        "source_detail": "mail",
        "wording": "",
    }
    response = client.post(reverse("contact_consents:record"), data | wrong)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("values", [{"erased_at": NOW}, {"merged_into": 1}])
def test_nothing_is_recorded_of_who_is_no_more(client, manager, values):
    if "merged_into" in values:
        values = {"merged_into": make_contact()}
    gone = make_contact(**values)
    assert client.get(ledger(gone)).status_code == 404
    data = {
        "contact": gone.pk,
        "about": "announcements",
        "basis": "consent",
        "source_detail": "mail",
        "wording": "Ja",
    }
    response = client.post(reverse("contact_consents:record"), data)
    assert list(response.context["form"].errors) == ["contact"]


# --- the ledger ---------------------------------------------------------------------------


def test_ledger_shows_every_record_and_what_is_stopped(client, manager):
    group, theme = make_group(name_nl="Jong geluid"), make_theme(name_nl="Migratie")
    contact = make_contact(paused_until="2100-01-02", wants_less_mail=True)
    put_in(group, contact, source_detail="op papier")
    make_consent(contact, topic=theme.slug, wording="Nodig me uit", withdrawn_at=NOW)
    make_consent(make_contact(), wording="van een ander")
    make_suppression(contact, scope="purpose", purpose="announcements", reason="objection")
    page = text_of(client.get(ledger(contact)))
    for part in (
        "subgroup: Jong geluid",
        "invitations: Migratie",
        "Nodig me uit",
        "op papier",
        "announcements",
        "objection",
        "2 January 2100",
        "One mailing a month at most.",
    ):
        assert part in page
    assert "van een ander" not in page


def test_consent_is_withdrawn_once_and_stays_in_the_ledger(client, manager):
    contact = make_contact()
    record, kept = make_consent(contact), make_consent(contact, purpose="announcements")
    url = reverse("contact_consents:withdraw", args=[record.pk])
    assert "cannot be undone" in text_of(client.get(url))
    record.refresh_from_db()
    assert record.withdrawn_at is None
    assert client.post(url, {"detail": ""}).status_code == 422
    for _n in range(2):
        response = client.post(url, {"detail": "per mail"})
        assert response["Location"] == ledger(contact)
    record.refresh_from_db()
    kept.refresh_from_db()
    assert (record.withdrawn_at is None, kept.withdrawn_at) == (False, None)
    entry = ModelLogEntry.objects.get()
    assert entry.data == {"changes": {"consent": ["invitations", ""]}, "detail": "per mail"}
    assert stopped(contact) == []


def test_ledger_asks_as_many_queries_for_many_records_as_for_one(client, manager):
    contact = make_contact()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ledger(contact)).status_code == 200
        return len(queries)

    def grow():
        group = make_group()
        put_in(group, contact)
        make_consent(contact, topic=make_theme().slug)
        make_suppression(contact, scope="purpose", purpose="subgroup", topic=group.slug)

    grow()
    asked()
    one = asked()
    for _n in range(3):
        grow()
    assert asked() == one


# --- mail stopped by hand -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ("all", ("all", "", "")),
        ("invitations", ("purpose", "invitations", "")),
        ("subgroup:jong", ("purpose", "subgroup", "jong")),
    ],
)
def test_mail_is_stopped_by_hand_with_the_reason_in_the_log(client, manager, about, expected):
    make_group(slug="jong")
    contact = make_contact(email="amina@example.org")
    url = f"{reverse('contact_consents:stop')}?contact={contact.pk}"
    assert client.get(url).context["form"].initial == {"email": "amina@example.org"}
    data = {
        "email": "Amina@Example.org",
        "about": about,
        "reason": "objection",
        "detail": "belde op",
    }
    assert client.post(url, data)["Location"] == ledger(contact)
    client.post(url, data)
    row = Suppression.objects.get()
    assert (row.scope, row.purpose, row.topic) == expected
    assert (row.reason, row.source, row.address_hash) == (
        "objection",
        "organiser",
        contact.address_hash,
    )
    entry = ModelLogEntry.objects.order_by("pk").first()
    assert entry is not None
    assert (entry.action, entry.user, entry.data["detail"]) == (
        "contacts.suppress",
        manager,
        "belde op",
    )


def test_mail_to_an_unknown_address_is_stopped_and_only_its_hash_is_kept(client, manager):
    data = {"email": "nooit@example.org", "about": "all", "reason": "manual", "detail": "Jansen"}
    response = client.post(reverse("contact_consents:stop"), data)
    assert response["Location"] == reverse(f"{SUPPRESSIONS}:list")
    row = Suppression.objects.get()
    assert row.address_hash == address_hash("nooit@example.org")
    assert not ModelLogEntry.objects.filter(action="contacts.suppress").exists()
    later = make_contact(email="Nooit@example.org")
    assert "invitations" in stopped(later)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "geen adres"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "x" * 300 + "@example.org"}, "email"),
        ({"about": "service"}, "about"),
        ({"about": "coalition"}, "about"),
        ({"reason": "erased"}, "reason"),
        ({"reason": "unsubscribed"}, "reason"),
        ({"detail": ""}, "detail"),
    ],
)
def test_wrong_stop_is_named_and_nothing_is_stored(client, manager, wrong, field):
    data = {"email": "a@example.org", "about": "all", "reason": "manual", "detail": "x"}
    response = client.post(reverse("contact_consents:stop"), data | wrong)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Suppression.objects.exists()


def test_list_of_who_is_not_mailed_can_be_narrowed_to_a_group(client, manager):
    group = make_group(name_nl="Jong geluid")
    left, other = make_contact(), make_contact()
    leave_group(contact=left, group=group, source="form", now=NOW)
    make_suppression(other)
    url = reverse(f"{SUPPRESSIONS}:list")
    page = client.get(url, {"topic": group.slug})
    assert [row.address for row in page.context["object_list"]] == [left.email]
    assert "Jong geluid" in text_of(page)
    assert "consents/stop" in client.get(url).content.decode()

"""Nothing brings mail back to who stopped it, but they themselves: every way in is tried."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from base.services import create_access_token
from campaigns.services.groups import ensure_groups
from contacts.models import ConsentRecord, Contact, Suppression
from contacts.services import create_contact, update_contact
from contacts.services.consents import add_consent
from contacts.services.groups import leave_group
from contacts.services.imports import run_import, stage_import
from contacts.services.merging import merge_contacts
from contacts.services.suppressions import unsubscribe
from participation.models import Registration
from participation.services import confirm_registration, request_registration
from participation.services.organiser import register_typed
from tests.contacts.readers import reader, stopped
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact, make_suppression
from tests.factories.content import make_session
from tests.factories.groups import make_group, put_in
from tests.factories.participation import make_typed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

#: What is stopped when everything is.
MAILINGS = [
    "invitations",
    "announcements",
    "participation",
    "publication",
    "subgroup",
    "coalition",
]

REASONS = ["unsubscribed", "objection", "complaint", "manual", "erased"]


def test_import_with_a_consent_brings_nothing_back():
    contact = reader()
    unsubscribe(contact=contact, purpose=None, source="form", now=NOW)
    text = io.StringIO()
    headings = ["e-mail", "voornaam", "toestemming voor", "grondslag", "bron"]
    csv.writer(text).writerows(
        [headings, [contact.email, "Amina", "uitnodigingen", "toestemming", "lijst"]]
    )
    staged = stage_import(
        file_name="x.csv",
        content=text.getvalue().encode(),
        dry_run=False,
        options={},
        created_by=make_user(),
        now=NOW,
    )
    run_import(import_id=staged.pk, now=NOW)
    assert stopped(contact) == MAILINGS
    assert not ConsentRecord.objects.filter(withdrawn_at=None).exists()


@pytest.mark.parametrize("reason", REASONS)
def test_address_that_comes_in_anew_stays_stopped(reason):
    gone = make_contact(email="amina@example.org")
    make_suppression(gone, reason=reason)
    gone.delete()
    again = create_contact(email="Amina@Example.org", given_name="Amina", now=NOW)
    assert stopped(again) == MAILINGS


def test_api_brings_nothing_back(client):
    gone = make_contact(email="amina@example.org")
    make_suppression(gone)
    gone.delete()
    user = make_user(is_superuser=True)
    token = create_access_token(user=user, scopes=["*"], days=None, now=NOW)
    response = client.post(
        "/api/contacts",
        {"email": "amina@example.org", "given_name": "Amina"},
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {token}",
    )
    assert response.status_code == 201
    assert stopped(Contact.objects.get()) == MAILINGS


@pytest.mark.parametrize("reason", REASONS)
def test_another_address_for_the_same_person_brings_nothing_back(reason):
    contact, neighbour = reader(), make_contact()
    make_suppression(contact, reason=reason, scope="purpose", purpose="invitations")
    make_suppression(contact, reason="hard_bounce")
    update_contact(contact=contact, email="nieuw@example.org", now=NOW)
    assert stopped(contact) == ["invitations"]  # the bounce told of the old address
    update_contact(contact=contact, email="amina@example.org", now=NOW)
    assert stopped(neighbour) == []
    assert Suppression.objects.count() == 3


def test_form_of_the_admin_brings_nothing_back(client):
    contact = make_contact(email="amina@example.org")
    unsubscribe(contact=contact, purpose=None, source="form", now=NOW)
    client.force_login(make_user(is_superuser=True))
    rows = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    data = {
        "given_name": "Amina",
        "family_name": "Berg",
        "email": "nieuw@example.org",
        "language": "nl",
        "form_of_address": "je",
        **{f"representations-{name}": value for name, value in rows.items()},
    }
    url = reverse("wagtailsnippets_contacts_contact:edit", args=[contact.pk])
    assert client.post(url, data).status_code == 302
    contact.refresh_from_db()
    assert (contact.address_key, stopped(contact)) == ("nieuw@example.org", MAILINGS)


def test_organiser_who_signs_somebody_up_brings_nothing_back():
    contact = reader()
    make_suppression(contact, reason="hard_bounce")
    unsubscribe(contact=contact, purpose=None, source="form", now=NOW)
    typed = make_typed(email=contact.email, consent=["invitations"], consent_wording="Ja")
    register_typed(session=make_session(), typed=typed, now=NOW)
    assert Registration.objects.get().contact == contact
    assert Suppression.objects.count() == 2
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("about", [("invitations", ""), ("subgroup", "groep")])
def test_consent_by_hand_brings_nothing_back(about):
    contact, group = reader(), make_group(slug="groep")
    put_in(group, contact)
    leave_group(contact=contact, group=group, source="form", now=NOW)
    unsubscribe(contact=contact, purpose=None, source="form", now=NOW)
    before = Suppression.objects.count()
    purpose, topic = about
    add_consent(
        contact=contact,
        purpose=purpose,
        topic=topic,
        basis="consent",
        source_detail="aan de telefoon",
        wording="Ja",
        by=None,
        now=NOW,
    )
    assert (stopped(contact), Suppression.objects.count()) == (MAILINGS, before)


@pytest.mark.parametrize("keep_first", [True, False])
def test_merging_brings_nothing_back(keep_first):
    people = [make_contact(), make_contact()]
    unsubscribe(contact=people[0], purpose="invitations", source="form", now=NOW)
    make_suppression(people[0], reason="complaint", scope="purpose", purpose="announcements")
    kept, gone = people if keep_first else reversed(people)
    merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)
    kept.refresh_from_db()
    assert stopped(kept) == ["invitations", "announcements"]


def test_signing_up_anew_lifts_a_hard_bounce_and_leaves_the_rest():
    contact = reader(email="bilal@example.org")
    make_suppression(contact, reason="hard_bounce")
    unsubscribe(contact=contact, purpose=None, source="form", now=NOW)
    request_registration(session=make_session(), typed=make_typed(), act="1", now=NOW)
    assert "service" in stopped(contact)
    confirm_registration(registration=Registration.objects.get(), now=NOW)
    assert stopped(contact) == MAILINGS  # answers to their own act come, mailings do not


def test_signing_up_anew_with_a_tick_brings_back_what_was_ticked():
    contact = reader(email="bilal@example.org")
    unsubscribe(contact=contact, purpose=None, source="form", now=NOW)
    typed = make_typed(consent=["announcements"], consent_wording="Houd me op de hoogte")
    request_registration(session=make_session(), typed=typed, act="1", now=NOW)
    assert stopped(contact) == MAILINGS
    confirm_registration(registration=Registration.objects.get(), now=NOW)
    assert stopped(contact) == ["invitations", "participation"]


@pytest.mark.parametrize("role", ["Redacteur", "Organisator", "Relatiebeheerder", "Beheerder"])
def test_nobody_deletes_what_stops_mail(client, role):
    row = make_suppression(make_contact())
    ensure_groups()
    user = User.objects.create_user(role, f"{role}@example.org".lower())
    user.groups.set([group for group in ensure_groups() if group.name == role])
    assert [user.has_perm(f"contacts.{act}_suppression") for act in ("change", "delete")] == [
        False,
        False,
    ]
    client.force_login(user)
    for name in ("edit", "delete"):
        url = reverse(f"wagtailsnippets_contacts_suppression:{name}", args=[row.pk])
        assert client.post(url, {}).status_code in (302, 403)
    bulk = reverse("wagtail_bulk_action", args=["contacts", "suppression", "delete"])
    client.post(f"{bulk}?id={row.pk}", {})
    assert list(Suppression.objects.all()) == [row]

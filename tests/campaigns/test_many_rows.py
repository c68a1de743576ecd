"""What takes as many queries for a thousand rows as for one: pages and counts over people."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Delivery, Mailing
from campaigns.selectors.recipients import dry_run
from campaigns.selectors.timeline import series_timeline
from campaigns.viewsets import viewset
from contacts.addresses import address_hash
from contacts.models import Contact, Organisation, Representation
from participation.models import Registration
from tests.campaigns.people import make_delegate
from tests.factories.base import bearer, make_token, make_user
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member
from tests.factories.content import make_agenda, make_home, make_series, make_session_page

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MANY = 1_000


def _people(number):
    """So many people of so many organisations, who speak for a member."""
    pattern, firm = make_contact(), make_member()
    first = Contact.objects.count()
    contacts = Contact.objects.bulk_create(
        Contact(
            given_name="Amina",
            family_name=f"Wilg{place}",
            email=(address := f"wilg{first + place}@example.org"),
            address_key=address,
            address_hash=address_hash(address),
            created_at=pattern.created_at,
        )
        for place in range(number)
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(
            name=f"Wilg {first + place}",
            name_key=f"wilg {first + place}",
            slug=f"wilg-{first + place}",
            kind=firm.kind,
        )
        for place in range(number)
    )
    Representation.objects.bulk_create(
        Representation(contact=contact, organisation=firm, valid_from=date(2020, 1, 1))
        for contact in contacts
    )
    return contacts, organisations


def _sent_to(mailing, contacts, organisations):
    Delivery.objects.bulk_create(
        Delivery(
            mailing=mailing,
            contact=contact,
            organisation=organisation,
            address_key=contact.address_key,
            language="nl",
            basis="membership",
            state="sent",
            sent_at=NOW,
        )
        for contact, organisation in zip(contacts, organisations, strict=True)
    )
    Registration.objects.bulk_create(
        Registration(
            session=mailing.session,
            contact=contact,
            state="registered",
            source="public_form",
            attendance="present",
            created_at=NOW + timedelta(hours=1),
            changed_at=NOW + timedelta(hours=1),
        )
        for contact in contacts
    )


def _archived(number):
    Mailing.objects.bulk_create(
        Mailing(
            title="Terug te lezen",
            kind="announcement",
            purpose="announcements",
            audience={"everyone": True},
            subject_nl="Nieuws",
            body_nl=[{"type": "text", "value": "<p>Dag</p>"}],
            in_archive=True,
            state="done",
            created_at=NOW,
            started_at=NOW,
        )
        for _ in range(number)
    )


def _queries(ask):
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def test_pages_over_people_ask_as_much_for_a_thousand_as_for_one(client):
    client.force_login(make_user(is_superuser=True))
    token = bearer(make_token())
    series = make_series()
    session = make_far_session(series=series)
    planned = make_mailing(
        session=session, state="planned", plan={"at": "2100-01-02T09:00:00+01:00"}
    )
    done = make_mailing(session=session, state="done", started_at=NOW)

    def get(address, **headers):
        answer = client.get(address, **headers)
        assert answer.status_code == 200, address
        assert answer.content

    def page(name, *args, query=""):
        get(reverse(name, args=args) + query)

    def of(name):
        return viewset.get_url_name(name)

    asked = {
        "dry run": lambda: dry_run(planned, timezone.now()),
        "people of a dry run": lambda: page(of("people"), planned.pk),
        "ledger": lambda: page(of("rows"), done.pk, query="?state=sent"),
        "overview": lambda: page(of("overview"), done.pk),
        "result": lambda: page(of("result"), done.pk),
        "plan of a session": lambda: page("mailing_plans:session", session.pk),
        "plans": lambda: page("mailing_plans:index"),
        "time line": lambda: series_timeline(series, now=NOW),
        "people": lambda: page("wagtailsnippets_contacts_contact:list"),
        "organisations": lambda: page("wagtailsnippets_contacts_organisation:list"),
        "mailings": lambda: page(of("list")),
        "archive": lambda: get("/nl/archief/"),
        "feed": lambda: get("/archive.atom"),
        "ledger of the API": lambda: get(f"/api/mailings/{done.pk}/deliveries", **token),
    }

    def fill(number):
        _sent_to(done, *_people(number))
        _archived(number)

    fill(1)
    for each in asked.values():
        each()  # what is read once
    one = {name: _queries(each) for name, each in asked.items()}
    fill(MANY)
    assert {name: _queries(each) for name, each in asked.items()} == one


def test_agenda_asks_as_much_for_many_sessions_as_for_one(client):
    make_home()
    agenda = make_agenda(slug="agenda")
    coming = timezone.now().date() + timedelta(days=60)

    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/nl/agenda/").content.decode().count("werksessie-") >= 1
        assert len(queries) > 5  # not from memory
        return len(queries)

    make_session_page(parent=agenda, first_day=coming, publish=True)
    ask()
    one = ask()
    for _ in range(20):
        make_session_page(parent=agenda, first_day=coming, publish=True)
    assert ask() == one


def test_somebody_among_a_thousand_is_found_as_fast(client):
    client.force_login(make_user(is_superuser=True))
    mailing = make_mailing(session=make_far_session())
    person = make_delegate()
    url = reverse("mailing_plans:person", args=[person.pk])

    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert person.family_name in client.get(url).content.decode()
        return len(queries)

    ask()
    one = ask()
    _sent_to(mailing, *_people(MANY))
    assert ask() == one

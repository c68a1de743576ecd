"""Who may be mailed, for what: membership on a day, consent, suppression."""

from datetime import date, timedelta

import pytest

from contacts import selectors, services
from contacts.enums import Purpose
from contacts.errors import PurposeUnknown
from contacts.models import ConsentRecord, Contact, Organisation, Suppression
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_consent,
    make_contact,
    make_mail_domain,
    make_member,
    make_membership,
    make_organisation,
    make_representation,
    make_suppression,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_member"),
    [
        (None, None, True),
        (TODAY, None, True),
        (TODAY + DAY, None, False),
        (None, TODAY, True),
        (None, TODAY - DAY, False),
        (TODAY, TODAY, True),
    ],
)
def test_membership_is_computed_for_a_day(valid_from, valid_until, is_member):
    place = make_representation()
    make_representation()  # of an organisation that never was a member
    make_membership(place.organisation, valid_from=valid_from, valid_until=valid_until)
    assert selectors.is_member(place.organisation, TODAY) is is_member
    members = Organisation.objects.filter(selectors.members_on(TODAY))
    assert list(members) == ([place.organisation] if is_member else [])
    people = Contact.objects.filter(selectors.represents_member(TODAY))
    assert list(people) == ([place.contact] if is_member else [])


def test_who_left_a_member_does_not_represent_it():
    place = make_representation(organisation=make_member(), valid_until=TODAY - DAY)
    people = Contact.objects.filter(selectors.represents_member(TODAY))
    assert list(people) == []
    earlier = Contact.objects.filter(selectors.represents_member(TODAY - DAY))
    assert list(earlier) == [place.contact]


@pytest.mark.capability("C28")
def test_first_contact_goes_before_an_observer():
    contact = make_contact()
    make_representation(contact, role="observer")
    make_representation(contact, role="primary", valid_until=TODAY - DAY)
    alternate = make_representation(contact, role="alternate")
    assert selectors.primary_representation(contact, TODAY) == alternate
    primary = make_representation(contact, role="primary")
    assert selectors.primary_representation(contact, TODAY) == primary
    assert selectors.primary_representation(make_contact(), TODAY) is None


def test_mail_domain_is_taken_whole():
    organisation = make_organisation()
    make_mail_domain(organisation, "wilg.example.org")
    assert selectors.organisation_of_domain("a@wilg.example.org") == organisation
    assert selectors.organisation_of_domain("a@sub.wilg.example.org") is None
    assert selectors.organisation_of_domain("a@notwilg.example.org") is None


MAILINGS = sorted(set(Purpose.values) - {"service"})

BLOCKED = {
    ("all", "", "unsubscribed"): MAILINGS,
    ("all", "", "complaint"): MAILINGS,
    ("purpose", "invitations", "unsubscribed"): ["invitations"],
    ("all", "", "hard_bounce"): sorted(Purpose.values),
    ("purpose", "invitations", "hard_bounce"): sorted(Purpose.values),
}


@pytest.mark.parametrize(("row", "blocked"), BLOCKED.items())
def test_suppression_blocks_its_purpose_or_all(row, blocked):
    contact = make_contact()
    make_contact()
    make_contact(email="")
    scope, purpose, reason = row
    make_suppression(contact, scope=scope, purpose=purpose, reason=reason)
    found = {
        purpose: list(Contact.objects.filter(selectors.suppressed(Purpose(purpose))))
        for purpose in Purpose.values
    }
    assert found == {each: [contact] if each in blocked else [] for each in Purpose.values}
    others = Contact.objects.filter(~selectors.suppressed(Purpose.INVITATIONS)).count()
    assert others == (2 if "invitations" in blocked else 3)


def basis(purpose: str, themes: list[str] | None = None, day: date = TODAY) -> list[Contact]:
    found = selectors.has_basis(Purpose(purpose), day, themes or [])
    return list(Contact.objects.filter(found).order_by("id"))


def test_membership_is_a_basis_for_invitations_and_announcements():
    member = make_representation(organisation=make_member()).contact
    make_representation()
    assert basis("invitations") == [member]
    assert basis("announcements") == [member]
    assert basis("publication") == []
    assert len(basis("participation")) == len(basis("service")) == 2


@pytest.mark.parametrize(
    ("values", "themes", "has_basis"),
    [
        ({}, [], True),
        ({"basis": "published"}, [], True),
        ({"basis": "request"}, [], True),
        ({"basis": "none"}, [], False),
        ({"basis": "membership"}, [], False),
        ({"withdrawn_at": NOW}, [], False),
        ({"purpose": "announcements"}, [], False),
        ({"topic": "migratie"}, [], False),
        ({"topic": "migratie"}, ["migratie"], True),
        ({"topic": "landbouw"}, ["migratie"], False),
    ],
)
def test_live_consent_is_a_basis_for_its_purpose_and_topic(values, themes, has_basis):
    contact = make_contact()
    make_contact()
    make_consent(contact, **values)
    assert basis("invitations", themes) == ([contact] if has_basis else [])


def test_consent_is_recorded_once_and_lifts_nothing():
    contact = make_contact()
    make_suppression(contact)
    for _n in range(2):
        services.record_consent(
            contact=contact,
            purpose="invitations",
            basis="consent",
            source="form",
            wording="Ja, nodig me uit",
            now=NOW,
        )
    assert ConsentRecord.objects.count() == 1
    assert Suppression.objects.count() == 1


def test_consent_said_twice_at_the_same_moment_is_no_obstacle():
    words = {"purpose": "invitations", "basis": "consent", "source": "form", "wording": "Ja"}
    contact = make_contact()
    first, _second = (make_consent(contact, **words) for _n in range(2))
    assert services.record_consent(contact=contact, now=NOW, **words) == first


def test_unsubscribe_knows_only_purposes_of_mailings():
    contact = make_contact()
    with pytest.raises(PurposeUnknown):
        services.unsubscribe(contact=contact, purpose="service", source="form", now=NOW)
    assert not Suppression.objects.exists()


def test_hard_bounce_is_lifted_alone():
    contact, other = make_contact(), make_contact()
    make_suppression(contact, reason="hard_bounce")
    make_suppression(other, reason="hard_bounce")
    make_suppression(contact)
    assert selectors.undeliverable([contact.email.upper(), other.email, "x", "y@example.org"]) == {
        contact.email.upper(),
        other.email,
    }
    assert services.lift_hard_bounce(address_hash=contact.address_hash) == 1
    assert selectors.undeliverable([contact.email, other.email]) == {other.email}
    assert Suppression.objects.count() == 2

"""Organisations, people and what is known of them, with invented names under example.org."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from contacts.addresses import address_hash, address_key
from contacts.models import (
    ConsentRecord,
    Contact,
    MailDomain,
    Membership,
    Organisation,
    OrganisationAlias,
    Representation,
    Suppression,
    Theme,
)
from contacts.names import name_key

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)

_number = count(1)


def make_theme(**overrides: Any) -> Theme:
    n = next(_number)
    values = {"slug": f"thema-{n}", "name_nl": f"Thema {n}", "name_en": f"Theme {n}"}
    return Theme.objects.create(**values | overrides)


def make_organisation(*, themes: tuple[Theme, ...] = (), **overrides: Any) -> Organisation:
    n = next(_number)
    values: dict[str, Any] = {"name": f"Stichting Wilg {n}", "kind": "ngo"} | overrides
    values = {"name_key": name_key(values["name"]), "slug": f"organisatie-{n}"} | values
    organisation = Organisation.objects.create(**values)
    organisation.themes.set(themes)
    return organisation


def make_alias(organisation: Organisation, name: str) -> OrganisationAlias:
    return OrganisationAlias.objects.create(
        organisation=organisation, name=name, name_key=name_key(name)
    )


def make_mail_domain(organisation: Organisation, domain: str) -> MailDomain:
    return MailDomain.objects.create(organisation=organisation, domain=domain)


def make_membership(organisation: Organisation, **overrides: Any) -> Membership:
    values = {"organisation": organisation, "valid_from": date(2020, 1, 1)}
    return Membership.objects.create(**values | overrides)


def make_member(**overrides: Any) -> Organisation:
    """An organisation that is a member since 2020."""
    organisation = make_organisation(**overrides)
    make_membership(organisation)
    return organisation


def make_contact(**overrides: Any) -> Contact:
    n = next(_number)
    values: dict[str, Any] = {
        "given_name": "Amina",
        "family_name": f"Berg{n}",
        "email": f"amina{n}@example.org",
        "created_at": NOW,
    } | overrides
    if values["email"]:
        key = address_key(values["email"])
        values = {"address_key": key, "address_hash": address_hash(key)} | values
    return Contact.objects.create(**values)


def make_representation(
    contact: Contact | None = None, organisation: Organisation | None = None, **overrides: Any
) -> Representation:
    values = {
        "contact": contact or make_contact(),
        "organisation": organisation or make_organisation(),
        "valid_from": date(2020, 1, 1),
    }
    return Representation.objects.create(**values | overrides)


def make_consent(contact: Contact, **overrides: Any) -> ConsentRecord:
    values = {
        "contact": contact,
        "purpose": "invitations",
        "basis": "consent",
        "source": "form",
        "given_at": NOW,
    }
    return ConsentRecord.objects.create(**values | overrides)


def make_suppression(contact: Contact, **overrides: Any) -> Suppression:
    values = {
        "address_hash": contact.address_hash,
        "scope": "all",
        "reason": "unsubscribed",
        "source": "form",
        "created_at": NOW,
    }
    return Suppression.objects.create(**values | overrides)

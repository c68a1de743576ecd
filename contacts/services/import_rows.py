"""Write what was decided about one row of an import."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from contacts.enums import OrganisationKind, Source
from contacts.imports.planning import Affiliation, Decision
from contacts.models import Contact, Membership, Organisation, Theme
from contacts.services.consents import record_consent
from contacts.services.organisations import create_organisation
from contacts.services.people import create_contact, update_contact
from contacts.services.representations import represent


@transaction.atomic
def write_decision(
    decision: Decision, *, file_name: str, source: str, now: datetime
) -> Contact | None:
    """Write one row's decision; returns the person, None when nothing was to be written.

    Raises ContactsError or ValidationError; then nothing of the row is kept.
    """
    if not decision.is_written:
        return None
    contact = _write_person(decision, file_name, source, now)
    for affiliation in decision.affiliations:
        _write_affiliation(contact, affiliation, decision, now)
    if decision.consent:
        record_consent(
            contact=contact,
            purpose=decision.consent.purpose,
            basis=decision.consent.basis,
            source=Source.IMPORT,
            source_detail=decision.consent.source,
            wording="",
            now=now,
        )
    return contact


def _write_person(decision: Decision, file_name: str, source: str, now: datetime) -> Contact:
    values: dict[str, Any] = dict(decision.values)
    email = values.pop("email", "")
    told = source or f"Import: {file_name}"[:200]
    if decision.person is None:
        return create_contact(email=email, address_source=told, now=now, **values)
    contact = Contact.objects.get(pk=decision.person.id)
    if email:
        values["address_source"] = told
    if values or email:
        update_contact(contact=contact, email=email or None, **values)
    return contact


def _write_affiliation(
    contact: Contact, affiliation: Affiliation, decision: Decision, now: datetime
) -> None:
    organisation = _organisation(affiliation, decision, now)
    if affiliation.website and not organisation.website:
        organisation.website = affiliation.website
        organisation.save(update_fields=["website"])
    if affiliation.themes:
        organisation.themes.add(*Theme.objects.filter(slug__in=affiliation.themes))
    if affiliation.membership:
        Membership.objects.create(
            organisation=organisation,
            kind=affiliation.membership,
            valid_from=decision.member_since or timezone.localdate(now),
        )
    if affiliation.joins or affiliation.function:
        place = represent(
            contact=contact, organisation=organisation, function=affiliation.function, now=now
        )
        if affiliation.function and place.function != affiliation.function:
            place.function = affiliation.function
            place.save(update_fields=["function"])


def _organisation(affiliation: Affiliation, decision: Decision, now: datetime) -> Organisation:
    if not affiliation.is_new:
        return Organisation.objects.get(name_key=affiliation.organisation.key)
    return create_organisation(
        name=affiliation.organisation.name,
        kind=decision.kind or OrganisationKind.OTHER,
        country=decision.country or "NL",
        reviewed=False,
        now=now,
    )

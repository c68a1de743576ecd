"""Who somebody is to us on the day of a session."""

from datetime import date, datetime

from contacts.errors import AmbiguousName
from contacts.models import Contact, Organisation
from contacts.selectors import (
    find_organisation,
    is_member,
    organisation_of_domain,
    represents_member,
)
from content.models import Session
from participation.admission import Applicant
from participation.models import Invitation
from participation.selectors.sessions import day_of


def applicant(
    *, session: Session, contact: Contact, works_on_theme: bool, now: datetime
) -> Applicant:
    """Return what counts for the admission of a contact."""
    day = day_of(session, now)
    known = Contact.objects.filter(represents_member(day), pk=contact.pk).exists()
    return Applicant(
        speaks_for_member=known or _member_of_domain(contact.address_key or "", day) is not None,
        is_invited=Invitation.objects.filter(session=session, contact=contact).exists(),
        works_on_theme=works_on_theme,
    )


def claims_membership(
    *, session: Session, address_key: str, organisation: str, now: datetime
) -> bool:
    """Whether what was typed names a member: by the organisation, or by the address's domain.

    It looks at what was typed alone, never at whom we know, so that the answer of a public form is
    the same for a known and an unknown address. It spares a declaration and opens no door.
    """
    day = day_of(session, now)
    if _member_of_domain(address_key, day):
        return True
    try:
        named = find_organisation(organisation)
    except AmbiguousName:
        return False
    return named is not None and is_member(named, day)


def vouched_organisation(
    *, contact: Contact, session: Session, now: datetime
) -> Organisation | None:
    """Return the member whose mail domain the contact's address is in."""
    return _member_of_domain(contact.address_key or "", day_of(session, now))


def _member_of_domain(address_key: str, day: date) -> Organisation | None:
    found = organisation_of_domain(address_key) if address_key else None
    return found if found and is_member(found, day) else None

"""People: made by an organiser, an import or the API, or by confirming a sign-up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from contacts.addresses import address_hash, address_key
from contacts.enums import FormOfAddress
from contacts.errors import AddressTaken, ReferenceUnknown
from contacts.models import Contact, Organisation
from contacts.services.representations import represent


def assign_address(contact: Contact, email: str) -> None:
    """Set the address of an unsaved change, with its key and hash; empty takes it away.

    Raises AddressInvalid, or AddressTaken when it is somebody else's.
    """
    if not email.strip():
        contact.email, contact.address_key, contact.address_hash = "", None, ""
        return
    key = address_key(email)
    if Contact.objects.filter(address_key=key).exclude(pk=contact.pk).exists():
        raise AddressTaken
    contact.email = email.strip()
    contact.address_key = key
    contact.address_hash = address_hash(key)


@transaction.atomic
def create_contact(
    *,
    email: str,
    given_name: str = "",
    initials: str = "",
    family_name_prefix: str = "",
    family_name: str = "",
    title: str = "",
    language: str = "nl",
    phone: str = "",
    form_of_address: str = FormOfAddress.JE,
    courtesy_title: str = "",
    time_zone: str = "",
    tags: list[str] | None = None,
    address_source: str = "",
    now: datetime,
) -> Contact:
    """Make a person. Raises AddressInvalid or AddressTaken, and ValidationError on other fields."""
    contact = Contact(
        given_name=given_name,
        initials=initials,
        family_name_prefix=family_name_prefix,
        family_name=family_name,
        title=title,
        language=language,
        phone=phone,
        form_of_address=form_of_address,
        courtesy_title=courtesy_title,
        time_zone=time_zone,
        tags=tags or [],
        address_source=address_source,
        created_at=now,
    )
    assign_address(contact, email)
    _save(contact)
    return contact


@transaction.atomic
def add_contact(*, places: Mapping[int, str], now: datetime, **values: Any) -> Contact:
    """Make a person with the organisations they speak for: `places` is {id: function}.

    Raises what `create_contact` raises, and ReferenceUnknown for an organisation that is not there.
    """
    organisations = Organisation.objects.in_bulk(places)
    if missing := sorted(set(places) - set(organisations)):
        raise ReferenceUnknown([str(each) for each in missing])
    contact = create_contact(now=now, **values)
    for organisation_id, function in places.items():
        represent(
            contact=contact,
            organisation=organisations[organisation_id],
            function=function,
            now=now,
        )
    return contact


@transaction.atomic
def update_contact(*, contact: Contact, email: str | None = None, **values: object) -> Contact:
    """Change a person; what is not given stays. Raises what `create_contact` raises."""
    for name, value in values.items():
        setattr(contact, name, value)
    if email is not None:
        assign_address(contact, email)
    _save(contact)
    return contact


@transaction.atomic
def confirm_contact(
    *,
    email: str,
    given_name: str,
    initials: str = "",
    family_name_prefix: str,
    family_name: str,
    language: str,
    address_source: str,
    now: datetime,
) -> Contact:
    """Return the person with this address, made if there is none. Raises AddressInvalid.

    Called when somebody has shown that the address is theirs. A name that is known is never
    overwritten: the address may be shared.
    """
    known = Contact.objects.filter(address_key=address_key(email)).first()
    if known is None:
        try:
            return create_contact(
                email=email,
                given_name=given_name,
                initials=initials,
                family_name_prefix=family_name_prefix,
                family_name=family_name,
                language=language,
                address_source=address_source,
                now=now,
            )
        except AddressTaken:  # confirmed twice at the same moment
            known = Contact.objects.get(address_key=address_key(email))
    if not known.full_name:
        known.given_name, known.initials = given_name, initials
        known.family_name_prefix, known.family_name = family_name_prefix, family_name
        _save(known)
    return known


def _save(contact: Contact) -> None:
    contact.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:  # the address was taken between the check and the write
        raise AddressTaken from error

"""People: made by an organiser, an import or the API, or by confirming a sign-up."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from contacts.addresses import address_hash, address_key
from contacts.enums import ContactAct, FormOfAddress
from contacts.errors import AddressTaken, AlreadyErased, NobodyNamed, ReferenceUnknown
from contacts.models import Contact, Organisation, Representation
from contacts.selectors.people import contact_of_address
from contacts.services.audit import PERSON, Author, differences, note_change
from contacts.services.representations import place_in_words, represent
from contacts.services.suppressions import follow_address


def assign_address(contact: Contact, email: str) -> None:
    """Set the address of an unsaved change, with its key and hash; empty takes it away.

    Raises AddressInvalid, or AddressTaken when it is somebody else's. Of somebody who was merged
    into this person it is not: see `free_own_address`.
    """
    if not email.strip():
        contact.email, contact.address_key, contact.address_hash = "", None, ""
        return
    key = address_key(email)
    holder = Contact.objects.filter(address_key=key).exclude(pk=contact.pk).first()
    if holder is not None and (contact.pk is None or holder.merged_into_id != contact.pk):
        raise AddressTaken
    contact.email = email.strip()
    contact.address_key = key
    contact.address_hash = address_hash(key)


def free_own_address(contact: Contact) -> None:
    """Let go of the address that a row merged into this person has, before the person gets it.

    Inside the caller's transaction.
    """
    if contact.pk and contact.address_key:
        Contact.objects.filter(merged_into=contact.pk, address_key=contact.address_key).update(
            email="", address_key=None, address_hash=""
        )


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
    by: Author = None,
    now: datetime,
) -> Contact:
    """Make a person. Raises AddressInvalid, AddressTaken or NobodyNamed, and ValidationError."""
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
    _save(contact, {"time_zone"})
    note_change(
        contact=contact, action=ContactAct.CREATE, by=by, detail=contact.address_source, now=now
    )
    return contact


@transaction.atomic
def add_contact(
    *, places: Mapping[int, str], by: Author = None, now: datetime, **values: Any
) -> Contact:
    """Make a person with the organisations they speak for: `places` is {id: function}.

    Raises what `create_contact` raises, and ReferenceUnknown for an organisation that is not there.
    """
    organisations = Organisation.objects.in_bulk(places)
    if missing := sorted(set(places) - set(organisations)):
        raise ReferenceUnknown([str(each) for each in missing], field="organisations")
    contact = create_contact(by=by, now=now, **values)
    for organisation_id, function in places.items():
        represent(
            contact=contact,
            organisation=organisations[organisation_id],
            function=function,
            by=by,
            now=now,
        )
    return contact


@transaction.atomic
def update_contact(
    *,
    contact: Contact,
    email: str | None = None,
    by: Author = None,
    act: ContactAct | None = ContactAct.CHANGE,
    now: datetime,
    **values: object,
) -> Contact:
    """Change a person; what is not given stays. Without `act` the caller logs it.

    Raises what `create_contact` raises, and AlreadyErased: nothing is written over an erasure.
    """
    held = held_contact(contact.pk)
    before = {name: getattr(contact, name) for name in ("email", *values)}
    for name, value in values.items():
        setattr(contact, name, value)
    if email is not None:
        assign_address(contact, email)
    _save(contact, values)
    follow_address(old_hash=held.address_hash, new_hash=contact.address_hash)
    changes = differences(before, contact)
    if changes and act:
        note_change(contact=contact, action=act, by=by, changes=changes, now=now)
    return contact


@contextmanager
def noted_edit(*, contact_id: int, by: Author, now: datetime) -> Iterator[None]:
    """Log what the admin's own form changes of a person, in one transaction with the change.

    Raises AlreadyErased: a form that was opened before the erasure must not undo it.
    """
    with transaction.atomic():
        held = held_contact(contact_id)
        before = _portrait(held)
        yield
        contact = Contact.objects.get(pk=contact_id)
        follow_address(old_hash=held.address_hash, new_hash=contact.address_hash)
        after = _portrait(contact)
        changes = {name: (before[name], after[name]) for name in after}
        changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        if changes:
            note_change(contact=contact, action=ContactAct.CHANGE, by=by, changes=changes, now=now)


def held_contact(contact_id: int) -> Contact:
    """Return the person, held until the transaction ends. Raises AlreadyErased."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    if contact.erased_at is not None:
        raise AlreadyErased
    return contact


def _portrait(contact: Contact) -> dict[str, Any]:
    """What a form can change of a person, whom they speak for among it."""
    fields = [field.name for field in Contact._meta.concrete_fields if field.editable]
    places = Representation.objects.filter(contact=contact).select_related("organisation")
    return {name: getattr(contact, name) for name in fields if name != "id"} | {
        "organisations": [place_in_words(place) for place in places.order_by("id")]
    }


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
    by: Author = PERSON,
    now: datetime,
) -> Contact:
    """Return the person with this address, made if there is none. Raises AddressInvalid.

    An address of somebody who was merged into another leads to that other.

    Called when somebody has shown that the address is theirs. A name that is known is never
    overwritten: the address may be shared.
    """
    known = contact_of_address(address_key(email))
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
                by=by,
                now=now,
            )
        except AddressTaken:  # confirmed twice at the same moment
            known = Contact.objects.get(address_key=address_key(email))
    if not known.full_name:
        known = update_contact(
            contact=known,
            given_name=given_name,
            initials=initials,
            family_name_prefix=family_name_prefix,
            family_name=family_name,
            by=by,
            now=now,
        )
    return known


def _save(contact: Contact, given: Collection[str]) -> None:
    """Check and save. A time zone of before it was checked hinders only who gives one."""
    if not (contact.full_name or contact.email):
        raise NobodyNamed
    unchecked = {"time_zone"} - set(given)
    contact.full_clean(unchecked, validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            free_own_address(contact)
            contact.save()
    except IntegrityError as error:  # the address was taken between the check and the write
        raise AddressTaken from error

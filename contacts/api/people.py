"""People over the HTTP API, and whom they speak for."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from base.auth import Bearer
from base.cursors import page
from base.problems import Problem
from contacts.api.refusals import refusals_as_problems
from contacts.enums import Source
from contacts.models import Contact, Representation
from contacts.schemas.people import (
    ContactFilters,
    ContactIn,
    ContactOut,
    ContactPage,
    ContactPatch,
    RepresentationIn,
    RepresentationOut,
    RepresentationPage,
    RepresentationPatch,
)
from contacts.selectors.people import contacts_with_places, narrowed_people
from contacts.services.erasure import erase_contact
from contacts.services.people import add_contact, update_contact
from contacts.services.representations import add_representation, change_representation

router = Router()

reader = Bearer("contacts:read", permission="contacts.view_contact")
writer = Bearer("contacts:write", permission="contacts.change_contact")


@router.get("/contacts", auth=reader, response=ContactPage, summary="People, oldest first")
def list_contacts(
    request: HttpRequest,
    filters: Query[ContactFilters],
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """`q` looks in names, addresses and the names of their organisations; the rest is about today.

    A person who was merged into another is found as that other.
    """
    today = timezone.localdate()
    found = narrowed_people(day=today, **filters.model_dump())
    return page(contacts_with_places(found, today), cursor=cursor, limit=limit)


@router.get("/contacts/{int:contact_id}", auth=reader, response=ContactOut, summary="One person")
def get_contact(request: HttpRequest, contact_id: int) -> Contact:
    return _contact(contact_id)


@router.post(
    "/contacts",
    auth=Bearer("contacts:write", permission="contacts.add_contact"),
    response={201: ContactOut},
    summary="Add a person",
)
def create_contact(request: HttpRequest, payload: ContactIn) -> Status[Any]:
    """409 when somebody has the address already; nothing changes then."""
    values = payload.model_dump()
    places = {each["organisation"]: each["function"] for each in values.pop("organisations")}
    with refusals_as_problems():
        contact = add_contact(places=places, by=request.user, now=timezone.now(), **values)
    return Status(201, _contact(contact.pk))


@router.patch(
    "/contacts/{int:contact_id}", auth=writer, response=ContactOut, summary="Change a person"
)
def change_contact(request: HttpRequest, contact_id: int, payload: ContactPatch) -> Contact:
    """What is left out stays. 409 when somebody else has the address."""
    contact = _contact(contact_id)
    with refusals_as_problems():
        update_contact(
            contact=contact,
            by=request.user,
            now=timezone.now(),
            **payload.model_dump(exclude_unset=True),
        )
    return _contact(contact_id)


@router.delete(
    "/contacts/{int:contact_id}",
    auth=Bearer("contacts:write", permission="contacts.delete_contact"),
    response={204: None},
    summary="Erase a person",
)
def delete_contact(request: HttpRequest, contact_id: int) -> Status[None]:
    """Not undone by anything: figures stay, and the address is never mailed or imported again."""
    _contact(contact_id)
    with refusals_as_problems():
        erase_contact(contact_id=contact_id, by=request.user, source=Source.API, now=timezone.now())
    return Status(204, None)


@router.get(
    "/contacts/{int:contact_id}/representations",
    auth=reader,
    response=RepresentationPage,
    summary="For whom a person speaks, spoke and will speak",
)
def list_representations(
    request: HttpRequest, contact_id: int, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    rows = Representation.objects.filter(contact=_contact(contact_id))
    return page(rows.select_related("organisation"), cursor=cursor, limit=limit)


@router.post(
    "/contacts/{int:contact_id}/representations",
    auth=writer,
    response={201: RepresentationOut},
    summary="Let a person speak for an organisation",
)
def create_representation(
    request: HttpRequest, contact_id: int, payload: RepresentationIn
) -> Status[Any]:
    """From today on unless `valid_from` says otherwise. 409 when they do so already."""
    values = payload.model_dump()
    if "valid_from" not in payload.model_fields_set:
        values["valid_from"] = timezone.localdate()
    with refusals_as_problems():
        place = add_representation(
            contact_id=contact_id,
            organisation_id=values.pop("organisation"),
            by=request.user,
            now=timezone.now(),
            **values,
        )
    return Status(201, place)


@router.patch(
    "/representations/{int:representation_id}",
    auth=writer,
    response=RepresentationOut,
    summary="Change a representation, or end it",
)
def patch_representation(
    request: HttpRequest, representation_id: int, payload: RepresentationPatch
) -> Representation:
    """What is left out stays; `valid_until` is the last day on which the person speaks for it."""
    with refusals_as_problems():
        return change_representation(
            representation_id=representation_id,
            by=request.user,
            now=timezone.now(),
            **payload.model_dump(exclude_unset=True),
        )


def _contact(contact_id: int) -> Contact:
    """Return the person. 404 when there is none; one who was merged names whom into."""
    people = contacts_with_places(Contact.objects.present(), timezone.localdate())
    found = people.filter(pk=contact_id).first()
    if found is not None:
        return found
    gone = get_object_or_404(Contact, pk=contact_id, erased_at=None)
    raise Problem(
        status=404,
        code="merged",
        detail=_("This person turned out to be the same as another one."),
        merged_into=gone.merged_into_id,
    )

"""People over the HTTP API."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from base.auth import Bearer
from base.cursors import page
from base.problems import Problem, field_problem
from contacts.errors import AddressInvalid, AddressTaken, ReferenceUnknown
from contacts.models import Contact
from contacts.schemas import ContactIn, ContactOut, ContactPage
from contacts.selectors.people import contacts_with_places, search_people
from contacts.services.people import add_contact

router = Router()


@router.get(
    "/contacts",
    auth=Bearer("contacts:read", permission="contacts.view_contact"),
    response=ContactPage,
    summary="People, oldest first",
)
def list_contacts(
    request: HttpRequest, q: str = "", cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """`q` looks in names and addresses."""
    people = search_people(q) if q else Contact.objects.filter(erased_at=None)
    return page(contacts_with_places(people, timezone.localdate()), cursor=cursor, limit=limit)


@router.get(
    "/contacts/{int:contact_id}",
    auth=Bearer("contacts:read", permission="contacts.view_contact"),
    response=ContactOut,
    summary="One person",
)
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
    try:
        contact = add_contact(places=places, now=timezone.now(), **values)
    except AddressInvalid as error:
        raise field_problem("email", error.code, str(error)) from error
    except ReferenceUnknown as error:
        raise field_problem("organisations", error.code, str(error)) from error
    except AddressTaken as error:
        raise Problem(
            status=409,
            code=error.code,
            detail=str(error),
            errors=[{"field": "email", "code": error.code, "message": str(error)}],
        ) from error
    return Status(201, _contact(contact.pk))


def _contact(contact_id: int) -> Contact:
    people = Contact.objects.filter(erased_at=None)
    return get_object_or_404(contacts_with_places(people, timezone.localdate()), pk=contact_id)

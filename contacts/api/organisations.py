"""Organisations over the HTTP API."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from base.auth import Bearer
from base.cursors import page
from base.problems import Problem, field_problem
from contacts.errors import DomainInvalid, NameMissing, NameTaken, ReferenceUnknown
from contacts.models import Organisation
from contacts.schemas import OrganisationIn, OrganisationOut, OrganisationPage
from contacts.selectors.organisations import organisations_in_full, search_organisations
from contacts.services.organisations import add_organisation

router = Router()


@router.get(
    "/organisations",
    auth=Bearer("contacts:read", permission="contacts.view_organisation"),
    response=OrganisationPage,
    summary="Organisations, oldest first",
)
def list_organisations(
    request: HttpRequest,
    q: str = "",
    member: bool | None = None,
    theme: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """`q` looks in names and aliases; `member` is about today."""
    found = search_organisations(text=q, member=member, theme_slug=theme, day=timezone.localdate())
    return page(organisations_in_full(found), cursor=cursor, limit=limit)


@router.get(
    "/organisations/{int:organisation_id}",
    auth=Bearer("contacts:read", permission="contacts.view_organisation"),
    response=OrganisationOut,
    summary="One organisation",
)
def get_organisation(request: HttpRequest, organisation_id: int) -> Organisation:
    return _organisation(organisation_id)


@router.post(
    "/organisations",
    auth=Bearer("contacts:write", permission="contacts.add_organisation"),
    response={201: OrganisationOut},
    summary="Add an organisation",
)
def create_organisation(request: HttpRequest, payload: OrganisationIn) -> Status[Any]:
    """409 when the name is taken; nothing changes then."""
    try:
        organisation = add_organisation(now=timezone.now(), **payload.model_dump())
    except NameMissing as error:
        raise field_problem("name", error.code, str(error)) from error
    except DomainInvalid as error:
        raise field_problem("mail_domains", error.code, str(error)) from error
    except ReferenceUnknown as error:
        raise field_problem("themes", error.code, str(error)) from error
    except NameTaken as error:
        raise Problem(
            status=409,
            code=error.code,
            detail=str(error),
            errors=[{"field": "name", "code": error.code, "message": str(error)}],
        ) from error
    return Status(201, _organisation(organisation.pk))


def _organisation(organisation_id: int) -> Organisation:
    return get_object_or_404(organisations_in_full(Organisation.objects.all()), pk=organisation_id)

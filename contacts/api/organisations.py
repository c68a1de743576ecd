"""Organisations over the HTTP API, and the periods in which they are members."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Status

from base.auth import Bearer
from base.cursors import page
from contacts.api.refusals import refusals_as_problems
from contacts.models import Membership, Organisation
from contacts.schemas.organisations import (
    MembershipIn,
    MembershipPage,
    OneMembershipOut,
    OrganisationFilters,
    OrganisationIn,
    OrganisationOut,
    OrganisationPage,
    OrganisationPatch,
)
from contacts.selectors.organisations import narrowed_organisations, organisations_in_full
from contacts.services.memberships import add_membership, change_membership
from contacts.services.organisations import add_organisation, update_organisation

router = Router()

reader = Bearer("contacts:read", permission="contacts.view_organisation")
writer = Bearer("contacts:write", permission="contacts.change_organisation")


@router.get(
    "/organisations", auth=reader, response=OrganisationPage, summary="Organisations, oldest first"
)
def list_organisations(
    request: HttpRequest,
    filters: Query[OrganisationFilters],
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """`q` looks in names, aliases and mail domains; `member` is about today."""
    found = narrowed_organisations(day=timezone.localdate(), **filters.model_dump())
    return page(organisations_in_full(found), cursor=cursor, limit=limit)


@router.get(
    "/organisations/{int:organisation_id}",
    auth=reader,
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
    values = payload.model_dump(exclude_unset=True)
    values["memberships"] = [each.model_dump() for each in payload.memberships]
    with refusals_as_problems(valid_from="memberships", valid_until="memberships"):
        organisation = add_organisation(by=request.user, now=timezone.now(), **values)
    return Status(201, _organisation(organisation.pk))


@router.patch(
    "/organisations/{int:organisation_id}",
    auth=writer,
    response=OrganisationOut,
    summary="Change an organisation",
)
def change_organisation(
    request: HttpRequest, organisation_id: int, payload: OrganisationPatch
) -> Organisation:
    """What is left out stays; a list replaces the whole list. 409 when the name is taken."""
    with refusals_as_problems():
        update_organisation(
            organisation_id=organisation_id,
            by=request.user,
            now=timezone.now(),
            **payload.model_dump(exclude_unset=True),
        )
    return _organisation(organisation_id)


@router.get(
    "/organisations/{int:organisation_id}/memberships",
    auth=reader,
    response=MembershipPage,
    summary="The periods in which an organisation is, was or will be a member",
)
def list_memberships(
    request: HttpRequest, organisation_id: int, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    organisation = get_object_or_404(Organisation, pk=organisation_id)
    rows = Membership.objects.filter(organisation=organisation)
    return page(rows, cursor=cursor, limit=limit)


@router.post(
    "/organisations/{int:organisation_id}/memberships",
    auth=writer,
    response={201: OneMembershipOut},
    summary="Add a period of membership",
)
def create_membership(
    request: HttpRequest, organisation_id: int, payload: MembershipIn
) -> Status[Any]:
    """409 when it shares a day with another period of the organisation."""
    get_object_or_404(Organisation, pk=organisation_id)
    with refusals_as_problems():
        membership = add_membership(
            organisation_id=organisation_id,
            by=request.user,
            now=timezone.now(),
            **payload.model_dump(),
        )
    return Status(201, membership)


@router.patch(
    "/memberships/{int:membership_id}",
    auth=writer,
    response=OneMembershipOut,
    summary="Change a period of membership, or end it",
)
def patch_membership(request: HttpRequest, membership_id: int, payload: MembershipIn) -> Membership:
    """What is left out stays; `valid_until` is the last day of the membership."""
    with refusals_as_problems():
        return change_membership(
            membership_id=membership_id,
            by=request.user,
            now=timezone.now(),
            **payload.model_dump(exclude_unset=True),
        )


def _organisation(organisation_id: int) -> Organisation:
    return get_object_or_404(organisations_in_full(Organisation.objects.all()), pk=organisation_id)

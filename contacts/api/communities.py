"""Communities over the HTTP API."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from base.auth import Bearer
from base.cursors import page
from contacts.api.refusals import refusals_as_problems
from contacts.models import Community
from contacts.schemas.communities import (
    CommunityIn,
    CommunityList,
    CommunityOut,
    CommunityPatch,
)
from contacts.selectors.communities import communities_in_full, search_communities
from contacts.services.communities import create_community, update_community

router = Router()


@router.get(
    "/communities",
    auth=Bearer("contacts:read", permission="contacts.view_community"),
    response=CommunityList,
    summary="Communities, oldest first",
)
def list_communities(
    request: HttpRequest,
    q: str = "",
    theme: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """`q` looks in the names of communities and of their organisations."""
    found = search_communities(text=q, theme_slug=theme)
    return page(communities_in_full(found, timezone.localdate()), cursor=cursor, limit=limit)


@router.get(
    "/communities/{int:community_id}",
    auth=Bearer("contacts:read", permission="contacts.view_community"),
    response=CommunityOut,
    summary="One community",
)
def get_community(request: HttpRequest, community_id: int) -> Community:
    return _community(community_id)


@router.post(
    "/communities",
    auth=Bearer("contacts:write", permission="contacts.add_community"),
    response={201: CommunityOut},
    summary="Add a community",
)
def add_community(request: HttpRequest, payload: CommunityIn) -> Status[Any]:
    with refusals_as_problems():
        made = create_community(by=request.user, now=timezone.now(), **payload.model_dump())
    return Status(201, _community(made.pk))


@router.patch(
    "/communities/{int:community_id}",
    auth=Bearer("contacts:write", permission="contacts.change_community"),
    response=CommunityOut,
    summary="Change a community",
)
def change_community(request: HttpRequest, community_id: int, payload: CommunityPatch) -> Community:
    """What is left out stays; a list replaces the whole list."""
    community = get_object_or_404(Community, pk=community_id)
    sent = {
        name: each
        for name, each in payload.model_dump().items()
        if name in payload.model_fields_set
    }
    given = {name: each for name, each in sent.items() if each is not None or name == "theme"}
    with refusals_as_problems():
        update_community(community=community, by=request.user, now=timezone.now(), **given)
    return _community(community_id)


def _community(community_id: int) -> Community:
    found = communities_in_full(Community.objects.all(), timezone.localdate())
    return get_object_or_404(found, pk=community_id)

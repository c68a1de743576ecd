"""Themes over the HTTP API."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from base.auth import Bearer
from base.cursors import page
from contacts.api.refusals import refusals_as_problems
from contacts.models import Theme
from contacts.schemas.themes import ThemeIn, ThemeOut, ThemePage, ThemePatch
from contacts.services import themes

router = Router()

reader = Bearer("contacts:read", permission="contacts.view_theme")


@router.get("/themes", auth=reader, response=ThemePage, summary="Themes, oldest first")
def list_themes(
    request: HttpRequest, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    return page(Theme.objects.select_related("parent"), cursor=cursor, limit=limit)


@router.get("/themes/{int:theme_id}", auth=reader, response=ThemeOut, summary="One theme")
def get_theme(request: HttpRequest, theme_id: int) -> Theme:
    return get_object_or_404(Theme, pk=theme_id)


@router.post(
    "/themes",
    auth=Bearer("contacts:write", permission="contacts.add_theme"),
    response={201: ThemeOut},
    summary="Add a theme",
)
def create_theme(request: HttpRequest, payload: ThemeIn) -> Status[Any]:
    """The slug, by which audiences and pages refer to it, is made from the name and stays."""
    with refusals_as_problems(name="name_nl"):
        theme = themes.create_theme(by=request.user, now=timezone.now(), **payload.model_dump())
    return Status(201, theme)


@router.patch(
    "/themes/{int:theme_id}",
    auth=Bearer("contacts:write", permission="contacts.change_theme"),
    response=ThemeOut,
    summary="Change a theme",
)
def change_theme(request: HttpRequest, theme_id: int, payload: ThemePatch) -> Theme:
    """What is left out stays; a theme cannot lie below itself."""
    theme = get_object_or_404(Theme, pk=theme_id)
    with refusals_as_problems(name="name_nl"):
        return themes.update_theme(
            theme=theme,
            by=request.user,
            now=timezone.now(),
            **payload.model_dump(exclude_unset=True),
        )

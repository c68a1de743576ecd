"""Themes, as the HTTP API takes and gives them."""

from typing import Annotated

from ninja import Schema
from pydantic import StringConstraints

from base.schemas import StrictSchema
from contacts.models import Theme
from contacts.schemas.fields import Text60, Text120


class ThemePatch(StrictSchema):
    """What can be changed; `parent` is the slug of another theme. The slug itself stays."""

    name_nl: Annotated[Text120, StringConstraints(min_length=1)] = ""
    name_en: Text120 = ""
    parent: Text60 | None = None


class ThemeIn(ThemePatch):
    name_nl: Annotated[Text120, StringConstraints(min_length=1)]


class ThemeOut(Schema):
    id: int
    slug: str
    name_nl: str
    name_en: str
    parent: str | None

    @staticmethod
    def resolve_parent(theme: Theme) -> str | None:
        return theme.parent.slug if theme.parent else None


class ThemePage(Schema):
    items: list[ThemeOut]
    next: str | None
    count: int

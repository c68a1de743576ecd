"""Themes: a small tree on which organisations work."""

from datetime import datetime
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from contacts.errors import NameMissing, ReferenceUnknown
from contacts.models import Theme
from contacts.services.memberships import Colleague
from contacts.services.organisations import check_parent, free_slug


@transaction.atomic
def create_theme(
    *, name_nl: str, name_en: str, parent: str | None, by: Colleague, now: datetime
) -> Theme:
    """Make a theme; `parent` is a slug. Its own slug, which others refer to, is made once.

    Raises NameMissing and ReferenceUnknown.
    """
    theme = Theme(name_nl=_named(name_nl), name_en=name_en, parent=_parent(parent))
    theme.slug = free_slug(
        name_nl, lambda slug: Theme.objects.filter(slug=slug).exists(), length=50
    )
    theme.save()
    log(instance=theme, action="wagtail.create", user=by, timestamp=now)
    return theme


@transaction.atomic
def update_theme(*, theme: Theme, by: Colleague, now: datetime, **changes: Any) -> Theme:
    """Change a theme; what is not given stays. Raises what `create_theme` does, and TreeLoop."""
    # All of them: a parent that another changes at the same moment could close a loop.
    list(Theme.objects.select_for_update().order_by("id"))
    if "name_nl" in changes:
        theme.name_nl = _named(changes["name_nl"])
    if "name_en" in changes:
        theme.name_en = changes["name_en"]
    if "parent" in changes:
        parent = _parent(changes["parent"])
        check_parent(theme, parent)
        theme.parent = parent
    theme.save()
    log(instance=theme, action="wagtail.edit", user=by, timestamp=now)
    return theme


def _named(name: str) -> str:
    if not name:
        raise NameMissing
    return name


def _parent(slug: str | None) -> Theme | None:
    if slug is None:
        return None
    found = Theme.objects.filter(slug=slug).first()
    if found is None:
        raise ReferenceUnknown([slug], field="parent")
    return found

"""What is said of many organisations at once."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from contacts.enums import Tier
from contacts.models import Community, Organisation, Theme
from contacts.services.audit import Author, Note, note_changes
from contacts.services.communities import place_organisations


@transaction.atomic
def add_theme(*, organisation_ids: Collection[int], theme: Theme, by: Author, now: datetime) -> int:
    """Let the organisations work on the theme; some hundreds at once. Returns how many are new."""
    found = Organisation.objects.filter(pk__in=organisation_ids).exclude(themes=theme)
    new = list(found.order_by("pk"))
    Organisation.themes.through.objects.bulk_create(
        Organisation.themes.through(organisation=each, theme=theme) for each in new
    )
    return _noted(new, by, now)


@transaction.atomic
def mark_reviewed(*, organisation_ids: Collection[int], by: Author, now: datetime) -> int:
    """Say that somebody has looked at the organisations. Returns of how many that was not said."""
    found = Organisation.objects.select_for_update().filter(pk__in=organisation_ids)
    new = list(found.filter(reviewed=False).order_by("pk"))
    Organisation.objects.filter(pk__in=[each.pk for each in new]).update(reviewed=True)
    return _noted(new, by, now)


@transaction.atomic
def place_in_tier(
    *,
    organisation_ids: Collection[int],
    community: Community,
    tier: Tier | str,
    by: Author,
    now: datetime,
) -> int:
    """Place the organisations in a tier of a community. Returns how many were not there already."""
    here = Organisation.objects.filter(pk__in=organisation_ids).exclude(
        communities__in=community.places.filter(tier=tier)
    )
    new = list(here.order_by("pk"))
    place_organisations(community=community, organisations=new, tier=tier, now=now)
    return _noted(new, by, now)


def _noted(organisations: Collection[Organisation], by: Author, now: datetime) -> int:
    note_changes((Note(each, "wagtail.edit") for each in organisations), by=by, now=now)
    return len(organisations)

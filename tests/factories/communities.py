"""Communities with organisations, the people named in them, and the log of contacts."""

from itertools import count
from typing import Any

from contacts.models import (
    Community,
    CommunityOrganisation,
    CommunityRepresentative,
    Contact,
    ContactMoment,
    Organisation,
)
from tests.factories.contacts import NOW, TODAY, make_organisation

_number = count(1)


def make_community(**overrides: Any) -> Community:
    n = next(_number)
    return Community.objects.create(
        **{"name": f"Community {n}", "slug": f"community-{n}"} | overrides
    )


def make_place(
    community: Community,
    organisation: Organisation | None = None,
    tier: str = "core",
    **values: Any,
) -> CommunityOrganisation:
    return CommunityOrganisation.objects.create(
        community=community, organisation=organisation or make_organisation(), tier=tier, **values
    )


def make_named(
    community: Community, contact: Contact, organisation: Organisation
) -> CommunityRepresentative:
    return CommunityRepresentative.objects.create(
        community=community, contact=contact, organisation=organisation
    )


def make_moment(**overrides: Any) -> ContactMoment:
    values = {"happened_on": TODAY, "kind": "phone", "text": "Gebeld.", "created_at": NOW}
    return ContactMoment.objects.create(**values | overrides)

"""What the HTTP API takes and gives of communities."""

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from base.schemas import RowId, StrictSchema
from contacts.enums import Tier
from contacts.models import Community
from contacts.schemas.fields import Text60

#: The name of a community, on one line.
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Description = Annotated[str, StringConstraints(max_length=10_000)]


class PlaceIn(StrictSchema):
    """An organisation, by its id, and how close it stands to the community."""

    organisation: RowId
    tier: Tier = Tier.CORE
    since: date | None = None


class RepresentativeIn(StrictSchema):
    """A person, by their id, who speaks in the community for an organisation of it."""

    contact: RowId
    organisation: RowId | None = Field(
        None, description="May be left out when the person speaks for only one of them."
    )


class CommunityPatch(StrictSchema):
    """What may be changed of a community; what is left out stays. A list replaces the whole list.

    A person who is named for an organisation that leaves is no longer named.
    """

    name: Name | None = None
    theme: Text60 | None = Field(None, description="Slug of a theme, or null for none.")
    description: Description | None = None
    organisations: list[PlaceIn] | None = Field(None, max_length=1000)
    representatives: list[RepresentativeIn] | None = Field(None, max_length=1000)


class CommunityIn(StrictSchema):
    name: Name
    theme: Text60 | None = None
    description: Description = ""
    organisations: list[PlaceIn] = Field(default_factory=list, max_length=1000)
    representatives: list[RepresentativeIn] = Field(default_factory=list, max_length=1000)


class PlaceOut(Schema):
    organisation: int
    name: str
    country: str
    tier: Tier
    since: date | None


class RepresentativeOut(Schema):
    contact: int
    name: str
    organisation: int


class FiguresOut(Schema):
    """Counted today. `people` speak in the community: who is named, else who speaks for it."""

    organisations: int
    core: int
    extended: int
    partner: int
    countries: int
    people: int


class CommunityOut(Schema):
    id: int
    name: str
    slug: str
    theme: str | None
    description: str
    counts: FiguresOut
    organisations: list[PlaceOut]
    representatives: list[RepresentativeOut]

    @staticmethod
    def resolve_theme(community: Community) -> str | None:
        return community.theme.slug if community.theme else None

    @staticmethod
    def resolve_counts(community: Any) -> dict[str, int]:
        by_tier = {str(tier): getattr(community, f"{tier}_count") for tier in Tier}
        return by_tier | {
            "organisations": community.organisation_count,
            "countries": community.country_count,
            "people": community.people_count,
        }

    @staticmethod
    def resolve_organisations(community: Any) -> list[dict[str, Any]]:
        return [
            {
                "organisation": place.organisation_id,
                "name": place.organisation.name,
                "country": place.organisation.country,
                "tier": place.tier,
                "since": place.since,
            }
            for place in community.listed_places
        ]

    @staticmethod
    def resolve_representatives(community: Any) -> list[dict[str, Any]]:
        return [
            {
                "contact": each.contact_id,
                "name": str(each.contact),
                "organisation": each.organisation_id,
            }
            for each in community.listed_representatives
        ]


class CommunityList(Schema):
    items: list[CommunityOut]
    next: str | None
    count: int

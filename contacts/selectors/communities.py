"""Communities: who speaks in them on a day, and their figures: counted, never typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from contacts.enums import Tier
from contacts.models import (
    Community,
    CommunityOrganisation,
    CommunityRepresentative,
    Contact,
    OrganisationAlias,
)
from contacts.names import name_key
from contacts.selectors.representation import spoken_on

_PLACES = CommunityOrganisation.objects.select_related("organisation").order_by(
    "organisation__name_key"
)
_NAMED = CommunityRepresentative.objects.select_related("contact", "organisation").order_by(
    "contact__sort_key", "id"
)


def speaking(day: date) -> QuerySet[Any]:
    """Who speaks in a community on `day`: the representations of organisations that are in one.

    For an organisation speak the people who are named for it in that community. Where none is
    named, or none of those named speaks for it any more, everybody who speaks for it does.
    A representation comes once for each community, as `community` (its id) and `tier`.
    """
    named = CommunityRepresentative.objects.filter(
        community=OuterRef("community"), organisation=OuterRef("organisation")
    )
    still = spoken_on(day).filter(
        contact=OuterRef("contact"), organisation=OuterRef("organisation")
    )
    return (
        spoken_on(day)
        .annotate(
            community=F("organisation__communities__community"),
            tier=F("organisation__communities__tier"),
        )
        .filter(community__isnull=False)
        .filter(
            Exists(named.filter(contact=OuterRef("contact"))) | ~Exists(named.filter(Exists(still)))
        )
    )


def spoken_by(
    *, contact_ids: Iterable[int], organisation_ids: Iterable[int], day: date
) -> dict[int, set[int]]:
    """Return, by person, for which of these organisations they speak on `day`. One query."""
    found: dict[int, set[int]] = {}
    rows = spoken_on(day).filter(
        contact__in=list(contact_ids), organisation__in=list(organisation_ids)
    )
    for contact_id, organisation_id in rows.values_list("contact_id", "organisation_id"):
        found.setdefault(contact_id, set()).add(organisation_id)
    return found


def counted(communities: QuerySet[Community], day: date) -> QuerySet[Community]:
    """The same communities with their figures, in the same query.

    `core_count`, `extended_count` and `partner_count` are organisations in that tier,
    `organisation_count` in any; `country_count` is their countries; `people_count` is who speaks
    in the community on `day` (`speaking`).
    """
    places = CommunityOrganisation.objects.filter(community=OuterRef("pk"))
    by_tier = {f"{tier}_count": _number(places.filter(tier=tier)) for tier in Tier}
    return communities.annotate(
        **by_tier,
        organisation_count=_number(places),
        country_count=_number(places, "organisation__country"),
        people_count=_number(speaking(day).filter(community=OuterRef("pk")), "contact"),
    )


def _number(rows: QuerySet[Any], of: str = "pk") -> Coalesce:
    """The number of different values among the rows of one community, 0 without any.

    A query of its own inside the query: joined, each figure would be counted once per place.
    """
    counting = rows.order_by().values("community").annotate(number=Count(of, distinct=True))
    return Coalesce(Subquery(counting.values("number"), output_field=IntegerField()), 0)


def communities_in_full(communities: QuerySet[Community], day: date) -> QuerySet[Community]:
    """The same communities with all that the API tells of them: two more queries.

    Organisations and people stand by the alphabet, members and others alike.
    """
    return (
        counted(communities, day)
        .select_related("theme")
        .prefetch_related(
            Prefetch("places", _PLACES, to_attr="listed_places"),
            Prefetch("representatives", _NAMED, to_attr="listed_representatives"),
        )
    )


def search_communities(*, text: str, theme_slug: str) -> QuerySet[Community]:
    """Communities with the text in their name, or in that of one of their organisations."""
    found = Community.objects.all()
    if key := name_key(text):
        aliases = OrganisationAlias.objects.filter(name_key__contains=key)
        places = CommunityOrganisation.objects.filter(
            Q(organisation__name_key__contains=key)
            | Q(organisation__in=aliases.values("organisation"))
        )
        found = found.filter(
            Q(name__icontains=text.strip()[:200]) | Q(pk__in=places.values("community"))
        )
    if theme_slug:
        found = found.filter(theme__slug=theme_slug)
    return found


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody named for an organisation. `speaks` is False when they do so no longer."""

    contact: Contact
    function: str
    speaks: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """An organisation of a community with the people named for it."""

    place: CommunityOrganisation
    named: list[Voice]


def seats(community: Community, day: date) -> dict[Tier, list[Seat]]:
    """Return the organisations by tier, each by the alphabet, with who is named for them.

    Members and others stand alike. Three queries.
    """
    functions = {
        (row.contact_id, row.organisation_id): row.function
        for row in spoken_on(day).filter(organisation__communities__community=community)
    }
    voices: dict[int, list[Voice]] = {}
    for row in _NAMED.filter(community=community):
        key = (row.contact_id, row.organisation_id)
        voice = Voice(row.contact, functions.get(key, ""), key in functions)
        voices.setdefault(row.organisation_id, []).append(voice)
    found: dict[Tier, list[Seat]] = {tier: [] for tier in Tier}
    for place in _PLACES.filter(community=community):
        found[Tier(place.tier)].append(Seat(place, voices.get(place.organisation_id, [])))
    return found

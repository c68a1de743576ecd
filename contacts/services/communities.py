"""Communities: their organisations in tiers, and the people named to speak for these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.enums import ContactAct, Tier
from contacts.errors import NameMissing, PlacedTwice, ReferenceUnknown, RepresentativeInvalid
from contacts.models import (
    Community,
    CommunityOrganisation,
    CommunityRepresentative,
    Contact,
    Organisation,
    Theme,
)
from contacts.selectors.communities import spoken_by
from contacts.services.audit import Author, Note, note_changes
from contacts.services.organisations import free_slug

#: Who is named for which organisation: (id of the contact, id of the organisation).
Named = frozenset[tuple[int, int]]


def assign_community_name(community: Community, name: str) -> None:
    """Set the name of an unsaved change; its slug, which audiences refer to, is made once.

    Raises NameMissing.
    """
    community.name = " ".join(name.split())
    if not community.name:
        raise NameMissing
    community.slug = community.slug or free_slug(
        community.name, lambda slug: Community.objects.filter(slug=slug).exists(), length=60
    )


@transaction.atomic
def create_community(
    *,
    name: str,
    theme: str | None = None,
    description: str = "",
    organisations: Sequence[Mapping[str, Any]] = (),
    representatives: Sequence[Mapping[str, Any]] = (),
    by: Author = None,
    now: datetime,
) -> Community:
    """Make a community; raises what `update_community` raises, which says what is given how."""
    community = Community()
    assign_community_name(community, name)
    return update_community(
        community=community,
        by=by,
        now=now,
        theme=theme,
        description=description,
        organisations=organisations,
        representatives=representatives,
    )


@transaction.atomic
def update_community(
    *, community: Community, by: Author = None, now: datetime, **changes: Any
) -> Community:
    """Change a community; what is not given stays.

    `theme` is a slug or None. `organisations` ({organisation, tier, since}) and `representatives`
    ({contact, organisation or None}), all by their ids, take the place of those there were. When
    only organisations are given, who was named for one that leaves is no longer named.

    Raises NameMissing, ReferenceUnknown, PlacedTwice, RepresentativeInvalid, or ValidationError on
    other fields.
    """
    if "name" in changes:
        assign_community_name(community, changes["name"])
    if "theme" in changes:
        community.theme = _theme(changes["theme"])
    if "description" in changes:
        community.description = changes["description"]
    community.full_clean(validate_unique=False, validate_constraints=False)
    community.save()
    before = named_in(community)
    if "organisations" in changes:
        _place(community, changes["organisations"])
    if "representatives" in changes:
        _name(community, changes["representatives"], timezone.localdate(now))
    note_representatives(community=community, before=before, by=by, now=now)
    return community


@transaction.atomic
def place_organisations(
    *,
    community: Community,
    organisations: Collection[Organisation],
    tier: Tier | str,
    now: datetime,
) -> int:
    """Place organisations in a tier; one that is in another tier moves. Returns how many did."""
    Community.objects.select_for_update().get(pk=community.pk)  # one at a time, or both would add
    known = set(
        CommunityOrganisation.objects.filter(
            community=community, organisation__in=organisations
        ).values_list("organisation", flat=True)
    )
    moved = (
        CommunityOrganisation.objects.filter(community=community, organisation__in=organisations)
        .exclude(tier=tier)
        .update(tier=tier)
    )
    new = [
        CommunityOrganisation(
            community=community, organisation=each, tier=tier, since=timezone.localdate(now)
        )
        for each in organisations
        if each.pk not in known
    ]
    return moved + len(CommunityOrganisation.objects.bulk_create(new))


def named_in(community: Community) -> Named:
    """Who is named in the community as it is stored."""
    rows = CommunityRepresentative.objects.filter(community=community)
    return frozenset(rows.values_list("contact_id", "organisation_id"))


def organisation_to_name(
    *, person: str, chosen: int | None, places: Mapping[int, str], spoken: Collection[int]
) -> int:
    """Return the organisation for which somebody is to be named: the chosen one, or their only one.

    `places` are the organisations of the community, names by id; `spoken` is for which of them the
    person speaks. Raises RepresentativeInvalid. Pure: it decides, and asks nothing.
    """
    candidates = [each for each in spoken if chosen in (None, each)]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        names = ", ".join(sorted(places[each] for each in candidates))
        raise RepresentativeInvalid(
            _("%(person)s speaks for several organisations here: %(names)s. Choose which.")
            % {"person": person, "names": names}
        )
    if chosen is None:
        raise RepresentativeInvalid(
            _(
                "%(person)s speaks for no organisation of this community. Add the organisation to "
                "the community, or to the page of the person."
            )
            % {"person": person}
        )
    if chosen not in places:
        raise RepresentativeInvalid(
            _(
                "%(person)s can only be named for an organisation of this community. Add it to the "
                "organisations, or choose another."
            )
            % {"person": person}
        )
    raise RepresentativeInvalid(
        _("%(person)s does not speak for %(organisation)s. Add it to the page of the person first.")
        % {"person": person, "organisation": places[chosen]}
    )


@transaction.atomic
def note_representatives(*, community: Community, before: Named, by: Author, now: datetime) -> None:
    """Note in the audit log who is named now and was not before, and the other way round."""
    after = named_in(community)
    changed = before ^ after
    people = Contact.objects.in_bulk({contact_id for contact_id, _organisation in changed})
    names = Organisation.objects.in_bulk({organisation_id for _contact, organisation_id in changed})
    notes = []
    for contact_id, organisation_id in sorted(changed):
        words = f"{community.name} ({names[organisation_id].name})"
        pair = (None, words) if (contact_id, organisation_id) in after else (words, None)
        notes.append(Note(people[contact_id], ContactAct.COMMUNITY, {"communities": pair}))
    note_changes(notes, by=by, now=now)


def _theme(slug: str | None) -> Theme | None:
    if not slug:
        return None
    found = Theme.objects.filter(slug=slug).first()
    if found is None:
        raise ReferenceUnknown([slug], field="theme")
    return found


def _place(community: Community, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Let these be the organisations of the community, and drop who was named for another."""
    organisations = Organisation.objects.in_bulk([each["organisation"] for each in wanted])
    known = {row.organisation_id: row for row in _rows(community)}
    seen: set[int] = set()
    for each in wanted:
        organisation_id = each["organisation"]
        if organisation_id not in organisations:
            raise ReferenceUnknown([str(organisation_id)], field="organisations")
        if organisation_id in seen:
            raise PlacedTwice(organisations[organisation_id].name)
        seen.add(organisation_id)
        row = known.get(organisation_id) or CommunityOrganisation(
            community=community, organisation_id=organisation_id
        )
        row.tier, row.since = each["tier"], each["since"]
        row.save()
    _rows(community).exclude(organisation__in=seen).delete()
    CommunityRepresentative.objects.filter(community=community).exclude(
        organisation__in=seen
    ).delete()


def _name(community: Community, wanted: Sequence[Mapping[str, Any]], day: date) -> None:
    """Let these be the people named in the community. Who was named already is not asked again."""
    known = named_in(community)
    places = {row.organisation_id: row.organisation.name for row in _rows(community)}
    people = Contact.objects.present().in_bulk([each["contact"] for each in wanted])
    if missing := sorted({each["contact"] for each in wanted} - people.keys()):
        raise ReferenceUnknown([str(each) for each in missing], field="representatives")
    spoken = spoken_by(contact_ids=people, organisation_ids=places, day=day)
    pairs = {
        (each["contact"], each["organisation"])
        if (each["contact"], each["organisation"]) in known and each["organisation"] in places
        else (
            each["contact"],
            organisation_to_name(
                person=str(people[each["contact"]]),
                chosen=each["organisation"],
                places=places,
                spoken=spoken.get(each["contact"], ()),
            ),
        )
        for each in wanted
    }
    for contact_id, organisation_id in known - pairs:
        CommunityRepresentative.objects.filter(
            community=community, contact=contact_id, organisation=organisation_id
        ).delete()
    CommunityRepresentative.objects.bulk_create(
        CommunityRepresentative(
            community=community, contact_id=contact_id, organisation_id=organisation_id
        )
        for contact_id, organisation_id in sorted(pairs - known)
    )


def _rows(community: Community) -> Any:
    return CommunityOrganisation.objects.filter(community=community).select_related("organisation")

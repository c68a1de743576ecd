"""Many people at once named to speak in a community."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from contacts.models import Community, CommunityOrganisation, CommunityRepresentative
from contacts.selectors.communities import spoken_by
from contacts.services.audit import Author
from contacts.services.communities import named_in, note_representatives


@transaction.atomic
def name_people(
    *, community: Community, contact_ids: Collection[int], by: Author, now: datetime
) -> int:
    """Name people for each organisation of the community for which they speak today.

    Some hundreds at once. Who speaks for none of them is passed over. Returns how many people were
    not named so already.
    """
    before = named_in(community)
    places = CommunityOrganisation.objects.filter(community=community)
    spoken = spoken_by(
        contact_ids=contact_ids,
        organisation_ids=places.values_list("organisation_id", flat=True),
        day=timezone.localdate(now),
    )
    new = {(who, place) for who, found in spoken.items() for place in found} - before
    CommunityRepresentative.objects.bulk_create(
        (
            CommunityRepresentative(community=community, contact_id=who, organisation_id=place)
            for who, place in sorted(new)
        ),
        ignore_conflicts=True,  # named by somebody else at the same moment
    )
    note_representatives(community=community, before=before, by=by, now=now)
    return len({who for who, _place in new})

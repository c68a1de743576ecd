"""How rows of this room are brought to one, where filling in what is empty does not do."""

from datetime import datetime

from contacts.enums import RepresentationRole, Tier
from contacts.models import CommunityOrganisation, Representation
from contacts.services.merging.following import absorb
from contacts.services.merging.steps import Steps

_ROLES = list(RepresentationRole)
_TIERS = list(Tier)


def settle_representations(
    *, kept: Representation, gone: Representation, steps: Steps, now: datetime
) -> None:
    """The person speaks for the organisation since the first of both, in the first of the roles."""
    starts = (kept.valid_from, gone.valid_from)
    since = min(day for day in starts if day) if all(starts) else None
    role = min(kept.role, gone.role, key=lambda role: _ROLES.index(RepresentationRole(role)))
    absorb(kept=kept, gone=gone, steps=steps, now=now)
    steps.change(kept, valid_from=since, role=role)


def settle_places(
    *, kept: CommunityOrganisation, gone: CommunityOrganisation, steps: Steps, now: datetime
) -> None:
    """The organisation stands in the innermost tier of both, since the first day of both."""
    tier = min(kept.tier, gone.tier, key=lambda tier: _TIERS.index(Tier(tier)))
    days = [day for day in (kept.since, gone.since) if day]
    absorb(kept=kept, gone=gone, steps=steps, now=now)
    steps.change(kept, tier=tier, since=min(days, default=None))

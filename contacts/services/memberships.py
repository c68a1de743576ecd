"""Periods in which an organisation is a member."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from wagtail.log_actions import log

from contacts.errors import PeriodOverlaps, PeriodReversed, ReferenceUnknown
from contacts.models import Membership, Organisation
from contacts.models.periods import PeriodQuerySet

#: Who changed it, for the log; None is the system.
Colleague = AbstractBaseUser | AnonymousUser | None


@transaction.atomic
def add_membership(
    *,
    organisation_id: int,
    kind: str,
    valid_from: date | None,
    valid_until: date | None,
    by: Colleague,
    now: datetime,
) -> Membership:
    """Add a period of an organisation. Raises ReferenceUnknown, PeriodReversed, PeriodOverlaps."""
    membership = Membership(
        organisation=_held(organisation_id),
        kind=kind,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return _saved(membership, by, now)


@transaction.atomic
def change_membership(
    *, membership_id: int, by: Colleague, now: datetime, **changes: Any
) -> Membership:
    """Change a period; what is not given stays. Raises what `add_membership` raises."""
    membership = Membership.objects.filter(pk=membership_id).first()
    if membership is None:
        raise ReferenceUnknown([str(membership_id)])
    membership.organisation = _held(membership.organisation_id)
    for name, value in changes.items():
        setattr(membership, name, value)
    return _saved(membership, by, now)


def check_period(others: PeriodQuerySet, first: date | None, last: date | None) -> None:
    """Raise PeriodReversed, or PeriodOverlaps when one of `others` shares a day with the period."""
    if first and last and last < first:
        raise PeriodReversed
    for other in others.overlapping(first, last).order_by("id")[:1]:
        raise PeriodOverlaps(other.valid_from, other.valid_until)


def _held(organisation_id: int) -> Organisation:
    """Return the organisation, held so that two periods are not added at the same moment."""
    found = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if found is None:
        raise ReferenceUnknown([str(organisation_id)], field="organisation")
    return found


def _saved(membership: Membership, by: Colleague, now: datetime) -> Membership:
    others = Membership.objects.filter(organisation=membership.organisation)
    check_period(others.exclude(pk=membership.pk), membership.valid_from, membership.valid_until)
    membership.save()
    log(instance=membership.organisation, action="wagtail.edit", user=by, timestamp=now)
    return membership

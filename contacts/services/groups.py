"""Opt-in groups: a person joins and leaves by their own act."""

from datetime import datetime

from django.db import transaction

from contacts.enums import Source
from contacts.errors import GroupClosed
from contacts.models import Contact, OptInGroup
from contacts.selectors.groups import may_join
from contacts.services.suppressions import resubscribe, unsubscribe


@transaction.atomic
def join_group(
    *, contact: Contact, group: OptInGroup, source: Source | str, language: str, now: datetime
) -> None:
    """Put the person in the group by their own act; the wording they saw is kept with it.

    Lifts their own leaving of this group, and of no other. Raises GroupClosed.
    """
    if not may_join(group, contact):
        raise GroupClosed
    resubscribe(
        contact=contact,
        purpose=group.purpose,
        topic=group.slug,
        source=source,
        wording=group.wording(language),
        now=now,
    )


@transaction.atomic
def leave_group(
    *, contact: Contact, group: OptInGroup, source: Source | str, now: datetime
) -> None:
    """Take the person out of the group by their own act; its mail stops, and no other."""
    unsubscribe(contact=contact, purpose=group.purpose, topic=group.slug, source=source, now=now)

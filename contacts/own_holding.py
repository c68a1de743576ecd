"""What the contact base itself holds of people, answered as any other room answers."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from contacts.holdings import Holding, Settlement
from contacts.models import CommunityOrganisation, Contact, Representation
from contacts.selectors.erasure import consequences_here
from contacts.selectors.happenings import ORGANISATION_SOURCES, PEOPLE_SOURCES
from contacts.selectors.held import PEOPLE_HELD
from contacts.services.forgetting import forget_person
from contacts.services.merging.settlements import settle_places, settle_representations
from contacts.services.retention_rules import RULES, heard_of_here


class ContactBaseHolding(Holding):
    """The person, whom they speak for, consents, notices, contact moments, imports and merges."""

    timeline = PEOPLE_SOURCES
    organisation_timeline = ORGANISATION_SOURCES
    held = PEOPLE_HELD
    retention = RULES
    settlements = {
        Representation: Settlement(
            settle_representations,
            _("speaks for it once, since the first of both, in the first of the roles"),
        ),
        CommunityOrganisation: Settlement(
            settle_places, _("stands in the community once, in the innermost tier of both")
        ),
    }

    def forget(self, contact: Contact, *, now: datetime) -> None:
        forget_person(contact, now=now)

    def erasure_in_words(self, contact_ids: Collection[int], now: datetime) -> Iterable[str]:
        return consequences_here(contact_ids)

    def heard_of(self, since: datetime) -> list[QuerySet[Any]]:
        return heard_of_here(since)

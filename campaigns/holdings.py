"""What this room holds of people: the ledger of every mailing they were considered for."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Delivery
from campaigns.selectors.erasure import consequences_here
from campaigns.selectors.happenings import ORGANISATION_SOURCES, PEOPLE_SOURCES
from campaigns.selectors.held import PEOPLE_HELD
from campaigns.selectors.mailed import PEOPLE_COLUMNS, PEOPLE_FILTERS
from campaigns.services.forgetting import forget_deliveries
from campaigns.services.merging import reopen_delivery, settle_deliveries
from campaigns.services.retention import RULES, heard_of_here
from contacts.holdings import Holding, Settlement
from contacts.models import Contact


class CampaignsHolding(Holding):
    """The deliveries of a person, whether sent or not."""

    timeline = PEOPLE_SOURCES
    organisation_timeline = ORGANISATION_SOURCES
    held = PEOPLE_HELD
    filters = PEOPLE_FILTERS
    columns = PEOPLE_COLUMNS
    retention = RULES
    settlements = {
        Delivery: Settlement(
            settle_deliveries,
            _(
                "the mailing went, or goes, to both: the mail that was sent stays with the person, "
                "and one that still waits is not sent twice"
            ),
            reopen_delivery,
        ),
    }

    def forget(self, contact: Contact, *, now: datetime) -> None:
        forget_deliveries(contact)

    def erasure_in_words(self, contact_ids: Collection[int], now: datetime) -> Iterable[str]:
        return consequences_here(contact_ids)

    def heard_of(self, since: datetime) -> list[QuerySet[Any]]:
        return heard_of_here(since)

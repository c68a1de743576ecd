"""What this room holds of people: invitations, registrations, questions, agreements, answers."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from contacts.holdings import Holding, Settlement
from contacts.models import Contact
from participation.models import (
    Interest,
    Invitation,
    OrganisationInvitation,
    PollAnswer,
    Registration,
)
from participation.selectors.erasure import consequences_here
from participation.selectors.happenings import ORGANISATION_SOURCES, PEOPLE_SOURCES
from participation.selectors.held import PEOPLE_HELD
from participation.selectors.unanswered import PEOPLE_FILTERS
from participation.services.forgetting import forget_participation, lock_sessions_of
from participation.services.merging import (
    reopen_registration,
    settle_interests,
    settle_invitations,
    settle_organisation_invitations,
    settle_poll_answers,
    settle_registrations,
)
from participation.services.retention import RULES, heard_of_here


class ParticipationHolding(Holding):
    """What somebody was asked, signed up for, wants to learn, agreed to and answered to polls."""

    timeline = PEOPLE_SOURCES
    organisation_timeline = ORGANISATION_SOURCES
    held = PEOPLE_HELD
    filters = PEOPLE_FILTERS
    retention = RULES
    settlements = {
        Registration: Settlement(
            settle_registrations,
            _(
                "both are signed up: the sign-up that got furthest stays, with the answers of "
                "both; the other is cancelled without mail, and its seat comes free"
            ),
            reopen_registration,
        ),
        Invitation: Settlement(
            settle_invitations, _("both were invited: one invitation stays, with the answer given")
        ),
        OrganisationInvitation: Settlement(
            settle_organisation_invitations,
            _("both organisations were asked: the first invitation stays"),
        ),
        Interest: Settlement(settle_interests, _("both want to be kept informed: once is enough")),
        PollAnswer: Settlement(
            settle_poll_answers, _("both answered the same poll: what was answered last stays")
        ),
    }

    def lock(self, contact_ids: Collection[int]) -> None:
        lock_sessions_of(contact_ids)

    def forget(self, contact: Contact, *, now: datetime) -> None:
        forget_participation(contact, now=now)

    def erasure_in_words(self, contact_ids: Collection[int], now: datetime) -> Iterable[str]:
        return consequences_here(contact_ids, now)

    def heard_of(self, since: datetime) -> list[QuerySet[Any]]:
        return heard_of_here(since)

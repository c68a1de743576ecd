"""Reads: what can be done about a session, who answered what, who somebody is to us."""

from participation.selectors.applicants import applicant, claims_membership
from participation.selectors.partner import partner_visits
from participation.selectors.registrations import (
    declined,
    has_registration,
    live_registration,
)
from participation.selectors.seats import free_seat, seats_left
from participation.selectors.sessions import day_of, is_dated, phase_by_link, phase_of

__all__ = [
    "applicant",
    "claims_membership",
    "day_of",
    "declined",
    "free_seat",
    "has_registration",
    "is_dated",
    "live_registration",
    "partner_visits",
    "phase_by_link",
    "phase_of",
    "seats_left",
]

"""Writes: everything that contacts answer and organisers decide. Each opens its transaction."""

from participation.services.attendance import import_attendance, mark_attendance
from participation.services.cancellation import cancel_registration
from participation.services.changes import record_missed_changes, send_due_changes
from participation.services.confirmation import confirm_registration, confirm_registrations
from participation.services.decisions import decide_registration
from participation.services.interest import announce_known_dates, note_interest
from participation.services.invitations import (
    decline_invitation,
    invite,
    register_by_link,
    send_colleague,
)
from participation.services.nudging import nudge_unconfirmed
from participation.services.offers import accept_offer, settle_offers
from participation.services.organiser import register_by_organiser
from participation.services.publications import follow_missed_publications
from participation.services.questions import import_questions, update_answers
from participation.services.series import cancel_in_series, register_with_others
from participation.services.sign_up import (
    Typed,
    request_registration,
    request_registrations,
    resend_confirmation,
)
from participation.services.transfer import send_colleague_link

__all__ = [
    "Typed",
    "accept_offer",
    "announce_known_dates",
    "cancel_in_series",
    "cancel_registration",
    "confirm_registration",
    "confirm_registrations",
    "decide_registration",
    "decline_invitation",
    "follow_missed_publications",
    "import_attendance",
    "import_questions",
    "invite",
    "mark_attendance",
    "note_interest",
    "nudge_unconfirmed",
    "record_missed_changes",
    "register_by_link",
    "register_by_organiser",
    "register_with_others",
    "request_registration",
    "request_registrations",
    "resend_confirmation",
    "send_colleague",
    "send_colleague_link",
    "send_due_changes",
    "settle_offers",
    "update_answers",
]

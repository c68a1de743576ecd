"""Writes: everything that contacts answer and organisers decide. Each opens its transaction."""

from participation.services.attendance import import_attendance, mark_attendance
from participation.services.cancellation import cancel_registration
from participation.services.changes import record_missed_changes, send_due_changes
from participation.services.decisions import decide_registration
from participation.services.interest import announce_known_dates, note_interest
from participation.services.invitations import decline_invitation, invite, register_by_link
from participation.services.organiser import register_by_organiser
from participation.services.questions import import_questions, update_answers
from participation.services.sign_up import Typed, confirm_registration, request_registration

__all__ = [
    "Typed",
    "announce_known_dates",
    "cancel_registration",
    "confirm_registration",
    "decide_registration",
    "decline_invitation",
    "import_attendance",
    "import_questions",
    "invite",
    "mark_attendance",
    "note_interest",
    "record_missed_changes",
    "register_by_link",
    "register_by_organiser",
    "request_registration",
    "send_due_changes",
    "update_answers",
]

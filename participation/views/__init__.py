"""Pages of this room: sign-up, the personal link, one's own registration, calendar and join."""

from participation.views.invitation import decline, invitation
from participation.views.partner import partner
from participation.views.registration import (
    confirm,
    join,
    registration,
    registration_ics,
)
from participation.views.sign_up import public_ics, sign_up, thanks

__all__ = [
    "confirm",
    "decline",
    "invitation",
    "join",
    "partner",
    "public_ics",
    "registration",
    "registration_ics",
    "sign_up",
    "thanks",
]

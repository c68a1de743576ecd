"""Pages of this room: sign-up, the personal link, one's own registration, polls, calendar."""

from participation.views.colleague import colleague
from participation.views.confirmation import confirm
from participation.views.feeds import agenda_atom, agenda_ics, agenda_json
from participation.views.invitation import decline, invitation
from participation.views.partner import partner
from participation.views.polls import poll, poll_done
from participation.views.registration import (
    join,
    registration,
    registration_ics,
)
from participation.views.series import registration_series, series_sign_up
from participation.views.sign_up import public_ics, sign_up
from participation.views.thanks import series_thanks, thanks

__all__ = [
    "agenda_atom",
    "agenda_ics",
    "agenda_json",
    "colleague",
    "confirm",
    "decline",
    "invitation",
    "join",
    "partner",
    "poll",
    "poll_done",
    "public_ics",
    "registration",
    "registration_ics",
    "registration_series",
    "series_sign_up",
    "series_thanks",
    "sign_up",
    "thanks",
]

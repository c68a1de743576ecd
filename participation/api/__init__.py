"""HTTP API of this room: sessions, sign-up, one's own registration, polls, an organiser's work."""

from participation.api import agreements, organiser, personal, polls, sessions, sign_up, transfer
from participation.api.routing import router

__all__ = [
    "agreements",
    "organiser",
    "personal",
    "polls",
    "router",
    "sessions",
    "sign_up",
    "transfer",
]

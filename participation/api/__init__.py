"""HTTP API of this room: sessions, sign-up, one's own registration, polls, an organiser's work."""

from participation.api import organiser, personal, polls, sessions, sign_up, transfer
from participation.api.routing import router

__all__ = ["organiser", "personal", "polls", "router", "sessions", "sign_up", "transfer"]

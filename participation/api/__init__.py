"""HTTP API of this room: sessions, sign-up, one's own registration, and the organiser's work."""

from participation.api import agreements, organiser, personal, sessions, sign_up, transfer
from participation.api.routing import router

__all__ = ["agreements", "organiser", "personal", "router", "sessions", "sign_up", "transfer"]

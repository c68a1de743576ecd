"""HTTP API of this room: sessions, sign-up, one's own registration, and the organiser's work."""

from ninja import Router

from participation.api.organiser import router as organiser
from participation.api.personal import router as personal
from participation.api.sessions import router as sessions
from participation.api.sign_up import router as sign_up

router = Router(tags=["participation"])
router.add_router("", sessions)
router.add_router("", sign_up)
router.add_router("", personal)
router.add_router("", organiser)

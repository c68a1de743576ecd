"""HTTP API of this room: people, organisations and imports. Every call needs a token."""

from ninja import Router

from contacts.api.imports import router as imports
from contacts.api.organisations import router as organisations
from contacts.api.people import router as people

router = Router(tags=["contacts"])
router.add_router("", imports)
router.add_router("", people)
router.add_router("", organisations)

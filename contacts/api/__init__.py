"""HTTP API of this room: people, organisations, communities, imports. Each call needs a token."""

from ninja import Router

from contacts.api.communities import router as communities
from contacts.api.dossier import router as dossier
from contacts.api.imports import router as imports
from contacts.api.organisations import router as organisations
from contacts.api.people import router as people
from contacts.api.suppressions import router as suppressions
from contacts.api.themes import router as themes

router = Router(tags=["contacts"])
router.add_router("", imports)
router.add_router("", people)
router.add_router("", dossier)
router.add_router("", organisations)
router.add_router("", communities)
router.add_router("", themes)
router.add_router("", suppressions)

"""HTTP API of this room."""

from ninja import Router

router = Router()

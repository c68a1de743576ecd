"""The one router of this room: operations on the same address must stand on the same router."""

from ninja import Router

router = Router(tags=["participation"])

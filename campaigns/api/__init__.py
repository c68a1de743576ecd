"""HTTP API of this room: mailings, their dry run, their moves and their ledger."""

from ninja import Router

from campaigns.api.approval import router as approval
from campaigns.api.drafts import router as drafts
from campaigns.api.ledger import router as ledger
from campaigns.api.sending import router as sending

router = Router(tags=["mailings"])
for part in (drafts, approval, sending, ledger):
    router.add_router("", part)

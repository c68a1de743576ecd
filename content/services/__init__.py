"""What content writes besides its pages: the facts of a published session, when a report became
public, and the first pages."""

from content.services.publishing import note_taken, publish_session
from content.services.reports import draft_report, note_gone, note_public
from content.services.site import ensure_site

__all__ = [
    "draft_report",
    "ensure_site",
    "note_gone",
    "note_public",
    "note_taken",
    "publish_session",
]

"""What content writes besides its pages: the facts of a published session, and the first pages."""

from content.services.publishing import note_taken, publish_session
from content.services.site import ensure_site

__all__ = ["ensure_site", "note_taken", "publish_session"]

"""Who paused a mailing, and when: the log of what people and the engine did knows."""

from dataclasses import dataclass
from datetime import datetime

from wagtail.models import ModelLogEntry

from campaigns.models import Mailing


@dataclass(frozen=True, slots=True)
class Pause:
    """`by` is the name of who paused; empty when the engine did, because of the mail server."""

    at: datetime
    by: str


def last_pause(mailing: Mailing) -> Pause | None:
    """Return the pause that a paused mailing is in, in one query."""
    entries = ModelLogEntry.objects.for_instance(mailing).filter(action="campaigns.pause")
    entry = entries.select_related("user").order_by("-timestamp").first()
    if entry is None:
        return None
    return Pause(entry.timestamp, entry.user_display_name if entry.user_id else "")

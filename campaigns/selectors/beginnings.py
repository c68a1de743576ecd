"""What a new mailing would best be about."""

from datetime import datetime

from campaigns.enums import MailingKind
from campaigns.models import Mailing
from content.enums import SessionStatus
from content.models import Session
from content.selectors import has_begun, upcoming_sessions


def session_to_invite_for(now: datetime) -> Session | None:
    """Return the nearest session to come for which nobody has begun an invitation."""
    invited = set(
        Mailing.objects.filter(
            kind=MailingKind.INVITATION, session__isnull=False, is_template=False
        ).values_list("session_id", flat=True)
    )
    for session in upcoming_sessions(now):
        is_off = session.status in (SessionStatus.CANCELLED, SessionStatus.POSTPONED)
        if session.pk not in invited and not is_off and not has_begun(session, now):
            return session
    return None

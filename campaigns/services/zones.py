"""A mailing that reaches each person at the same time of day where they live."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils.translation import gettext_noop

from campaigns.enums import BEFORE_SESSION
from campaigns.models import Delivery, Mailing
from campaigns.selectors.moments import zone_of
from contacts.enums import MailState

#: What the rows say meanwhile, where the words of the mail server would stand.
WORDS = gettext_noop("Waits until it is the chosen time where this person lives.")


def wait_for_their_time(mailing: Mailing, now: datetime) -> int:
    """Let the rows of each other zone wait until it is that time there; return how many wait.

    Call it in the transaction that writes the rows, before they are laid out. Where that time has
    passed already, or would come after the session begins, they go at once. One statement a zone.
    """
    moment = mailing.due_at or now
    local = moment.astimezone(zone_of(mailing.session)).replace(tzinfo=None)
    ends_at = None
    if mailing.session and mailing.kind in BEFORE_SESSION:
        ends_at = mailing.session.starts_at
    queued = Delivery.objects.filter(mailing=mailing, state=MailState.QUEUED)
    names = queued.order_by().values_list("contact__time_zone", flat=True).distinct()
    waiting = 0
    for name in list(names):
        there = local.replace(tzinfo=_zone(name))
        if there <= now or (ends_at and there >= ends_at):
            continue
        waiting += queued.filter(contact__time_zone=name).update(
            state=MailState.DEFERRED, next_attempt_at=there, reply_text=WORDS
        )
    return waiting


def _zone(name: str) -> ZoneInfo:
    """Return the zone of this name; of an empty or unknown one, that of the site."""
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)

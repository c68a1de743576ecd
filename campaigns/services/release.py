"""Releasing mail that is held because the database was restored, copied or moved.

What waits in such a database may have gone out already: the backup was made, the mailing went on,
and only the memory of it is lost. Nothing in the database can tell. So the one who releases says
which of the two it is:

- Not to be sent again, unless somebody decides so for each: after a restore from a backup. Mails of
  mailings under way, the paused ones included, and notices that were waiting become `unknown`;
  planned mailings whose moment had passed become `missed` and can be planned again. What came after
  the hold certainly has not gone out and goes out now.
- To be sent: nothing was sent since the database was last in use, as when everything was stopped,
  moved and started elsewhere. Everything goes on where it was. Rows that somebody was sending are
  left to the journal of their host, which has the truth.

The first is the default everywhere: a mail that did not go out can be sent later, one that went out
twice cannot be called back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_noop
from wagtail.log_actions import log

from base import bell
from base.models import Installation
from campaigns.enums import MailingState
from campaigns.errors import MailNotHeld
from campaigns.models import Batch
from campaigns.selectors.hold import (
    UNDER_WAY,
    notices_in_doubt,
    planned_in_doubt,
    rows_in_doubt,
)
from contacts.enums import MailState

#: Why such a mailing was missed, as `pause_reason` notes it.
RESTORED = "restored"

_DOUBT: dict[str, Any] = {
    "state": MailState.UNKNOWN,
    "reply_code": None,
    "reply_text": gettext_noop(
        "This waited when the database was restored or moved: it may have been sent."
    ),
    "lease_until": None,
    "next_attempt_at": None,
}


@dataclass(frozen=True, slots=True)
class Released:
    """How many mails of mailings and notices became `unknown`, and how many mailings `missed`."""

    mails: int = 0
    notices: int = 0
    missed: int = 0


@transaction.atomic
def release_mail(*, sends_waiting: bool, by: User | None = None, now: datetime) -> Released:
    """Let mail go out again, with or without what was waiting when it was held (see above).

    Raises MailNotHeld.
    """
    ours = Installation.objects.select_for_update().first()
    if ours is None or ours.held_since is None:
        raise MailNotHeld
    released = Released() if sends_waiting else _put_in_doubt(ours.held_since)
    Installation.objects.filter(pk=ours.pk).update(held_since=None, held_reason="", held_host="")
    log(
        instance=ours,
        action="campaigns.release",
        user=by,
        timestamp=now,
        data={
            "held_since": ours.held_since.isoformat(),
            "sends_waiting": sends_waiting,
            "unknown": released.mails + released.notices,
            "missed": released.missed,
        },
    )
    bell.ring()
    return released


def _put_in_doubt(since: datetime) -> Released:
    Batch.objects.filter(mailing__state__in=UNDER_WAY).delete()
    return Released(
        mails=rows_in_doubt().update(**_DOUBT),
        notices=notices_in_doubt(since).update(**_DOUBT),
        missed=planned_in_doubt(since).update(state=MailingState.MISSED, pause_reason=RESTORED),
    )

"""What the relay said of a mailing's rows, the commonest first: one line for many rows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, QuerySet, Value
from django.db.models.functions import Coalesce, Replace

from campaigns.models import Delivery
from contacts.enums import MailState
from contacts.selectors.outcomes import in_words

#: In these states a row keeps what the relay, or we, said of it.
SPOKEN_OF = (
    MailState.REFUSED,
    MailState.DEFERRED,
    MailState.UNKNOWN,
    MailState.BOUNCED,
    MailState.COMPLAINED,
)

#: What stands for the recipient's own address, which relays repeat in their replies.
_ADDRESS = "…"


@dataclass(frozen=True, slots=True)
class ReplyGroup:
    """Rows of one state with the same reply; the recipient's address in it is left out.

    `next_attempt_at` is the first of theirs, for deferred ones.
    """

    state: MailState
    code: int | None
    text: str
    number: int
    next_attempt_at: datetime | None = None

    @property
    def words(self) -> str:
        """What was said, for people."""
        return in_words(self.text)

    @property
    def key(self) -> str:
        """Names the group in an address of the web."""
        said = f"{self.state} {self.code} {self.text}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def reply_groups(mailing_id: int, *, limit: int | None = 20) -> list[ReplyGroup]:
    """Return the groups of a mailing, the largest first, in one query."""
    rows = (
        _spoken(mailing_id)
        .annotate(said=_said())
        .order_by()
        .values_list("state", "reply_code", "said")
        .annotate(number=Count("pk"), next_attempt_at=Min("next_attempt_at"))
        .order_by("-number", "state", "reply_code", "said")
    )
    return [
        ReplyGroup(MailState(state), code, said, number, next_attempt_at)
        for state, code, said, number, next_attempt_at in rows[:limit]
    ]


def find_group(mailing_id: int, key: str) -> ReplyGroup | None:
    """Return the group with this key, None when no row belongs to it any more."""
    groups = reply_groups(mailing_id, limit=None)
    return next((group for group in groups if group.key == key), None)


def rows_of_group(mailing_id: int, group: ReplyGroup) -> QuerySet[Delivery, Any]:
    """Return the rows that belong to a group."""
    rows = _spoken(mailing_id).filter(state=group.state, reply_code=group.code)
    return rows.annotate(said=_said()).filter(said=group.text)


def _spoken(mailing_id: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(mailing=mailing_id, state__in=SPOKEN_OF)


def _said() -> Replace:
    address = Coalesce(F("address_key"), Value(""))
    return Replace(F("reply_text"), address, Value(_ADDRESS))  # type: ignore[arg-type]  # the stubs expect a Value

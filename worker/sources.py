"""The two kinds of mail that the engine sends: deliveries of a mailing, and notices."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from campaigns import message, notices
from campaigns.enums import Exclusion, MailingState
from campaigns.errors import MoveForbidden, NoticeObsolete
from campaigns.mail import OutgoingMail
from campaigns.models import Delivery, Mailing
from campaigns.selectors import exclusions_now, load_deliveries
from campaigns.selectors.hold import is_held
from campaigns.services import mailings
from campaigns.services.ledger import note_holds
from contacts.enums import MailState, NoticeKind
from contacts.models import Notice
from contacts.selectors import undeliverable
from worker.engine import ObsoleteError
from worker.ledger import claim_batch, claim_rows, forgotten


class MailingSource:
    """The deliveries of one mailing."""

    table = "delivery"
    model = Delivery
    is_urgent = False

    def __init__(self, mailing_id: int, *, is_8bit: bool = False) -> None:
        self.mailing_id = mailing_id
        self.composer = message.open_composer(mailing_id, is_8bit=is_8bit)

    def claim(self, claim: str, limit: int) -> list[int]:
        return claim_batch(self.mailing_id, claim=claim, limit=limit)

    def load(self, claim: str, row_ids: list[int]) -> list[Any]:
        return load_deliveries(row_ids, claim=claim)

    def exclusions(self, rows: list[Any], now: datetime) -> dict[int, str]:
        found = exclusions_now(delivery_ids=[row.pk for row in rows], now=now)
        if holds := self.composer.look_at(rows):
            note_holds(
                holds={row_id: held for row_id, held in holds.items() if row_id not in found}
            )
        return {row_id: str(reason) for row_id, reason in found.items()}

    def compose(self, row: Any, now: datetime) -> OutgoingMail:
        return self.composer.compose(row, now=now)

    def told(self, row: Any) -> str:
        return self.composer.told

    def may_go_on(self) -> bool:
        sending = Mailing.objects.filter(pk=self.mailing_id, state=MailingState.SENDING)
        return sending.exists() and not is_held()

    def refusals(self) -> int | None:
        rows = Delivery.objects.filter(mailing_id=self.mailing_id)
        if rows.filter(state=MailState.SENT).exists():
            return None
        return rows.filter(state=MailState.REFUSED).count()

    def refuses_all(self, words: str, now: datetime) -> None:
        with suppress(MoveForbidden):  # paused or cancelled meanwhile
            mailings.pause_mailing(mailing_id=self.mailing_id, reason=words, now=now)


#: Without these nobody could show that a bounced address works again.
_SIGNING_UP = (NoticeKind.CONFIRM, NoticeKind.LINK)


class NoticeSource:
    """Every notice whose moment has come."""

    table = "notice"
    model = Notice
    is_urgent = True

    def __init__(self, now: datetime) -> None:
        self.now = now

    def claim(self, claim: str, limit: int) -> list[int]:
        return claim_rows(self.due(), claim=claim, limit=limit)

    def due(self) -> QuerySet[Notice]:
        return Notice.objects.filter(Q(not_before__lte=self.now))

    def load(self, claim: str, row_ids: list[int]) -> list[Any]:
        rows = Notice.objects.filter(pk__in=row_ids, claim=claim, state=MailState.CLAIMED)
        return list(rows.select_related("contact").order_by("pk"))

    def exclusions(self, rows: list[Any], now: datetime) -> dict[int, str]:
        """An erasure stops every notice; a hard bounce all but those that help to sign up anew."""
        gone = forgotten(Notice) | Q(contact__erased_at__isnull=False)
        erased = Notice.objects.filter(gone, pk__in=[row.pk for row in rows])
        rows = [row for row in rows if row.kind not in _SIGNING_UP]
        dead = undeliverable([row.address for row in rows])
        found = {row.pk: str(Exclusion.SUPPRESSED) for row in rows if row.address in dead}
        return found | {row.pk: str(Exclusion.ERASED) for row in erased.only("pk")}

    def compose(self, row: Any, now: datetime) -> OutgoingMail:
        try:
            return notices.compose_notice(row, now)
        except NoticeObsolete as error:
            raise ObsoleteError from error

    def told(self, row: Any) -> str:
        return str(row.told)

    def may_go_on(self) -> bool:
        return not is_held()

    def refusals(self) -> int | None:
        return None

    def refuses_all(self, words: str, now: datetime) -> None:
        """Notices have nothing in common that could be paused."""

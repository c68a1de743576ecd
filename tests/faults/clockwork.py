"""The clock and the sender in one process, by a time that the scenario chooses.

Import it with Django set up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigns.mail import OutgoingMail
from campaigns.models import Delivery, Mailing
from campaigns.services import mailings
from content.models import Session
from tests.factories.campaigns import make_mailing
from tests.factories.content import make_session
from worker.engine import send_batch
from worker.scheduler import tick
from worker.sources import MailingSource
from worker.transport import NullTransport, Observer, Trouble

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass
class Clockwork:
    """Ticks at `now` and sends what is due; `sent` is what went out: (moment, ledger row)."""

    now: datetime
    journal_dir: Path
    sent: list[tuple[datetime, int]] = field(default_factory=list)

    def tick(self, *, most: int | None = None) -> None:
        """Look at the clock once, and send; at most so many mails."""
        before = len(self.sent)
        work = tick(now=self.now, holder="here", journal_dir=self.journal_dir)
        for mailing_id in work.mailing_ids:
            send_batch(
                MailingSource(mailing_id),
                self,
                journal_dir=self.journal_dir,
                clock=lambda: self.now,
                is_stopping=lambda: most is not None and len(self.sent) - before >= most,
            )

    def until(self, moment: datetime, *, step: timedelta = timedelta(minutes=5)) -> None:
        """Let time pass, with a tick at every step."""
        while self.now < moment:
            self.now = min(self.now + step, moment)
            self.tick()

    def set_to(self, moment: datetime) -> None:
        """Set the clock, forward or back, as an administrator or a bad time server does."""
        self.now = moment

    # --- a transport ----------------------------------------------------------------------------

    def send(self, mails: Iterator[OutgoingMail], observer: Observer) -> Trouble | None:
        return NullTransport().send(self._noted(mails), observer)

    def _noted(self, mails: Iterator[OutgoingMail]) -> Iterator[OutgoingMail]:
        for mail in mails:
            self.sent.append((self.now, mail.row_id))
            yield mail

    def close(self) -> None:
        """Nothing is open."""

    # --- a mailing and its session --------------------------------------------------------------

    def invite(self, starts_at: datetime, plan: Mapping[str, object]) -> Mailing:
        """Plan an invitation of all people to a session of its own."""
        local = starts_at.astimezone(AMSTERDAM)
        session = make_session(
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), first_day=local.date()
        )
        mailing = make_mailing(session=session, audience={"member": True}, plan=plan)
        return mailings.plan_mailing(mailing_id=mailing.pk, now=self.now)

    def publish(self, mailing: Mailing, **facts: object) -> None:
        """Publish the session anew: moved, cancelled, or as it was."""
        if isinstance(starts_at := facts.get("starts_at"), datetime):
            facts |= {
                "ends_at": starts_at + timedelta(hours=3),
                "first_day": starts_at.astimezone(AMSTERDAM).date(),
            }
        session = Session.objects.get(mailings=mailing)
        Session.objects.filter(pk=session.pk).update(
            schedule_version=session.schedule_version + 1, **facts
        )

    def received(self, mailing: Mailing) -> Counter[str]:
        """How many each recipient got of this mailing."""
        rows = Delivery.objects.filter(mailing=mailing, address_key__isnull=False)
        addresses = dict(rows.values_list("pk", "address_key"))
        return Counter(str(addresses[row]) for _, row in self.sent if row in addresses)

    def moments(self, mailing: Mailing) -> set[datetime]:
        """When it went out."""
        rows = set(Delivery.objects.filter(mailing=mailing).values_list("pk", flat=True))
        return {moment for moment, row in self.sent if row in rows}

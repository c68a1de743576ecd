"""One look at the clock. Idempotent: two beats, or none for an hour, come to the same."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.core.management import call_command

from campaigns.selectors import sending_mailing_ids
from campaigns.services import planning
from contacts.selectors import waiting_import_ids
from participation.services import announce_known_dates
from worker import duties
from worker.ledger import claimable
from worker.recovery import recover
from worker.sources import NoticeSource

#: A tick that died gives its duty back after this long.
HELD_FOR = timedelta(seconds=15)
RECOVER_EVERY = timedelta(seconds=5)
PUBLICATION_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class Work:
    """What the other workers should hear of."""

    mailing_ids: list[int] = field(default_factory=list)
    notices: bool = False
    import_ids: list[int] = field(default_factory=list)


def tick(*, now: datetime, holder: str, journal_dir: Path) -> Work:
    """Do what is due at `now` and return the work for the other workers.

    Returns no work while another tick is at it.
    """
    if not duties.take("tick", holder=holder, until=now + HELD_FOR, now=now):
        return Work()
    try:
        work = _tick(now=now, journal_dir=journal_dir)
    except Exception:
        # Not done: whoever asks after our health must hear of it.
        duties.give_back("tick", holder=holder)
        raise
    duties.done("tick", holder=holder, now=now)
    return work


def _tick(*, now: datetime, journal_dir: Path) -> Work:
    if duties.is_due("recover", every=RECOVER_EVERY, now=now):
        recover(journal_dir=journal_dir, now=now)
    if duties.is_due("publish", every=PUBLICATION_EVERY, now=now):
        call_command("publish_scheduled", verbosity=0)
        announce_known_dates(now=now)
    planning.recompute_due_times(now=now)
    planning.start_due_mailings(now=now)
    planning.expire_rows(now=now)
    planning.finish_mailings(now=now)
    work = Work(import_ids=waiting_import_ids())
    if duties.breaker_words(now=now) is None:
        work.mailing_ids = sending_mailing_ids()
        work.notices = NoticeSource(now).due().filter(claimable()).exists()
    return work

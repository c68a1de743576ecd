"""One look at the clock. Idempotent: two beats, or none for an hour, come to the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from campaigns.selectors import sending_mailing_ids
from campaigns.selectors.hold import is_held
from campaigns.services import planning, prompting, repeating, rest
from contacts.enums import MailState
from contacts.selectors import waiting_import_ids
from contacts.services.retention import clean_up
from participation.services import (
    announce_known_dates,
    follow_missed_publications,
    nudge_unconfirmed,
    record_missed_changes,
    send_due_changes,
    settle_offers,
)
from worker import duties, witness
from worker.ledger import claimable
from worker.recovery import recover
from worker.sources import NoticeSource

#: A tick that died gives its duty back after this long.
HELD_FOR = timedelta(seconds=15)
RECOVER_EVERY = timedelta(seconds=5)
PUBLICATION_EVERY = timedelta(minutes=1)
OFFERS_EVERY = timedelta(minutes=1)
LATE_SIGN_UPS_EVERY = timedelta(minutes=1)

#: What was kept long enough goes once a night, after this hour of the site's own time.
CLEANING = "cleaning"
CLEANING_AT = time(3)
#: A worker that died while it cleaned gives the duty back after this long.
CLEANING_HELD_FOR = timedelta(minutes=1)


@dataclass(slots=True)
class Work:
    """What the other workers should hear of."""

    mailing_ids: list[int] = field(default_factory=list)
    notices: bool = False
    import_ids: list[int] = field(default_factory=list)
    cleaning: bool = False


def tick(*, now: datetime, holder: str, journal_dir: Path) -> Work:
    """Do what is due at `now` and return the work for the other workers.

    Returns no work while another tick is at it.
    """
    if not duties.take("tick", holder=holder, until=now + HELD_FOR, now=now):
        return Work()
    try:
        witness.consult(folder=journal_dir, host=holder, now=now)
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
        _publish_planned()
        follow_missed_publications(now=now)
        record_missed_changes(now=now)
        announce_known_dates(now=now)
        nudge_unconfirmed(now=now)
        prompting.prompt_for_lists(now=now)
    send_due_changes(now=now)
    planning.recompute_due_times(now=now)
    work = Work(import_ids=waiting_import_ids(), cleaning=is_cleaning_due(now=now))
    if is_held():
        return work
    # Not while mail is held: nobody would hear of the seat that is kept for them.
    if duties.is_due("offers", every=OFFERS_EVERY, now=now):
        settle_offers(now=now)
    planning.start_due_mailings(now=now)
    if duties.is_due("late_sign_ups", every=LATE_SIGN_UPS_EVERY, now=now):
        rest.send_to_late_sign_ups(now=now)
    planning.expire_rows(now=now)
    planning.finish_mailings(now=now)
    repeating.plan_repetitions(now=now)
    if duties.breaker_words(now=now) is None:
        work.mailing_ids = sending_mailing_ids()
        # Whoever claimed one may have died on another host, where alone it can be settled.
        at_work = claimable() | Q(state=MailState.CLAIMED)
        work.notices = NoticeSource(now).due().filter(at_work).exists()
    return work


def _publish_planned() -> None:
    """Publish the pages of which the planned moment has come, all of it or nothing.

    Wagtail strikes out the plan before it saves the page: a kill between these would lose it. What
    cannot be published keeps the others from it no longer than this once, as in Wagtail's own way.
    """
    try:
        with transaction.atomic():
            call_command("publish_scheduled", verbosity=0)
    except ValidationError:
        call_command("publish_scheduled", verbosity=0)


def is_cleaning_due(*, now: datetime) -> bool:
    """Whether nobody has cleaned up since the last CLEANING_AT.

    So a night that was missed is made up for as soon as there is a tick.
    """
    local = timezone.localtime(now)
    night = local.date() if local.time() >= CLEANING_AT else local.date() - timedelta(days=1)
    since = timezone.make_aware(datetime.combine(night, CLEANING_AT))
    return not duties.was_done(CLEANING, since=since)


def clean(
    *, now: datetime, holder: str, may_go_on: Callable[[], bool], pause: Callable[[float], None]
) -> None:
    """Clean up for as long as `may_go_on`; what is left waits for the next call."""
    if not duties.take(CLEANING, holder=holder, until=now + CLEANING_HELD_FOR, now=now):
        return
    if not is_cleaning_due(now=now):  # the tick told more than one worker of it
        duties.give_back(CLEANING, holder=holder)
        return
    run = clean_up(now=now, may_go_on=may_go_on, pause=pause)
    if run.finished_at is None:
        duties.give_back(CLEANING, holder=holder)
    else:
        duties.done(CLEANING, holder=holder, now=now)

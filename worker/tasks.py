"""What Celery calls: read the clock and the settings, make one call, translate the error."""

import time
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.services import imports
from worker import duties, scheduler, shutdown, witness
from worker.app import app
from worker.engine import BatchResult, Source, send_batch
from worker.ledger import HOST
from worker.pace import pace_of
from worker.policy import RELAY_REST
from worker.recovery import recover
from worker.sources import MailingSource, NoticeSource
from worker.transport import SMTPTransport, Transport

log = structlog.get_logger()

#: A task of the bulk queue goes on for at most this long, so that a worker can be stopped gently.
TASK_SECONDS = 10.0

#: Limits that all workers share.
PACE = pace_of(settings.BROKER_URL, relay=settings.MAIL_PACE, domains=settings.MAIL_DOMAIN_PACE)

#: The connection of this process, kept open between tasks.
_transport: Transport | None = None


def transport() -> Transport:
    """Return this process's connection to the relay."""
    global _transport
    if _transport is None:
        _transport = SMTPTransport(
            settings.MAIL_URL, timeout=settings.MAIL_TIMEOUT, hostname=settings.SITE_HOST
        )
    return _transport


@app.task(queue="tick")
def tick(**kwargs: Any) -> None:
    """Look at the clock: what is due is started, and the other workers are told of work."""
    work = scheduler.tick(now=timezone.now(), holder=HOST, journal_dir=settings.JOURNAL_DIR)
    # Two hints a second keep both bulk processes busy; one that finds no work ends at once.
    for mailing_id in work.mailing_ids:
        for _slot in range(2):
            send_mailing.apply_async(kwargs={"mailing_id": mailing_id}, expires=3)
    if work.notices:
        send_notices.apply_async(expires=3)
    if work.cleaning:
        clean.apply_async(expires=3)
    for import_id in work.import_ids:
        run_import.apply_async(kwargs={"import_id": import_id}, expires=3)


@app.task(queue="bulk")
def send_mailing(*, mailing_id: int, **kwargs: Any) -> None:
    """Send what is due of a mailing, batch after batch, for some seconds."""
    _send(MailingSource(mailing_id))


@app.task(queue="swift")
def send_notices(**kwargs: Any) -> None:
    """Send the notices that are due."""
    _send(NoticeSource(timezone.now()))


@app.task(queue="bulk")
def run_import(*, import_id: int, **kwargs: Any) -> None:
    """Work an import off, or undo one; the row says which.

    One that cannot go on is given up, so that it does not keep the others waiting; a database that
    is away comes back, and the next tick tries again.
    """
    try:
        imports.run_import(import_id=import_id, now=timezone.now())
    except DatabaseError:
        raise
    except Exception:
        words = _("Something went wrong here. Please tell whoever maintains this site.")
        imports.fail_import(import_id=import_id, message=words, now=timezone.now())
        raise


@app.task(queue="bulk")
def clean(**kwargs: Any) -> None:
    """Remove what was kept long enough, for some seconds."""
    ends_at = time.monotonic() + TASK_SECONDS
    scheduler.clean(
        now=timezone.now(),
        holder=HOST,
        may_go_on=lambda: time.monotonic() < ends_at,
        pause=time.sleep,
    )


def _may_send() -> bool:
    """Whether the relay may be spoken to: not while it rests, nor while mail is held."""
    if witness.is_held(folder=settings.JOURNAL_DIR):
        return False
    return duties.breaker_words(now=timezone.now()) is None


def _send(source: Source) -> None:
    # What died on this host can be settled on this host alone, and the tick may run on another.
    recover(journal_dir=settings.JOURNAL_DIR, now=timezone.now())
    ends_at = time.monotonic() + TASK_SECONDS
    while time.monotonic() < ends_at and _may_send():
        result: BatchResult = send_batch(
            source,
            transport(),
            journal_dir=settings.JOURNAL_DIR,
            clock=timezone.now,
            pace=PACE,
            is_stopping=shutdown.is_wanted,
        )
        if result.trouble is not None:
            log.warning("relay_trouble", words=result.trouble.words)
            duties.open_breaker(words=result.trouble.words, until=timezone.now() + RELAY_REST)
        if result.claimed == 0 or result.released:
            return

"""The plan at work: due times, the start with its ledger, and the end. Called by the tick.

Every function may run twice at once or again after a kill: what decides is a conditional update.
"""

import logging
from datetime import datetime
from typing import Any, cast

from django.db import InterfaceError, OperationalError, transaction

from base.services import emit
from campaigns.compiling import compile_messages
from campaigns.enums import BEFORE_SESSION, MailingState
from campaigns.errors import CampaignError, MailingNotReady
from campaigns.link_counts import with_counted_links
from campaigns.models import Delivery, Mailing
from campaigns.plan import parse_plan
from campaigns.selectors.approval import approval_problems
from campaigns.selectors.ledger import with_rows_due, without_open_rows
from campaigns.selectors.moments import (
    due_at,
    happened,
    lacks_report,
    open_lists,
    site_window,
    to_recompute,
)
from campaigns.selectors.terms import is_past, terms_of
from campaigns.services.archive import note_archive
from campaigns.services.attachments import freeze_files
from campaigns.services.batches import adopt_strays, lay_out
from campaigns.services.confirming import hold_to_number
from campaigns.services.ledger import write_rows
from campaigns.services.zones import wait_for_their_time
from contacts.enums import MAIL_DUE, MailState
from content.models import Session
from content.selectors import is_published, site_settings, told_hash

log = logging.getLogger(__name__)


def recompute_due_times(*, now: datetime) -> int:
    """Bring the due times of plans up to date with what they count from; return how many moved.

    A pull: what was computed for another version of the schedule is computed again. Deadlines,
    closed lists and sent invitations are not part of the schedule, so plans that count from them
    are always looked at, and so are mailings by attendance.
    """
    moved = 0
    planned = to_recompute(Mailing.objects.filter(state=MailingState.PLANNED))
    mailings = list(planned.select_related("session").defer("body_nl", "body_en"))
    if not mailings:
        return 0
    window, known = site_window(), happened(mailings)
    for mailing in mailings:
        moment = due_at(mailing, now=now, window=window, known=known)
        version = mailing.session.schedule_version if mailing.session else None
        if moment == mailing.due_at and mailing.due_for_version == version:
            continue
        moved += Mailing.objects.filter(
            pk=mailing.pk, state=MailingState.PLANNED, plan=mailing.plan, due_at=mailing.due_at
        ).update(due_at=moment, due_for_version=version)
    return moved


def start_due_mailings(*, now: datetime) -> list[int]:
    """Start the planned mailings whose moment has come; return the ids of those started.

    Too late by their own policy, or about a session that has begun: missed instead.
    """
    started = []
    due = Mailing.objects.filter(state=MailingState.PLANNED, due_at__lte=now)
    for mailing in due.select_related("session").order_by("due_at", "pk"):
        try:
            if reason := _too_late(mailing, now):
                _miss(mailing, reason)
            elif mailing.is_unsettled:
                continue
            elif start_mailing(mailing_id=mailing.pk, now=now):
                started.append(mailing.pk)
        except CampaignError as error:
            log.warning("mailing %s could not start: %s", mailing.pk, type(error).__name__)
            _miss(mailing, str(error))
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:
            # What is wrong with one mailing must not stop the clock for all mail.
            log.exception("mailing %s could not start", mailing.pk)
            _miss(mailing, type(error).__name__)
    return started


def _too_late(mailing: Mailing, now: datetime) -> str:
    """Return why it must not start any more, in a word for the organiser; empty when it may."""
    plan = parse_plan(mailing.plan)
    if not plan.is_now and mailing.due_at and now - mailing.due_at > plan.late:
        return "unsettled" if mailing.is_unsettled else "late"
    if mailing.kind in BEFORE_SESSION and mailing.session:
        if is_past(mailing.session, now):
            return "session_over"
        if not is_published(mailing.session):
            return "unpublished"
    return ""


def _miss(mailing: Mailing, reason: str) -> None:
    Mailing.objects.filter(pk=mailing.pk, state=MailingState.PLANNED, due_at=mailing.due_at).update(
        state=MailingState.MISSED, pause_reason=reason[:300]
    )


def start_mailing(*, mailing_id: int, now: datetime) -> bool:
    """Freeze the message, write the ledger and begin to send, all or nothing.

    False when it is not planned (any more), or for later: two starters are harmless. Raises
    CampaignError when its audience, its text or its attachments do not hold any longer; then
    nothing has changed.
    """
    with transaction.atomic():
        # Its moment is asked again: somebody may have planned it anew while others were started.
        moved = Mailing.objects.filter(
            pk=mailing_id, state=MailingState.PLANNED, due_at__lte=now, is_template=False
        ).update(state=MailingState.SENDING, started_at=now, finished_at=None, pause_reason="")
        if not moved:
            return False
        mailing = Mailing.objects.select_related("session", "frozen_revision").get(pk=mailing_id)
        if mailing.is_unsettled or open_lists(mailing) or lacks_report(mailing):
            # Opened again since, or unpublished: the next tick looks anew.
            transaction.set_rollback(True)
            return False
        if problems := approval_problems(mailing):
            # The site has come to ask for a second person since this was planned.
            raise MailingNotReady(problems)
        named = mailing.frozen_revision.as_object() if mailing.frozen_revision else mailing
        site = site_settings()
        message: dict[str, Any] = {"messages": compile_messages(named)}
        if site.counts_links:
            message = with_counted_links(mailing_id=mailing_id, **message)
        mailing.frozen = {
            "audience": named.audience,
            "per_week": site.mailings_per_week,
            **message,
        }
        freeze_files(mailing_id=mailing_id, attachments=named.attachments)
        terms = terms_of(mailing, now)
        Mailing.objects.filter(pk=mailing_id).update(
            frozen=mailing.frozen, frozen_at=now, told=terms.told
        )
        write_rows(mailing, terms)
        hold_to_number(mailing)
        if mailing.in_their_zone:
            wait_for_their_time(mailing, now)
        lay_out(mailing_id)
        if mailing.in_archive:
            note_archive(mailing_id=mailing_id, now=now)
    return True


def finish_mailings(*, now: datetime) -> list[int]:
    """Mark as done the mailings with nothing queued, claimed or deferred; return their ids."""
    ready = without_open_rows().filter(state=MailingState.SENDING)
    done = []
    for mailing_id in ready.values_list("pk", flat=True):
        with transaction.atomic():
            # Locked before it is looked at again: somebody may just be putting a row back.
            list(Mailing.objects.select_for_update().filter(pk=mailing_id).values("pk"))
            mailing = ready.filter(pk=mailing_id)
            if not mailing.exists() or adopt_strays(mailing_id):
                continue
            if mailing.update(state=MailingState.DONE, finished_at=now):
                emit(kind="mailing.finished", data={"mailing": mailing_id}, now=now)
                done.append(mailing_id)
    return done


def expire_rows(*, now: datetime) -> int:
    """Expire what waits and must not be sent any more; return how many rows.

    Rows of a cancelled mailing, and rows about a session that has begun or was cancelled. The rows
    that stay are brought up to date with the facts of their session: `told` is what a mail composed
    now would say.
    """
    waiting = Delivery.objects.filter(state__in=MAIL_DUE)
    open_mailings = with_rows_due()
    expired = 0
    for mailing in open_mailings.filter(state=MailingState.CANCELLED):
        expired += _expire(mailing)
    running = open_mailings.filter(
        state__in=(MailingState.SENDING, MailingState.PAUSED), session__isnull=False
    )
    for mailing in running.select_related("session"):
        session = cast("Session", mailing.session)
        if mailing.kind in BEFORE_SESSION and is_past(session, now):
            expired += _expire(mailing)
        elif mailing.told != (told := told_hash(session)):
            with transaction.atomic():
                waiting.filter(mailing=mailing).update(told=told)
                Mailing.objects.filter(pk=mailing.pk).update(told=told)
    return expired


def _expire(mailing: Mailing) -> int:
    with transaction.atomic():
        mailing.batches.filter(claim="").delete()
        due = mailing.deliveries.filter(state__in=MAIL_DUE)
        return due.update(state=MailState.EXPIRED, next_attempt_at=None)

"""What follows from the publication of a session page or a report, also when that was cut short."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from wagtail.log_actions import log

from content.models import ReportPage, SessionPage
from content.selectors import untaken_pages, untaken_reports
from content.services import note_public, note_taken, publish_session
from participation.services.changes import record_publication
from participation.services.questions import set_private_apart
from participation.services.reports import freeze_report

#: Whoever publishes at this moment is still at it.
GRACE = timedelta(seconds=30)


def follow_publication(
    *, page: SessionPage, revision_id: int, by: User | None, now: datetime
) -> None:
    """Do what follows once `publish_session` took the facts. May run twice."""
    record_publication(page=page, revision_id=revision_id, by=by, now=now)
    if page.session is not None:
        set_private_apart(session=page.session)
    note_taken(page=page, revision_id=revision_id)


def follow_missed_publications(*, now: datetime) -> int:
    """Make good the publications that a kill cut short; return how many. Two may run at once.

    Wagtail saves the live page before it tells anybody. Who published is not logged by then, so
    that a change waits for an organiser, unless the publication was planned.
    """
    before = now - GRACE
    pages = list(untaken_pages(before).values_list("pk", flat=True)[:100])
    reports = list(untaken_reports(before).values_list("pk", flat=True)[:100])
    followed = [_follow(page_id, now) for page_id in pages]
    return sum(followed + [_follow_report(page_id, now) for page_id in reports])


@transaction.atomic
def _follow(page_id: int, now: datetime) -> bool:
    page = untaken_pages(now - GRACE).select_for_update(of=("self",)).filter(pk=page_id).first()
    if page is None or page.live_revision_id is None:
        return False
    publish_session(page=page, now=now)
    follow_publication(page=page, revision_id=page.live_revision_id, by=None, now=now)
    _note_followed(page)
    return True


@transaction.atomic
def _follow_report(page_id: int, now: datetime) -> bool:
    page = untaken_reports(now - GRACE).select_for_update(of=("self",)).filter(pk=page_id).first()
    if page is None or page.live_revision_id is None:
        return False
    note_public(page=page)
    freeze_report(page=page, revision_id=page.live_revision_id, now=now)
    _note_followed(page)
    return True


def _note_followed(page: SessionPage | ReportPage) -> None:
    page.update_aliases(revision=page.live_revision)
    # Its history would not tell of it; a public page in memory goes by the same line.
    log(instance=page, action="wagtail.publish", revision=page.live_revision, content_changed=True)

"""What follows for people from the publication of a session page, also when that was cut short."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from wagtail.log_actions import log

from content.models import SessionPage
from content.selectors import untaken_pages
from content.services import note_taken, publish_session
from participation.services.changes import record_publication
from participation.services.questions import set_private_apart

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
    missed = list(untaken_pages(now - GRACE).values_list("pk", flat=True)[:100])
    return sum(_follow(page_id, now) for page_id in missed)


@transaction.atomic
def _follow(page_id: int, now: datetime) -> bool:
    page = untaken_pages(now - GRACE).select_for_update(of=("self",)).filter(pk=page_id).first()
    if page is None or page.live_revision_id is None:
        return False
    publish_session(page=page, now=now)
    follow_publication(page=page, revision_id=page.live_revision_id, by=None, now=now)
    page.update_aliases(revision=page.live_revision)
    # Its history would not tell of it; a public page in memory goes by the same line.
    log(instance=page, action="wagtail.publish", revision=page.live_revision, content_changed=True)
    return True

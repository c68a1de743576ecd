"""Mailings by attendance that have waited a day for a list that nobody closed."""

from datetime import datetime, timedelta

from django.db.models import Q

from campaigns.enums import MailingState
from campaigns.errors import PlanInvalid
from campaigns.models import Mailing
from campaigns.selectors.moments import (
    Happened,
    by_attendance,
    happened,
    open_lists,
    planned_without_window,
)
from content.models import Session
from content.selectors import is_over

#: So long after the mailing could have gone out, the organiser is asked to close the list.
PROMPT_AFTER = timedelta(hours=24)


def waiting_for_lists(*, now: datetime) -> list[tuple[Mailing, list[Session]]]:
    """Return planned mailings that only wait for a list to be closed, with those lists' sessions.

    A day after the sessions are over, or after its own moment when that comes later.
    """
    planned = Mailing.objects.filter(state=MailingState.PLANNED, due_at=None)
    asked = Q(pk__in=by_attendance(planned).values("pk"))
    anchored = Q(plan__relative__anchor="attendance_closed")
    rows = planned.filter(asked | anchored).select_related("session", "frozen_revision__user")
    mailings = list(rows.defer("body_nl", "body_en", "frozen").order_by("pk"))
    known = happened(mailings)
    slugs = {mailing.pk: open_lists(mailing, known) for mailing in mailings}
    sessions = Session.objects.filter(slug__in={slug for each in slugs.values() for slug in each})
    by_slug = {session.slug: session for session in sessions}
    found = []
    for mailing in mailings:
        lists = [by_slug[slug] for slug in sorted(slugs[mailing.pk] & by_slug.keys())]
        if lists and _has_waited(mailing, lists, known, now - PROMPT_AFTER):
            found.append((mailing, lists))
    return found


def _has_waited(
    mailing: Mailing, sessions: list[Session], known: Happened, since: datetime
) -> bool:
    try:
        moment = planned_without_window(mailing, known)
    except PlanInvalid:
        return False
    return all(is_over(each, since) for each in sessions) and (moment is None or moment <= since)

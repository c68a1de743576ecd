"""Mailings by attendance that have waited a day for a list that nobody closed."""

from datetime import datetime, timedelta

from django.db.models import Q

from campaigns.enums import MailingState
from campaigns.errors import PlanInvalid
from campaigns.models import Mailing
from campaigns.selectors.moments import by_attendance, open_lists, planned_without_window
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
    found = []
    rows = planned.filter(asked | anchored).select_related("session", "frozen_revision__user")
    for mailing in rows.defer("body_nl", "body_en", "frozen").order_by("pk"):
        sessions = open_lists(mailing)
        if sessions and _has_waited(mailing, sessions, now - PROMPT_AFTER):
            found.append((mailing, sessions))
    return found


def _has_waited(mailing: Mailing, sessions: list[Session], since: datetime) -> bool:
    try:
        moment = planned_without_window(mailing)
    except PlanInvalid:
        return False
    return all(is_over(each, since) for each in sessions) and (moment is None or moment <= since)

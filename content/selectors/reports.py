"""The reports of sessions: which a visitor finds, where, and since when."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Min

from content.enums import SessionStatus
from content.models.report import ReportPage
from content.models.session import Session
from content.selectors.sessions import past_sessions
from content.selectors.site import LINKED, in_best_language, page_url


def reports_of_sessions(sessions: Iterable[Session], language: str) -> dict[int, ReportPage]:
    """Return for each session its live report: in `language`, else the source language, else any.

    Sessions without one are absent. Read is what a link needs, and not its text.
    """
    wanted = {session.pk: session for session in sessions}
    if not wanted:
        return {}
    pages = ReportPage.objects.live().filter(session__in=wanted).select_related("locale")
    return in_best_language(pages.only(*LINKED, "session"), wanted, language)


def report_urls(sessions: Sequence[Session], language: str) -> dict[int, str]:
    """Return the absolute address of the report of each session that has a live one."""
    return {pk: page_url(page) for pk, page in reports_of_sessions(sessions, language).items()}


def report_url(session: Session, language: str) -> str:
    """Return the absolute address of the session's report; empty when it has no live one."""
    return report_urls([session], language).get(session.pk, "")


def reports_public_since(sessions: Collection[int | None]) -> dict[int, datetime]:
    """Return by the id of the session since when it has a live report, the first in any language.

    What was unpublished and published again counts from the latter.
    """
    live = ReportPage.objects.live().filter(session__in=sessions).exclude(public_since=None)
    found = live.order_by().values_list("session").annotate(first=Min("public_since"))
    return dict(found)


def report_to_edit(session: Session) -> ReportPage | None:
    """Return the report of a session, a draft too: in its source language, else the oldest."""
    pages = ReportPage.objects.filter(session=session, alias_of=None).select_related("locale")
    found = {page.locale.language_code: page for page in pages.order_by("-pk")}
    return found.get(session.source_language) or next(reversed(found.values()), None)


def sessions_without_report(now: datetime) -> list[Session]:
    """Return the sessions that took place and have no report yet, the latest first."""
    written = set(ReportPage.objects.exclude(session=None).values_list("session", flat=True))
    return [
        session
        for session in past_sessions(now)
        if session.pk not in written and session.status not in _NOT_HELD
    ]


#: What did not take place has nothing to report.
_NOT_HELD = (SessionStatus.CANCELLED, SessionStatus.POSTPONED)

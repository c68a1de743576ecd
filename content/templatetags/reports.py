"""Where the report of a session stands, and which session a report is of."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from content.models import ReportPage, SeriesPage, Session, SessionPage
from content.selectors import pages_of_sessions, reports_of_sessions, series_sessions

register = template.Library()


@register.simple_tag
def report_of(session: Session) -> ReportPage | None:
    """Return the live report of a session, in the current language if there is one in it."""
    return reports_of_sessions([session], _language()).get(session.pk)


@register.simple_tag
def series_reports(series: SeriesPage) -> list[ReportPage]:
    """Return the live reports of the sessions of a series, in the order of the sessions."""
    sessions = series_sessions(series.translation_key)
    found = reports_of_sessions(sessions, _language())
    return [found[session.pk] for session in sessions if session.pk in found]


@register.simple_tag
def page_of(session: Session) -> SessionPage | None:
    """Return the live page of a session, in the current language if there is one in it."""
    return pages_of_sessions([session], _language()).get(session.pk)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE

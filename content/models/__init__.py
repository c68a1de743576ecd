"""What visitors read: the published facts of sessions, the pages, and the settings of a site."""

from content.models.answers import QAIndexPage, QAPage
from content.models.pages import AgendaPage, HomePage, StandardPage
from content.models.report import ReportPage
from content.models.series import SeriesPage
from content.models.session import Session, SessionFacts
from content.models.session_page import SessionPage
from content.models.shown_page import ShownPage
from content.models.site_settings import SiteSettings

__all__ = [
    "AgendaPage",
    "HomePage",
    "QAIndexPage",
    "QAPage",
    "ReportPage",
    "SeriesPage",
    "Session",
    "SessionFacts",
    "SessionPage",
    "ShownPage",
    "SiteSettings",
    "StandardPage",
]

"""The pages of one mailing in the admin: who gets it and why not, sending, and what came of it."""

from campaigns.overview.acts import ActView, TestView
from campaigns.overview.approvals import ApprovalView
from campaigns.overview.archive import ArchiveView
from campaigns.overview.decisions import DecideView, RowsView
from campaigns.overview.files import FileView
from campaigns.overview.people import PeopleView
from campaigns.overview.preview import PreviewAsView, PreviewCalendarView, PreviewFrameView
from campaigns.overview.rest import RestView
from campaigns.overview.results import LedgerView, ResultView
from campaigns.overview.standing import OverviewView, StandingView

__all__ = [
    "ActView",
    "ApprovalView",
    "ArchiveView",
    "DecideView",
    "FileView",
    "LedgerView",
    "OverviewView",
    "PeopleView",
    "PreviewAsView",
    "PreviewCalendarView",
    "PreviewFrameView",
    "RestView",
    "ResultView",
    "RowsView",
    "StandingView",
    "TestView",
]

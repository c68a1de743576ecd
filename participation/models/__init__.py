"""What contacts answer, a noun a file."""

from participation.models.agreements import Agreement
from participation.models.invitations import Interest, Invitation, OrganisationInvitation
from participation.models.polls import Poll, PollAnswer, PollOption
from participation.models.questions import LearningQuestion
from participation.models.registrations import AttendanceList, Registration
from participation.models.sessions import PartnerVisit, ScheduleChange

__all__ = [
    "Agreement",
    "AttendanceList",
    "Interest",
    "Invitation",
    "LearningQuestion",
    "OrganisationInvitation",
    "PartnerVisit",
    "Poll",
    "PollAnswer",
    "PollOption",
    "Registration",
    "ScheduleChange",
]

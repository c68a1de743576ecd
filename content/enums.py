"""How precisely a session's date is known, what became of it, and who may come."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Precision(TextChoices):
    EXACT = "exact", _("exact: day and time")
    DAY = "day", _("the day, time to follow")
    MONTH = "month", _("the month")
    SEASON = "season", _("the season")
    UNKNOWN = "unknown", _("not known yet")


class SessionStatus(TextChoices):
    PLANNED = "planned", _("planned")
    CONFIRMED = "confirmed", _("confirmed")
    POSTPONED = "postponed", _("postponed")
    CANCELLED = "cancelled", _("cancelled")
    HELD = "held", _("held")


class Eligibility(TextChoices):
    EVERYONE = "everyone", _("everyone")
    MEMBERS = "members", _("members only")
    THEME = "theme", _("members, and non-members working on the theme after approval")
    INVITED = "invited", _("invited people only")


class SeriesStatus(TextChoices):
    RUNNING = "running", _("running")
    POSSIBLE_FOLLOW_UP = "possible_follow_up", _("follow-up possible")
    CLOSED = "closed", _("closed")


class AnswerState(TextChoices):
    """How far a Q&A entry is. Only an agreed one is public."""

    DRAFT = "draft", _("draft")
    DISCUSSION = "discussion", _("under discussion")
    AGREED = "agreed", _("agreed")


class SignUpPhase(TextChoices):
    """What a visitor can do about a session, as far as its facts tell. Seats are not counted."""

    OPEN = "open", _("sign-up is open")
    NOT_YET = "not_yet", _("sign-up opens later")
    CLOSED = "closed", _("sign-up is closed")
    INTEREST = "interest", _("date to follow: keep me informed")
    PARTNER = "partner", _("sign up with the partner")
    INVITED = "invited", _("by invitation")
    CANCELLED = "cancelled", _("cancelled")
    OVER = "over", _("over")


class SessionRole(TextChoices):
    """What somebody does at a session, or an organisation."""

    INITIATOR = "initiator", _("initiator")
    ORGANISER = "organiser", _("organiser")
    HOST = "host", _("host")
    FACILITATOR = "facilitator", _("facilitator")
    SPEAKER = "speaker", _("speaker")


class QuestionKind(TextChoices):
    """How a question of a session's own is answered."""

    LINE = "line", _("one line")
    TEXT = "text", _("some lines")
    YES_NO = "yes_no", _("yes or no")
    CHOICE = "choice", _("one of several options")
    CHOICES = "choices", _("any of several options")

    @classmethod
    def of_options(cls) -> frozenset["QuestionKind"]:
        """The kinds for which the editor writes the options."""
        return frozenset({cls.CHOICE, cls.CHOICES})

    @classmethod
    def of_answers_to_choose(cls) -> frozenset["QuestionKind"]:
        """The kinds of which the possible answers are known beforehand."""
        return cls.of_options() | {cls.YES_NO}

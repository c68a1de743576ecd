"""States and kinds of a mailing, the legal moves, and every reason not to mail somebody."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MailingKind(TextChoices):
    INVITATION = "invitation", _("invitation")
    REMINDER = "reminder", _("reminder")
    CHANGE = "change", _("change notice")
    FOLLOW_UP = "follow_up", _("follow-up")
    ANNOUNCEMENT = "announcement", _("announcement")


class MailingState(TextChoices):
    DRAFT = "draft", _("draft")
    CHECKED = "checked", _("checked")
    PLANNED = "planned", _("planned")
    SENDING = "sending", _("being sent")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    MISSED = "missed", _("missed")
    CANCELLED = "cancelled", pgettext_lazy("mailing", "cancelled")


_S = MailingState

#: From a state to the states it may move to. Every move is a conditional update on the old state.
MAILING_MOVES: dict[MailingState, frozenset[MailingState]] = {
    _S.DRAFT: frozenset({_S.CHECKED}),
    _S.CHECKED: frozenset({_S.DRAFT, _S.PLANNED}),
    _S.PLANNED: frozenset({_S.DRAFT, _S.SENDING, _S.MISSED, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.PAUSED, _S.DONE, _S.CANCELLED}),
    _S.PAUSED: frozenset({_S.SENDING, _S.CANCELLED}),
    _S.MISSED: frozenset({_S.DRAFT, _S.PLANNED}),
    _S.DONE: frozenset({_S.SENDING}),
    _S.CANCELLED: frozenset(),
}

#: The text, the audience and the plan may be edited; an edit returns the mailing to draft.
EDITABLE = (_S.DRAFT, _S.CHECKED, _S.PLANNED, _S.MISSED)

#: Mail for something still to come: pointless once the session has begun or is cancelled.
BEFORE_SESSION = (MailingKind.INVITATION, MailingKind.REMINDER)


class Per(TextChoices):
    PERSON = "person", _("every person")
    ORGANISATION = "organisation", _("one person per organisation")


class Whom(TextChoices):
    """For whom a part of a mail is. The last seven are about the session of the mailing."""

    MEMBER = "member", pgettext_lazy("only for somebody who", "speaks for a member")
    NON_MEMBER = "non_member", pgettext_lazy("only for somebody who", "does not speak for a member")
    OTHER_LANGUAGE = (
        "other_language",
        pgettext_lazy("only for somebody who", "reads another language than this text"),
    )
    SIGNED_UP = "signed_up", pgettext_lazy("only for somebody who", "has signed up")
    WAITING = "waiting", pgettext_lazy("only for somebody who", "waits for a seat or for approval")
    NOT_SIGNED_UP = "not_signed_up", pgettext_lazy("only for somebody who", "has not signed up")
    UNANSWERED = (
        "unanswered",
        pgettext_lazy("only for somebody who", "was invited and has not answered"),
    )
    PRESENT = "present", pgettext_lazy("only for somebody who", "was present")
    EXCUSED = "excused", pgettext_lazy("only for somebody who", "was absent with notice")
    NO_SHOW = "no_show", pgettext_lazy("only for somebody who", "did not appear")

    @classmethod
    def of_session(cls) -> frozenset["Whom"]:
        """Those that need a session."""
        return frozenset(cls) - {cls.MEMBER, cls.NON_MEMBER, cls.OTHER_LANGUAGE}


class Anchor(TextChoices):
    """What a relative plan counts from."""

    SESSION_START = "session_start", _("start of the session")
    SESSION_END = "session_end", _("end of the session")
    REGISTRATION_DEADLINE = "registration_deadline", _("sign-up deadline")
    ATTENDANCE_CLOSED = "attendance_closed", _("closing of the attendance list")
    REPORT_PUBLISHED = "report_published", _("publication of the report")
    INVITATION_SENT = "invitation_sent", _("the day the invitation went out")


class Basis(TextChoices):
    """Why somebody may be mailed, frozen in the ledger; the foot of the mail says it in words."""

    REGISTRATION = "registration", _("takes part in the session")
    MEMBERSHIP = "membership", _("speaks for a member")
    CONSENT = "consent", _("consent")
    PUBLISHED = "published", _("address published for this purpose")
    REQUEST = "request", _("own request")


class Exclusion(TextChoices):
    """Why somebody who was considered does not get the mailing."""

    NOT_IN_AUDIENCE = "not_in_audience", _("left out by the audience")
    NO_ADDRESS = "no_address", _("no e-mail address")
    ERASED = "erased", _("data erased on request")
    MERGED = "merged", _("the same person as somebody else, who gets it")
    SUPPRESSED = "suppressed", _("unsubscribed or blocked")
    NO_BASIS = "no_basis", _("no membership or consent for this kind of mail")
    PAUSED = "paused", _("asked for no mail for a while")
    LESS_MAIL = "less_mail", _("asked for less mail, and had one this month")
    FATIGUE = "fatigue", _("had as many mailings this week as the site allows")
    NOT_REGISTERED = "not_registered", _("not signed up for the session")
    NO_REMINDERS = "no_reminders", _("asked for no more reminders")
    ALREADY_REGISTERED = "already_registered", _("has signed up meanwhile")
    DECLINED = "declined", _("cannot come")
    QUESTION_GIVEN = "question_given", _("has given a learning question")
    NO_AGREEMENT = "no_agreement", _("has no open agreement of the session")
    POLL_ANSWERED = "poll_answered", _("has answered the poll")
    ALREADY_TOLD = "already_told", _("was told the same before")
    COLLEAGUE_CHOSEN = "colleague_chosen", _("a colleague of the same organisation gets it")
    COLLEAGUE_REGISTERED = (
        "colleague_registered",
        _("a colleague of the same organisation has signed up"),
    )
    SESSION_OVER = "session_over", _("the session has begun or was cancelled")

"""States of a registration, an invitation, attendance, questions, agreements; the legal moves."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegistrationState(TextChoices):
    UNCONFIRMED = "unconfirmed", _("not confirmed yet")
    PENDING = "pending", _("waiting for approval")
    REGISTERED = "registered", _("signed up")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("seat offered")
    LAPSED = "lapsed", _("lapsed")
    REJECTED = "rejected", _("not placed")
    CANCELLED = "cancelled", _("has cancelled")
    TRANSFERRED = "transferred", _("passed on to a colleague")


_S = RegistrationState

#: Not live: the person may sign up again.
ENDED = (_S.LAPSED, _S.REJECTED, _S.CANCELLED, _S.TRANSFERRED)
LIVE = tuple(state for state in _S if state not in ENDED)
#: These hold a seat.
SEATED = (_S.REGISTERED, _S.OFFERED)

#: From a state to the states it may move to (every live one may be cancelled or transferred).
REGISTRATION_MOVES: dict[RegistrationState, frozenset[RegistrationState]] = {
    _S.UNCONFIRMED: frozenset(
        {_S.PENDING, _S.REGISTERED, _S.WAITING, _S.LAPSED, _S.CANCELLED, _S.TRANSFERRED}
    ),
    _S.PENDING: frozenset({_S.REGISTERED, _S.WAITING, _S.REJECTED, _S.CANCELLED, _S.TRANSFERRED}),
    _S.REGISTERED: frozenset({_S.CANCELLED, _S.TRANSFERRED}),
    _S.WAITING: frozenset({_S.OFFERED, _S.REGISTERED, _S.CANCELLED, _S.TRANSFERRED}),
    _S.OFFERED: frozenset({_S.REGISTERED, _S.LAPSED, _S.CANCELLED, _S.TRANSFERRED}),
    **{state: frozenset() for state in ENDED},
}


class RegistrationSource(TextChoices):
    PERSONAL_LINK = "personal_link", _("personal link")
    PUBLIC_FORM = "public_form", _("public form")
    ORGANISER = "organiser", _("organiser")
    IMPORT = "import", _("import")
    API = "api", _("API")
    WALK_IN = "walk_in", _("walk-in")


class Attendance(TextChoices):
    UNMARKED = "unmarked", _("not marked")
    PRESENT = "present", _("present")
    EXCUSED = "excused", _("absent with notice")
    NO_SHOW = "no_show", _("did not appear")


class InvitationAnswer(TextChoices):
    NONE = "none", _("no answer")
    REGISTERED = "registered", _("signed up")
    DECLINED = "declined", _("cannot come")
    COLLEAGUE = "colleague", _("sent a colleague")


class QuestionState(TextChoices):
    ASKED = "asked", _("asked for, not formulated yet")
    STATED = "stated", _("stated")
    CLAIMED_ANSWERED = "claimed_answered", _("said to be answered, to be verified")
    ANSWERED = "answered", _("answered")
    MERGED = "merged", _("merged")


class AgreementState(TextChoices):
    OPEN = "open", pgettext_lazy("agreement", "open")
    DONE = "done", pgettext_lazy("agreement", "done")
    DROPPED = "dropped", pgettext_lazy("agreement", "dropped")


#: From a state to the states it may move to.
AGREEMENT_MOVES: dict[AgreementState, frozenset[AgreementState]] = {
    AgreementState.OPEN: frozenset({AgreementState.DONE, AgreementState.DROPPED}),
    AgreementState.DONE: frozenset({AgreementState.OPEN}),
    AgreementState.DROPPED: frozenset({AgreementState.OPEN}),
}


class PollKind(TextChoices):
    ONE = "one", _("one choice")
    SEVERAL = "several", _("several choices")
    DATES = "dates", _("dates: all that suit")
    OPEN = "open", _("an answer in one's own words")


class Phase(TextChoices):
    """What a visitor can do about a session at this moment."""

    OPEN = "open", _("sign-up is open")
    WAITING_LIST = "waiting_list", _("full, with a waiting list")
    FULL = "full", _("full")
    INTEREST = "interest", _("the date is not known yet")
    PARTNER = "partner", _("sign-up with the partner")
    INVITED_ONLY = "invited_only", _("by invitation")
    NOT_YET = "not_yet", _("sign-up is not open yet")
    CLOSED = "closed", _("sign-up is closed")
    OVER = "over", _("over")
    CANCELLED = "cancelled", _("called off")


#: A sign-up leads to a registration.
ACCEPTING = (Phase.OPEN, Phase.WAITING_LIST)

#: A sign-up that waits for confirmation can no longer be confirmed.
REFUSING = (Phase.CANCELLED, Phase.OVER, Phase.PARTNER, Phase.FULL)


class Admission(TextChoices):
    """How somebody gets in."""

    AT_ONCE = "at_once", _("at once")
    APPROVAL = "approval", _("after approval")


class ChangeState(TextChoices):
    """What becomes of the news that a session moved, was cancelled or takes place after all."""

    WAITING = "waiting", _("goes out by itself in a moment")
    HELD = "held", _("waits for an organiser")
    SENT = "sent", _("people were told")
    WITHDRAWN = "withdrawn", _("withdrawn: nobody was told")
    CORRECTION = "correction", _("a correction: nobody was told")
    SUPERSEDED = "superseded", _("overtaken by a later change")


#: From a state to the states it may move to.
CHANGE_MOVES: dict[ChangeState, frozenset[ChangeState]] = {
    ChangeState.WAITING: frozenset(
        {ChangeState.SENT, ChangeState.WITHDRAWN, ChangeState.CORRECTION, ChangeState.SUPERSEDED}
    ),
    ChangeState.HELD: frozenset(
        {ChangeState.WAITING, ChangeState.WITHDRAWN, ChangeState.CORRECTION, ChangeState.SUPERSEDED}
    ),
    ChangeState.WITHDRAWN: frozenset({ChangeState.WAITING}),
    ChangeState.SENT: frozenset(),
    ChangeState.CORRECTION: frozenset(),
    ChangeState.SUPERSEDED: frozenset(),
}

#: The permission to start a mailing, which is also what it takes to tell people of a change.
MAY_TELL = "campaigns.send_mailing"

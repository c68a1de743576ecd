"""What can stand in the way of an answer. Messages are for people and name the remedy."""

from collections.abc import Sequence

from django.http import Http404
from django.utils.translation import gettext as _

from participation.enums import AgreementState, ChangeState, Phase, RegistrationState


class ParticipationError(Exception):
    """An expected failure; `str()` of it is shown to people, `code` is for programs."""

    code = "invalid"


class SessionGone(Http404):
    """The session was deleted while somebody was at work on it, and their answer with it.

    No page about it can be shown any more, so whoever lets this pass answers 404.
    """

    def __init__(self) -> None:
        super().__init__(_("This session was removed a moment ago. Nothing was changed."))


class SignUpClosed(ParticipationError):
    """Nobody can sign up for this session now; `phase` says why."""

    code = "closed"

    def __init__(self, phase: Phase) -> None:
        self.phase = phase
        super().__init__(
            _("You cannot sign up for this session now: %(phase)s.") % {"phase": phase.label}
        )


class SessionFull(ParticipationError):
    """Every seat is taken and there is no waiting list."""

    code = "full"

    def __init__(self) -> None:
        super().__init__(_("All seats are taken, and there is no waiting list."))


class OrganisationFull(SessionFull):
    """The organisation holds all the seats that one organisation may have."""

    code = "organisation_full"

    def __init__(self) -> None:
        ParticipationError.__init__(
            self, _("Your organisation already has all the seats it can have in this session.")
        )


class DeclarationMissing(ParticipationError):
    """Who does not speak for a member has to declare that the theme is its field."""

    code = "declaration_missing"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Tick that your organisation works on this theme, or fill in the member "
                "organisation that you work for."
            )
        )


class MoveNotAllowed(ParticipationError):
    """The registration is not in a state from which it may move there."""

    code = "move_not_allowed"

    def __init__(self, *, state: str, to: RegistrationState) -> None:
        self.state = state
        self.to = to
        super().__init__(
            _("This sign-up is “%(state)s” and cannot become “%(to)s”.")
            % {"state": RegistrationState(state).label, "to": to.label}
        )


class AgreementGone(Http404):
    """The agreement was deleted while somebody was at work on it."""

    def __init__(self) -> None:
        super().__init__(_("This agreement was removed a moment ago. Nothing was changed."))


class AgreementMoveNotAllowed(ParticipationError):
    """The agreement is not in a state from which it may move there."""

    code = "move_not_allowed"

    def __init__(self, *, state: str, to: AgreementState) -> None:
        super().__init__(
            _("This agreement is “%(state)s” and cannot become “%(to)s”.")
            % {"state": AgreementState(state).label, "to": to.label}
        )


class AgreementNobodys(ParticipationError):
    """Who had it was erased: nobody is left to do it."""

    code = "owner_missing"

    def __init__(self) -> None:
        super().__init__(
            _("Nobody is left to do this. Choose an organisation or a person, then reopen it.")
        )


class AgreementNotOpen(ParticipationError):
    """Only what is still to be done is carried forward."""

    code = "not_open"

    def __init__(self) -> None:
        super().__init__(_("Only an open agreement can be carried forward. Reopen it first."))


class AgreementChanged(ParticipationError):
    """Somebody saved the agreement since it was looked at."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else changed this agreement meanwhile. Look at it again, then change it.")
        )


class TransferNotPossible(ParticipationError):
    """Only a sign-up that holds, for a session to come, can be passed on."""

    code = "transfer_not_possible"

    def __init__(self) -> None:
        super().__init__(_("This seat can no longer be given to somebody else."))


class AnswersClosed(ParticipationError):
    """The organiser closed the list of the session."""

    code = "answers_closed"

    def __init__(self) -> None:
        super().__init__(_("The list of this session is closed: answers can no longer change."))


class ReasonMissing(ParticipationError):
    """Whoever is not placed is told why."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__(_("Write in a sentence why this person cannot be placed."))


class AttendanceNotPossible(ParticipationError):
    """Only somebody with a seat or a place in the queue can have been there."""

    code = "attendance_not_possible"

    def __init__(self) -> None:
        super().__init__(
            _("Attendance can be marked for people who signed up. Register this person first.")
        )


class AttendanceTooEarly(ParticipationError):
    """Who was there is known when the session has begun."""

    code = "too_early"

    def __init__(self) -> None:
        super().__init__(_("This session has not begun yet. Come back when it is under way."))


class NotMovable(ParticipationError):
    """Only a live sign-up of a person whom we know can go to another session."""

    code = "not_movable"

    def __init__(self) -> None:
        super().__init__(
            _("Only somebody who takes part, waits or is to be approved can go to another session.")
        )


class TableUnreadable(ParticipationError):
    """The file cannot be read as a table, or a column is missing."""

    code = "table_unreadable"


class CalendarImpossible(ParticipationError):
    """A session without a day has no place in a calendar."""

    code = "date_unknown"

    def __init__(self) -> None:
        super().__init__(_("The date of this session is not known yet."))


class ChangeSettled(ParticipationError):
    """Somebody was first, or the moment has passed: this cannot be decided any more."""

    code = "change_settled"

    def __init__(self, state: str) -> None:
        super().__init__(
            _("This can no longer be decided: %(state)s.") % {"state": ChangeState(state).label}
        )


class PollClosed(ParticipationError):
    """Nobody can answer the poll any more."""

    code = "closed"

    def __init__(self) -> None:
        super().__init__(_("This poll is closed: answering is not possible any more."))


class PollInvalid(ParticipationError):
    """A poll cannot be asked like this; `problems` are (field, message)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(message for _field, message in problems))

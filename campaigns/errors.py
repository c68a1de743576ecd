"""Expected failures of this room."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from base.figures import figure
from campaigns.enums import MailingState


class CampaignError(Exception):
    """Something a person can put right; the text says what and how."""


class AudienceInvalid(CampaignError):
    """The JSON of an audience is not one. `path` names the condition, such as `all[1].theme`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or 'audience'}: {message}")
        self.path = path
        self.message = message


class FieldInvalid(CampaignError):
    """A text holds merge fields that do not exist; `problems` names each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


class PlanInvalid(CampaignError):
    """The JSON of a plan is not one."""


class MailingNotReady(CampaignError):
    """The checks before sending found problems."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


class NumberUnconfirmed(CampaignError):
    """So many people get it that their number has to be given, and it was not."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("This mailing goes to %s people. Give that number to confirm it.") % figure(number)
        )
        self.number = number


class TooManyRecipients(CampaignError):
    """At the start it reaches far more people than somebody said yes to."""

    def __init__(self, number: int, *, confirmed: int | None, limit: int) -> None:
        words = {"number": figure(number), "confirmed": figure(confirmed or 0)}
        if confirmed is None:
            words["limit"] = figure(limit)
            text = _(
                "It would go to %(number)s people, and nobody confirmed more than %(limit)s. Look "
                "at the audience and plan it again."
            )
        else:
            text = _(
                "%(confirmed)s people were confirmed, and now it would go to %(number)s. Look at "
                "the audience and plan it again."
            )
        super().__init__(text % words)


class SessionNeeded(CampaignError):
    """A text about one session was chosen, and no session."""

    def __init__(self) -> None:
        super().__init__(_("This text is about one session: choose which."))


class MoveForbidden(CampaignError):
    """The state of the mailing or row does not allow this move; `legal` are those it does."""

    def __init__(self, state: str, legal: Sequence[MailingState | str], message: str) -> None:
        super().__init__(message)
        self.state = state
        self.legal = [str(move) for move in legal]


class NoticeObsolete(CampaignError):
    """What the notice tells is no longer true: it must not be sent."""


class CompileFailed(CampaignError):
    """The text of a mail could not be turned into a message."""


class FileMissing(CampaignError):
    """A file that is to go with a mail is not where it was; the text names it."""


class FilesTooLarge(CampaignError):
    """The files that are to go with a mail are over the limit; the text names the largest."""


class MailNotHeld(CampaignError):
    """There is nothing to release: mail goes out as usual."""

    def __init__(self) -> None:
        super().__init__(_("Mail goes out as usual: there is nothing to release."))


class MailingChanged(CampaignError):
    """Somebody changed the mailing since it was looked at; the text says who and when."""


class ApprovalRefused(CampaignError):
    """This person cannot approve, or send back, this mailing; the text says why."""

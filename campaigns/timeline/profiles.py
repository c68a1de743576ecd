"""What somebody of an invented kind would get: an audience judged without a database.

A profile leaves most things open: which language, which tags. What hangs on these depends.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.audience.parsing import DECLINED, NO_ANSWER
from campaigns.enums import Exclusion, MailingKind, Per
from campaigns.errors import AudienceInvalid
from campaigns.models import Mailing
from contacts.enums import GROUP_PURPOSES, Purpose
from participation.enums import Attendance, RegistrationState


class Profile(TextChoices):
    """Kinds of people, as an organiser thinks of them."""

    MEMBER = "member", gettext_lazy("is of a member, was invited and has not answered")
    NON_MEMBER = (
        "non_member",
        gettext_lazy("works on the theme for a non-member, was invited and has not answered"),
    )
    REGISTERED = "registered", gettext_lazy("is signed up")
    DECLINED = "declined", gettext_lazy("cannot come to the session")
    PRESENT = "present", gettext_lazy("was present")


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the mailing comes, and in words why not or on what it depends."""

    answer: Answer
    why: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the person; None is left open. Answers hold for each of `sessions`."""

    sessions: Collection[str]
    themes: Collection[str]
    answer: str
    is_member: bool | None = None
    works_on_theme: bool | None = None
    is_invited: bool | None = None
    attendance: str = ""


def facts_of(profile: Profile, *, sessions: Collection[str], themes: Collection[str]) -> Facts:
    """Return the facts of a profile, for the sessions (slugs) of a plan and their themes."""
    about: dict[str, Any] = {"sessions": sessions, "themes": themes}
    match profile:
        case Profile.MEMBER:
            return Facts(answer=NO_ANSWER, is_member=True, is_invited=True, **about)
        case Profile.NON_MEMBER:
            return Facts(
                answer=NO_ANSWER, is_member=False, works_on_theme=True, is_invited=True, **about
            )
        case Profile.DECLINED:
            return Facts(answer=DECLINED, is_invited=True, **about)
        case Profile.PRESENT:
            present = str(Attendance.PRESENT)
            return Facts(answer=RegistrationState.REGISTERED, attendance=present, **about)
    return Facts(answer=RegistrationState.REGISTERED, **about)


def verdict(mailing: Mailing, facts: Facts) -> Verdict:
    """Return whether somebody of whom these are the facts gets the mailing."""
    try:
        condition = audience.parse(mailing.audience)
    except AudienceInvalid as error:
        return Verdict(Answer.DEPENDS, str(error))
    holds = judge(condition, facts)
    if holds is False:
        return Verdict(Answer.NO, _why_not(condition, facts))
    takes_part = facts.answer == RegistrationState.REGISTERED
    open_ends = _open_ends(condition, facts) if holds is None else []
    if mailing.purpose == Purpose.PARTICIPATION and not takes_part:
        if mailing.kind != MailingKind.CHANGE:
            return Verdict(Answer.NO, str(Exclusion.NOT_REGISTERED.label))
        open_ends.append(str(_ON[c.Interested]))
    if mailing.purpose in GROUP_PURPOSES:
        open_ends.append(_("membership of the group"))
    if mailing.per == Per.ORGANISATION:
        open_ends.append(_("which colleague gets it"))
    if open_ends:
        words = ", ".join(dict.fromkeys(open_ends))
        return Verdict(Answer.DEPENDS, _("depends on: %s") % words)
    return Verdict(Answer.YES)


def judge(condition: c.Condition, facts: Facts) -> bool | None:
    """Return whether the condition holds; None when the facts leave that open (Kleene's logic)."""
    match condition:
        case c.All(of):
            parts = [judge(part, facts) for part in of]
            return False if False in parts else None if None in parts else True
        case c.AnyOf(of):
            parts = [judge(part, facts) for part in of]
            return True if True in parts else None if None in parts else False
        case c.Not(of):
            inner = judge(of, facts)
            return None if inner is None else not inner
        case c.Everyone():
            return True
        case c.Member(is_member):
            return None if facts.is_member is None else facts.is_member == is_member
        case c.OfTheme(theme):
            return facts.works_on_theme if theme in facts.themes else None
    return _about_session(condition, facts)


def _about_session(condition: c.Condition, facts: Facts) -> bool | None:
    if getattr(condition, "session", None) not in facts.sessions:
        return None
    match condition:
        case c.Answered(_session, states):
            return facts.answer in states
        case c.Invited():
            return facts.is_invited
        case c.Attended(_session, values):
            if facts.attendance:
                return facts.attendance in values
            return None if facts.answer == RegistrationState.REGISTERED else False
    return None


def _why_not(condition: c.Condition, facts: Facts) -> str:
    """Return the reason by what the person answered, if that is what the audience looks at."""
    failing = [
        part
        for part in (condition.of if isinstance(condition, c.All) else (condition,))
        if judge(part, facts) is False
    ]
    leaves = [leaf for part in failing for leaf, _positive in c.leaves(part)]
    asks_answer = any(isinstance(leaf, c.Answered | c.Attended) for leaf in leaves)
    if asks_answer and facts.answer == RegistrationState.REGISTERED:
        asks_attendance = any(isinstance(leaf, c.Attended) for leaf in leaves)
        reason = Exclusion.NOT_IN_AUDIENCE if asks_attendance else Exclusion.ALREADY_REGISTERED
        return str(reason.label)
    if asks_answer and facts.answer == DECLINED:
        return str(Exclusion.DECLINED.label)
    if asks_answer:
        return str(Exclusion.NOT_REGISTERED.label)
    return str(Exclusion.NOT_IN_AUDIENCE.label)


#: What an open condition hangs on, in words.
_ON: dict[type, str | Promise] = {
    c.Member: gettext_lazy("membership"),
    c.OfTheme: gettext_lazy("the theme"),
    c.InCommunity: gettext_lazy("the community"),
    c.OfKind: gettext_lazy("the kind of organisation"),
    c.InCountry: gettext_lazy("the country"),
    c.InRole: gettext_lazy("the role"),
    c.Reads: gettext_lazy("the language"),
    c.Tagged: gettext_lazy("a tag"),
    c.Named: gettext_lazy("whether the person was chosen"),
    c.Consented: gettext_lazy("consent"),
    c.Answered: gettext_lazy("the answer for another session"),
    c.Invited: gettext_lazy("whether the person was invited"),
    c.Interested: gettext_lazy("whether the person wants to be kept informed"),
    c.ColleagueRegistered: gettext_lazy("whether a colleague signed up"),
    c.Attended: gettext_lazy("attendance"),
    c.HasAgreement: gettext_lazy("what the person agreed to do"),
    c.Received: gettext_lazy("an earlier mailing"),
}


def _open_ends(condition: c.Condition, facts: Facts) -> list[str]:
    leaves = [leaf for leaf, _positive in c.leaves(condition) if judge(leaf, facts) is None]
    return [str(_ON.get(type(leaf), _("the audience"))) for leaf in leaves]


def reach_the_same(first: Mailing, second: Mailing, known: Collection[Facts]) -> bool:
    """Whether there is a kind of person who certainly gets both."""
    return any(
        verdict(first, facts).answer == verdict(second, facts).answer == Answer.YES
        for facts in known
    )

"""An audience said aloud, as one sentence in Dutch or English."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from campaigns.audience import conditions as c
from campaigns.audience.names import Names, names_of
from campaigns.audience.parsing import DECLINED, NO_ANSWER
from contacts.countries import country_name
from contacts.enums import GROUP_PURPOSES, OrganisationKind, Purpose, RepresentationRole, Tier
from contacts.models import LANGUAGES
from participation.enums import AgreementState, Attendance, RegistrationState


def sentence(condition: c.Condition, language: str, names: Names | None = None) -> str:
    """Return the audience in words, such as "Members, but not: signed up for “Werksessie 2”".

    `names` are those of more conditions at once, when they are known already.
    """
    said = _Said(language, names_of([condition]) if names is None else names)
    with override(language):
        asked, left_out = c.split(condition)
        words = (
            said.join(asked, _(" and at the same time "), nested=len(asked) > 1)
            if asked
            else _("everyone")
        )
        if left_out:
            words = _("%(who)s, but not: %(left_out)s") % {
                "who": words,
                "left_out": said.join(left_out, _(" or ")),
            }
        return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class _Said:
    """Conditions in the words of one language, which is the active one meanwhile."""

    language: str
    names: Names

    def join(self, parts: Iterable[c.Condition], word: str, *, nested: bool = False) -> str:
        return word.join(self.words(part, nested=nested) for part in parts)

    def words(self, condition: c.Condition, *, nested: bool = False) -> str:
        match condition:
            case c.All(of):
                return _wrap(
                    self.join(of, _(" and at the same time "), nested=True), nested and len(of) > 1
                )
            case c.AnyOf(of):
                return _wrap(self.join(of, _(" or "), nested=True), nested and len(of) > 1)
            case c.Not(of):
                return _("not (%s)") % self.words(of)
        return self.single(condition)

    def single(self, condition: c.Condition) -> str:
        match condition:
            case c.Everyone():
                return _("everyone")
            case c.Member(is_member):
                return _("members") if is_member else _("non-members")
            case c.OfTheme(theme):
                return _("people working on %s") % self.names.theme(theme, self.language)
            case c.InCommunity(slug, tiers):
                return self.in_community(slug, tiers)
            case c.OfKind(kinds):
                return _("people of: %s") % _labels(OrganisationKind, kinds)
            case c.InCountry(countries):
                return _("people of organisations in %s") % _or(map(country_name, countries))
            case c.InRole(roles):
                return _("people who are %s") % _labels(RepresentationRole, roles)
            case c.Reads(code):
                return _("people who read %s") % dict(LANGUAGES)[code]
            case c.Tagged(tag):
                return _("people tagged “%s”") % tag
            case c.Named(contacts):
                number = len(set(contacts))
                return ngettext("%s chosen person", "%s chosen people", number) % number
            case c.Consented(purpose, topic):
                return self.consented(purpose, topic)
            case c.AnsweredPoll(poll):
                return _("people who answered the poll %s") % self.names.poll(poll, self.language)
            case c.Received(mailing):
                return _("people who got mailing %s") % self.names.mailing(mailing)
        return self.about_session(condition)

    def about_session(self, condition: c.Condition) -> str:
        session = self.names.session(getattr(condition, "session", ""), self.language)
        match condition:
            case c.Answered(_slug, states):
                answers = _or([_answer(state) for state in states])
                return _("%(answers)s for %(session)s") % {"answers": answers, "session": session}
            case c.Invited():
                return _("invited for %s") % session
            case c.Interested():
                return _("interested in %s") % session
            case c.ColleagueRegistered():
                return _("organisation signed up for %s") % session
            case c.GaveQuestion(_slug, is_given):
                if is_given:
                    return _("with a learning question for %s") % session
                return _("without a learning question for %s") % session
            case c.HasAgreement(_slug, state):
                return str(_WITH_AGREEMENT[AgreementState(state)]) % session
            case c.Attended(_slug, values):
                labels = _labels(Attendance, values)
                return _("%(attendance)s at %(session)s") % {
                    "attendance": labels,
                    "session": session,
                }
        raise TypeError(condition)

    def consented(self, purpose: str, topic: str) -> str:
        if not topic:
            return _("people who agreed to %s") % Purpose(purpose).label
        if purpose in GROUP_PURPOSES:
            return _("people who joined %s") % self.names.group(purpose, topic, self.language)
        theme = self.names.theme(topic, self.language)
        words = {"purpose": Purpose(purpose).label, "theme": theme}
        return _("people who agreed to %(purpose)s about %(theme)s") % words

    def in_community(self, slug: str, tiers: tuple[str, ...]) -> str:
        name = self.names.community(slug)
        if not tiers:
            return _("people who speak in the community %s") % name
        words = {"community": name, "tiers": _labels(Tier, tiers)}
        return _("people who speak in the community %(community)s (%(tiers)s)") % words


_WITH_AGREEMENT = {
    AgreementState.OPEN: gettext_lazy("with an open agreement of %s"),
    AgreementState.DONE: gettext_lazy("with an agreement of %s that is done"),
    AgreementState.DROPPED: gettext_lazy("with an agreement of %s that was dropped"),
}


def _wrap(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def _answer(state: str) -> str:
    if state == NO_ANSWER:
        return _("without an answer")
    if state == DECLINED:
        return _("cannot come")
    return str(RegistrationState(state).label)


def _labels(choices: type, values: Iterable[str]) -> str:
    return _or([choices(value).label for value in values])


def _or(words: Iterable[str | Promise]) -> str:
    """Return "a, b or c"."""
    *others, last = [str(word) for word in words]
    return _(" or ").join([", ".join(others), last]) if others else last

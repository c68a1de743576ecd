"""An audience said aloud, as one sentence in Dutch or English."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.audience import conditions as c
from campaigns.audience.parsing import DECLINED, NO_ANSWER
from contacts.enums import GROUP_PURPOSES, OrganisationKind, Purpose, RepresentationRole, Tier
from contacts.models import LANGUAGES, Community, Theme
from contacts.selectors.groups import group_of
from content.models import Session
from participation.enums import Attendance, RegistrationState


def sentence(condition: c.Condition, language: str) -> str:
    """Return the audience in words, such as "members, not: signed up for “Werksessie 2”"."""
    with override(language):
        asked, left_out = c.split(condition)
        words = (
            _join(asked, _(" and "), language, nested=len(asked) > 1) if asked else _("everyone")
        )
        if left_out:
            words = _("%(who)s, but not: %(left_out)s") % {
                "who": words,
                "left_out": _join(left_out, _(" or "), language),
            }
        return words[:1].upper() + words[1:]


def _join(parts: Iterable[c.Condition], word: str, language: str, *, nested: bool = False) -> str:
    return word.join(_words(part, language, nested=nested) for part in parts)


def _words(condition: c.Condition, language: str, *, nested: bool = False) -> str:
    match condition:
        case c.All(of):
            return _wrap(_join(of, _(" and "), language, nested=True), nested and len(of) > 1)
        case c.AnyOf(of):
            return _wrap(_join(of, _(" or "), language, nested=True), nested and len(of) > 1)
        case c.Not(of):
            return _("not (%s)") % _words(of, language)
    return _single(condition, language)


def _wrap(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def _single(condition: c.Condition, language: str) -> str:
    match condition:
        case c.Everyone():
            return _("everyone")
        case c.Member(is_member):
            return _("members") if is_member else _("non-members")
        case c.OfTheme(theme):
            return _("people working on %s") % _theme(theme, language)
        case c.InCommunity(slug, tiers):
            return _in_community(slug, tiers)
        case c.OfKind(kinds):
            return _("people of: %s") % _labels(OrganisationKind, kinds)
        case c.InCountry(countries):
            return _("people of organisations in %s") % _or(countries)
        case c.InRole(roles):
            return _("people who are %s") % _labels(RepresentationRole, roles)
        case c.Reads(code):
            return _("people who read %s") % dict(LANGUAGES)[code]
        case c.Tagged(tag):
            return _("people tagged “%s”") % tag
        case c.Named(contacts):
            return _("%s chosen people") % len(contacts)
        case c.Consented(purpose, topic):
            return _consented(purpose, topic, language)
        case c.Received(mailing):
            return _("people who got mailing %s") % mailing
        case c.GaveQuestion(slug, is_given):
            return _gave_question(_session(slug, language), is_given=is_given)
        case c.Answered() | c.Invited() | c.Interested() | c.ColleagueRegistered() | c.Attended():
            return _about_session(condition, language)
    raise TypeError(condition)


def _about_session(
    condition: c.Answered | c.Invited | c.Interested | c.ColleagueRegistered | c.Attended,
    language: str,
) -> str:
    session = _session(condition.session, language)
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
        case c.Attended(_slug, values):
            labels = _labels(Attendance, values)
            return _("%(attendance)s at %(session)s") % {"attendance": labels, "session": session}


def _gave_question(session: str, *, is_given: bool) -> str:
    if is_given:
        return _("with a learning question for %s") % session
    return _("without a learning question for %s") % session


def _consented(purpose: str, topic: str, language: str) -> str:
    if not topic:
        return _("people who agreed to %s") % Purpose(purpose).label
    if purpose in GROUP_PURPOSES:
        group = group_of(purpose, topic)
        return _("people who joined “%s”") % (group.name(language) if group else topic)
    words = {"purpose": Purpose(purpose).label, "theme": _theme(topic, language)}
    return _("people who agreed to %(purpose)s about %(theme)s") % words


def _in_community(slug: str, tiers: tuple[str, ...]) -> str:
    community = Community.objects.filter(slug=slug).first()
    name = f"“{community.name if community else slug}”"
    if not tiers:
        return _("people who speak in the community %s") % name
    words = {"community": name, "tiers": _labels(Tier, tiers)}
    return _("people who speak in the community %(community)s (%(tiers)s)") % words


def _answer(state: str) -> str:
    if state == NO_ANSWER:
        return _("without an answer")
    if state == DECLINED:
        return _("cannot come")
    return str(RegistrationState(state).label)


def _labels(choices: type, values: Iterable[str]) -> str:
    return _or([choices(value).label for value in values])


def _or(words: Iterable[str | Promise]) -> str:
    return _(" or ").join(str(word) for word in words)


def _theme(slug: str, language: str) -> str:
    theme = Theme.objects.filter(slug=slug).first()
    return f"“{theme.name(language) if theme else slug}”"


def _session(slug: str, language: str) -> str:
    session = Session.objects.filter(slug=slug).first()
    return f"“{session.title(language) if session else slug}”"

"""What an audience names (sessions, themes, groups, …), looked up together: one query a kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Manager
from django.utils.translation import gettext as _

from campaigns.audience import conditions as c
from campaigns.models import Mailing
from contacts.enums import GROUP_PURPOSES
from contacts.models import Community, Contact, OptInGroup, Theme
from content.models import Session
from participation.models import Poll


@dataclass(frozen=True, slots=True)
class Names:
    """The rows that exist of those that are named; what is gone is not in it."""

    sessions: dict[str, Session] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    communities: dict[str, Community] = field(default_factory=dict)
    groups: dict[tuple[str, str], OptInGroup] = field(default_factory=dict)
    mailings: dict[int, str] = field(default_factory=dict)
    polls: dict[int, Poll] = field(default_factory=dict)

    def session(self, slug: str, language: str) -> str:
        found = self.sessions.get(slug)
        return f"“{found.title(language) if found else slug}”"

    def theme(self, slug: str, language: str) -> str:
        found = self.themes.get(slug)
        return f"“{found.name(language) if found else slug}”"

    def community(self, slug: str) -> str:
        found = self.communities.get(slug)
        return f"“{found.name if found else slug}”"

    def group(self, purpose: str, slug: str, language: str) -> str:
        found = self.groups.get((purpose, slug))
        return f"“{found.name(language) if found else slug}”"

    def mailing(self, number: int) -> str:
        title = self.mailings.get(number)
        return f"“{title}”" if title else str(number)

    def poll(self, number: int, language: str) -> str:
        found = self.polls.get(number)
        return f"“{found.question(language)}”" if found else str(number)


@dataclass(frozen=True, slots=True)
class _Wanted:
    sessions: set[str] = field(default_factory=set)
    themes: set[str] = field(default_factory=set)
    communities: set[str] = field(default_factory=set)
    groups: set[tuple[str, str]] = field(default_factory=set)
    mailings: set[int] = field(default_factory=set)
    polls: set[int] = field(default_factory=set)


def _wanted(leaves: Iterable[c.Condition]) -> _Wanted:
    wanted = _Wanted()
    for leaf in leaves:
        if slug := getattr(leaf, "session", ""):
            wanted.sessions.add(slug)
        match leaf:
            case c.OfTheme(theme):
                wanted.themes.add(theme)
            case c.InCommunity(slug, _tiers):
                wanted.communities.add(slug)
            case c.Consented(purpose, topic) if topic and purpose in GROUP_PURPOSES:
                wanted.groups.add((purpose, topic))
            case c.Consented(_purpose, topic) if topic:
                wanted.themes.add(topic)
            case c.Received(mailing):
                wanted.mailings.add(mailing)
            case c.AnsweredPoll(poll):
                wanted.polls.add(poll)
    return wanted


def names_of(conditions: Iterable[c.Condition]) -> Names:
    """Return what the conditions name, in at most one query for each kind of thing."""
    wanted = _wanted(leaf for each in conditions for leaf, _positive in c.leaves(each))
    slugs = {slug for _purpose, slug in wanted.groups}
    groups = OptInGroup.objects.filter(slug__in=slugs) if slugs else []
    mailings = Mailing.objects.filter(pk__in=wanted.mailings) if wanted.mailings else None
    return Names(
        sessions=_by_slug(Session.objects, wanted.sessions),
        themes=_by_slug(Theme.objects, wanted.themes),
        communities=_by_slug(Community.objects, wanted.communities),
        groups={(group.purpose, group.slug): group for group in groups},
        mailings=dict(mailings.values_list("pk", "title")) if mailings is not None else {},
        polls=Poll.objects.in_bulk(wanted.polls) if wanted.polls else {},
    )


def _by_slug(rows: Manager[Any], slugs: set[str]) -> dict[str, Any]:
    return {row.slug: row for row in rows.filter(slug__in=slugs)} if slugs else {}


def lost(leaf: c.Condition, names: Names) -> str:
    """Return what a single condition names and is not there any more, in words; else empty.

    Of chosen people nobody is looked for here: see `lost_people`.
    """
    session = getattr(leaf, "session", "")
    if session and session not in names.sessions:
        return _("There is no session “%s”.") % session
    match leaf:
        case c.OfTheme(theme) if theme not in names.themes:
            return _("There is no theme “%s”.") % theme
        case c.InCommunity(slug, _tiers) if slug not in names.communities:
            return _("There is no community “%s”.") % slug
        case c.Consented(purpose, topic) if topic and purpose in GROUP_PURPOSES:
            is_there = (purpose, topic) in names.groups
            return "" if is_there else _("There is no group “%s”.") % topic
        case c.Consented(_purpose, topic) if topic and topic not in names.themes:
            return _("There is no theme “%s”.") % topic
        case c.Received(mailing) if mailing not in names.mailings:
            return _("There is no mailing %s.") % mailing
        case c.AnsweredPoll(poll) if poll not in names.polls:
            return _("There is no poll %s.") % poll
    return ""


def lost_people(leaves: Iterable[c.Condition]) -> list[int]:
    """Return the ids of chosen people that are nobody's."""
    wanted = {number for leaf in leaves if isinstance(leaf, c.Named) for number in leaf.contacts}
    if not wanted:
        return []
    return sorted(wanted - set(Contact.objects.filter(pk__in=wanted).values_list("pk", flat=True)))

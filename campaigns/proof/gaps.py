"""Merge fields that would stay empty: for some of the recipients, or for all of them."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.figures import figure
from campaigns.compiling import Message, compile_messages
from campaigns.errors import CampaignError
from campaigns.field_names import named_fields
from campaigns.fields import Slot
from campaigns.models import Mailing
from campaigns.rendering import Facts, messages_of
from campaigns.selectors.gaps import EMPTY, count_empty

FIELDS = {each.name: each for each in named_fields()}

_FACTS = ("session.when", "session.where", "session.day")


def gap_hints(mailing: Mailing, now: datetime) -> list[str]:
    """Return which fields without a `default` are empty, and for how many who would get the mail.

    One statement, and only when the text has such a field. Raises AudienceInvalid.
    """
    try:
        messages = messages_of(compile_messages(mailing))
    except CampaignError:
        return []
    bare = {code: _bare_fields(message) for code, message in messages.items()}
    return [*_facts_missing(mailing, bare), *_people_missing(mailing, bare, now)]


def _bare_fields(message: Message) -> set[str]:
    """The fields that say nothing when they are empty."""
    parts: Iterable[Iterable[object]] = (message.subject, message.html, message.text)
    return {
        piece.name
        for part in parts
        for piece in part
        if isinstance(piece, Slot) and not piece.default
    }


def _people_missing(mailing: Mailing, bare: dict[str, set[str]], now: datetime) -> list[str]:
    asked = sorted(set(EMPTY) & set().union(*bare.values()))
    if not asked:
        return []
    numbers = dict.fromkeys(asked, 0)
    for language, name, number in count_empty(mailing, asked, now):
        version = language if language in bare else next(iter(bare))
        if name in bare[version]:
            numbers[name] += number
    return [
        ngettext(
            "%(field)s is empty for %(number)s person: write %(better)s, or leave it out.",
            "%(field)s is empty for %(number)s people: write %(better)s, or leave it out.",
            number,
        )
        % {
            "field": f"{{{{ {name} }}}}",
            "number": figure(number),
            "better": FIELDS[name].text(next(iter(bare))),
        }
        for name, number in numbers.items()
        if number
    ]


def _facts_missing(mailing: Mailing, bare: dict[str, set[str]]) -> list[str]:
    if mailing.session is None:
        return []
    facts = Facts(mailing.session)
    lost = {
        name
        for code, names in bare.items()
        for name in names.intersection(_FACTS)
        if not facts.say(name, None, code)
    }
    return [
        _("%(field)s is empty: the session does not say it yet.") % {"field": f"{{{{ {name} }}}}"}
        for name in sorted(lost)
    ]

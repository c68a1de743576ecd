"""What the person chooses is called so on the pages where they choose it."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.enums import FormOfAddress, Purpose
from contacts.models import LANGUAGES, OptInGroup
from contacts.selectors.preferences import Preferences

#: The object of "you get …" and "you no longer get …", by the purposes a mailing can have.
PURPOSE_PHRASES: dict[Purpose, Promise] = {
    Purpose.INVITATIONS: gettext_lazy("invitations to sessions"),
    Purpose.ANNOUNCEMENTS: gettext_lazy("news and announcements"),
    Purpose.PARTICIPATION: gettext_lazy("mail about sessions you take part in"),
}

#: How a person may be addressed, as it is kept and as it is offered.
COURTESY_TITLES: dict[str, Promise] = {
    "": gettext_lazy("first name"),
    "mevrouw": gettext_lazy("mevrouw (Ms)"),
    "de heer": gettext_lazy("meneer (Mr)"),
}


def group_phrase(group: OptInGroup, language: str) -> str:
    """Return the object of "you get …" for a group."""
    return _("mail from “%(group)s”") % {"group": group.name(language)}


def changes_in_words(before: Preferences, after: Preferences) -> Iterator[str]:
    """Yield what the person changed, a sentence each, in the language that is active."""
    for purpose, phrase in PURPOSE_PHRASES.items():
        if purpose in after.purposes - before.purposes:
            yield _("You now get %(phrase)s.") % {"phrase": phrase}
        elif purpose in before.purposes - after.purposes:
            yield _("You no longer get %(phrase)s.") % {"phrase": phrase}
    names = {each.group.slug: each.group for each in (*before.groups, *after.groups)}
    for slug in sorted(after.joined - before.joined):
        yield _("You joined “%(group)s”.") % {"group": names[slug].name(after.language)}
    for slug in sorted(before.joined - after.joined):
        yield _("You left “%(group)s”.") % {"group": names[slug].name(after.language)}
    yield from _pace_in_words(before, after)
    yield from _manner_in_words(before, after)


def _pace_in_words(before: Preferences, after: Preferences) -> Iterator[str]:
    if before.paused_until != after.paused_until:
        if after.paused_until:
            day = date_format(after.paused_until, "j F Y")
            yield _("You get no mailings up to and including %(day)s.") % {"day": day}
        else:
            yield _("The pause is over: mailings come again.")
    if before.wants_less_mail != after.wants_less_mail:
        if after.wants_less_mail:
            yield _("You get one mailing a month at most.")
        else:
            yield _("You get every mailing again that is meant for you.")


def _manner_in_words(before: Preferences, after: Preferences) -> Iterator[str]:
    if before.language != after.language:
        language = dict(LANGUAGES)[after.language]
        yield _("We write to you in %(language)s.") % {"language": language}
    if before.form_of_address != after.form_of_address:
        word = FormOfAddress(after.form_of_address).label
        yield _("In Dutch we call you “%(word)s”.") % {"word": word}
    if before.courtesy_title != after.courtesy_title:
        title = COURTESY_TITLES.get(after.courtesy_title, after.courtesy_title)
        yield _("We greet you with: %(title)s.") % {"title": title}

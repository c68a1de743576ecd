"""What mail, or a consent, can be about: a purpose, one opt-in group, or invitations on a theme.

Written as one word, `purpose` or `purpose:topic`, as in an audience (`{"consent": "coalition:x"}`).
"""

from django.utils.translation import gettext as _

from contacts.enums import GROUP_PURPOSES, MAILING_PURPOSES, Purpose
from contacts.models import OptInGroup, Theme

#: The value that stands for every mailing.
EVERYTHING = "all"


def written(purpose: str | None, topic: str = "") -> str:
    """Return the one word for a purpose and its topic; None is every mailing."""
    if purpose is None:
        return EVERYTHING
    return f"{purpose}:{topic}" if topic else str(purpose)


def read(word: str) -> tuple[str, str]:
    """Return the purpose and the topic of the one word."""
    purpose, _colon, topic = word.partition(":")
    return purpose, topic


def group_choices() -> list[tuple[str, str]]:
    """Every opt-in group by its one word, with what it is behind its name."""
    return [
        (written(group.purpose, group.slug), f"{group.name_nl} ({group.get_purpose_display()})")
        for group in OptInGroup.objects.order_by("name_nl", "pk")
    ]


def consent_choices() -> list[tuple[str, str]]:
    """What somebody can agree to. Mail about one's own session needs no consent."""
    plain = (Purpose.INVITATIONS, Purpose.ANNOUNCEMENTS, Purpose.PUBLICATION)
    return [
        *((str(purpose), str(purpose.label)) for purpose in plain),
        *group_choices(),
        *(
            (
                written(Purpose.INVITATIONS, theme.slug),
                _("invitations about “%(theme)s”") % {"theme": theme.name_nl},
            )
            for theme in Theme.objects.order_by("name_nl")
        ),
    ]


def stop_choices() -> list[tuple[str, str]]:
    """What mail to an address can be stopped."""
    return [
        (EVERYTHING, _("all mailings")),
        *((str(each), str(each.label)) for each in Purpose if each in MAILING_PURPOSES),
        *group_choices(),
    ]


def names_of(words: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return what each (purpose, topic) is called in the admin. Two queries at most."""
    topics = {topic for _purpose, topic in words if topic}
    groups = {group.slug: str(group) for group in OptInGroup.objects.filter(slug__in=topics)}
    themes = {theme.slug: theme.name_nl for theme in Theme.objects.filter(slug__in=topics)}
    names = {}
    for purpose, topic in words:
        label = str(Purpose(purpose).label) if purpose else _("all mailings")
        known = groups if purpose in GROUP_PURPOSES else themes
        names[purpose, topic] = f"{label}: {known.get(topic, topic)}" if topic else label
    return names

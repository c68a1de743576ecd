"""Our own texts to begin a mailing with: for whom each is, what for, and when it goes.

The words stand in templates/campaigns/starters/KEY.LANGUAGE.txt: subject, preheader, an empty line,
and Markdown with merge fields. `{about}`, `{sender}` and `{association}` are filled once, when the
draft is made; a paragraph that is only `{about}` is left out when nothing is known.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.enums import Anchor, MailingKind
from campaigns.presets import Preset
from contacts.enums import Purpose


class Shelf(TextChoices):
    """Under which heading a text is offered."""

    INVITING = "inviting", _("Inviting")
    BEFORE = "before", _("Before the session")
    CHANGED = "changed", _("When something changes")
    AFTER = "after", _("After the session")
    OTHER = "other", pgettext_lazy("texts of mailings", "Other")


@dataclass(frozen=True, slots=True)
class Starter:
    """A text with everything that a mailing of its kind usually has."""

    key: str
    name: Promise
    #: What it is for, in one sentence.
    hint: Promise
    shelf: Shelf
    kind: MailingKind
    purpose: Purpose
    preset: Preset
    plan: dict[str, Any] = field(default_factory=lambda: {"now": True})
    with_calendar: bool = False
    needs_session: bool = True


@dataclass(frozen=True, slots=True)
class StarterText:
    """The words of a starter in one language; `body` is Markdown."""

    subject: str
    preheader: str
    body: str


def _relative(anchor: Anchor, days: int) -> dict[str, Any]:
    return {"relative": {"anchor": str(anchor), "days": days, "time": "09:00"}}


_STARTERS = (
    Starter(
        key="invitation",
        name=_("Invitation"),
        hint=_("Asks people to take part, with a personal button for yes and for no."),
        shelf=Shelf.INVITING,
        kind=MailingKind.INVITATION,
        purpose=Purpose.INVITATIONS,
        preset=Preset.MEMBERS,
    ),
    Starter(
        key="date",
        name=_("Date announced"),
        hint=_("Tells who has not signed up that the date is known now, and asks them to come."),
        shelf=Shelf.INVITING,
        kind=MailingKind.INVITATION,
        purpose=Purpose.INVITATIONS,
        preset=Preset.MEMBERS,
    ),
    Starter(
        key="no_answer",
        name=_("Reminder: no answer yet"),
        hint=_("A week before, to who was invited and said neither yes nor no."),
        shelf=Shelf.BEFORE,
        kind=MailingKind.REMINDER,
        purpose=Purpose.INVITATIONS,
        preset=Preset.NO_ANSWER,
        plan=_relative(Anchor.SESSION_START, -7),
    ),
    Starter(
        key="registered",
        name=_("Reminder: see you soon"),
        hint=_("Two days before, to who is signed up: time, place and programme."),
        shelf=Shelf.BEFORE,
        kind=MailingKind.REMINDER,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.REGISTERED,
        plan=_relative(Anchor.SESSION_START, -2),
        with_calendar=True,
    ),
    Starter(
        key="change",
        name=_("Change of date, time or place"),
        hint=_("To who is signed up, waits or is to be approved, and does not know it yet."),
        shelf=Shelf.CHANGED,
        kind=MailingKind.CHANGE,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.INVOLVED,
        with_calendar=True,
    ),
    Starter(
        key="cancellation",
        name=_("Cancellation"),
        hint=_("The session does not take place: to everybody who counts on it."),
        shelf=Shelf.CHANGED,
        kind=MailingKind.CHANGE,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.INVOLVED,
    ),
    Starter(
        key="present",
        name=_("Thank you: who was present"),
        hint=_("The day after the attendance list is closed."),
        shelf=Shelf.AFTER,
        kind=MailingKind.FOLLOW_UP,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.PRESENT,
        plan=_relative(Anchor.ATTENDANCE_CLOSED, 1),
    ),
    Starter(
        key="excused",
        name=_("Catching up: who was absent with notice"),
        hint=_("The day after the attendance list is closed."),
        shelf=Shelf.AFTER,
        kind=MailingKind.FOLLOW_UP,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.EXCUSED,
        plan=_relative(Anchor.ATTENDANCE_CLOSED, 1),
    ),
    Starter(
        key="no_show",
        name=_("We missed you: who did not appear"),
        hint=_("The day after the attendance list is closed."),
        shelf=Shelf.AFTER,
        kind=MailingKind.FOLLOW_UP,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.NO_SHOW,
        plan=_relative(Anchor.ATTENDANCE_CLOSED, 1),
    ),
    Starter(
        key="report",
        name=_("The report is published"),
        hint=_("The day after publication, to everybody who was signed up."),
        shelf=Shelf.AFTER,
        kind=MailingKind.FOLLOW_UP,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.REGISTERED,
        plan=_relative(Anchor.REPORT_PUBLISHED, 1),
    ),
    Starter(
        key="agreement",
        name=_("Agreements: how is it going?"),
        hint=_("Four weeks after the session, to who has an open agreement, with what it is."),
        shelf=Shelf.AFTER,
        kind=MailingKind.FOLLOW_UP,
        purpose=Purpose.PARTICIPATION,
        preset=Preset.OPEN_AGREEMENT,
        plan=_relative(Anchor.SESSION_END, 28),
    ),
    Starter(
        key="announcement",
        name=_("General announcement"),
        hint=_("News for everybody who wants it. Write the news itself in between."),
        shelf=Shelf.OTHER,
        kind=MailingKind.ANNOUNCEMENT,
        purpose=Purpose.ANNOUNCEMENTS,
        preset=Preset.EVERYONE,
        needs_session=False,
    ),
)

#: By their key, in the order in which they are offered.
STARTERS = {starter.key: starter for starter in _STARTERS}


def text_of(starter: Starter, language: str) -> StarterText:
    """Return the words of a starter, with `{about}` and its like still open."""
    path = f"campaigns/starters/{starter.key}.{language}.txt"
    # Its merge fields are ours, so the template is read and never rendered.
    source: str = get_template(path).template.source  # type: ignore[attr-defined]  # Django's own
    head, body = source.split("\n\n", 1)
    subject, preheader = head.split("\n")
    return StarterText(subject, preheader, body.strip())

"""A change of a session in words, for whoever publishes it or decides about it."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from content.dates import when, where
from content.models import Session
from participation.enums import RegistrationState
from participation.models import ScheduleChange
from participation.selectors.told import INTERESTED


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it was and as it is now; `before` is empty when nobody knows."""

    label: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def side_by_side(before: Session | None, after: Session) -> list[Fact]:
    """Return all facts of the schedule in the active language, the old beside the new."""
    language = "nl" if (get_language() or "nl").startswith("nl") else "en"

    def said(session: Session | None) -> list[str]:
        if session is None:
            return [""] * 4
        room = session.online_url or "–"
        status = str(session.get_status_display())
        return [when(session, language), where(session, language), room, status]

    labels = (_("When"), _("Where"), _("Online room"), _("Status"))
    return [Fact(*row) for row in zip(labels, said(before), said(after), strict=True)]


def facts_of(change: ScheduleChange) -> list[Fact]:
    """Return the facts of a recorded change side by side."""
    session = change.session
    before = session.as_of(change.before) if change.before else None
    return side_by_side(before, session.as_of(change.after))


def group_label(group: str) -> str:
    """Return what a group of people to tell is called."""
    if group == INTERESTED:
        return _("want to be kept informed")
    return str(RegistrationState(group).label)

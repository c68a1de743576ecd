"""Changes of sessions as an organiser sees them: those that wait, and what is about to change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from wagtail.models import Page

from content.models import Session, SessionPage
from content.selectors import draft_session, is_source, told_hash
from participation.enums import LIVE, SEATED, ChangeState, InvitationAnswer
from participation.models import Interest, Invitation, Registration, ScheduleChange
from participation.selectors.told import Concerned, people_to_tell


@dataclass(frozen=True, slots=True)
class ChangeAhead:
    """What publishing a page will change, and to whom that is news."""

    published: Session
    drafted: Session
    people: list[Concerned]


def change_ahead(page: SessionPage, now: datetime) -> ChangeAhead | None:
    """Return what publishing the page as it is now would change, None when it is news to nobody.

    Translations and aliases change nothing.
    """
    session = Session.objects.filter(page_key=page.translation_key).first()
    if session is None or not is_source(page):
        return None
    drafted = session.as_of(draft_session(page).schedule())
    if told_hash(drafted) == told_hash(session):
        return None
    people = people_to_tell(drafted, now)
    return ChangeAhead(session, drafted, people) if people else None


def decided_changes() -> QuerySet[ScheduleChange]:
    """Return the changes about which somebody had to decide, the latest first."""
    quiet = Q(state=ChangeState.SENT, decided_at=None)
    rows = ScheduleChange.objects.exclude(quiet).select_related("session", "made_by", "decided_by")
    return rows.order_by("-made_at", "-pk")


def open_changes() -> QuerySet[ScheduleChange]:
    """Return what waits for an organiser, and what goes out by itself, the soonest first."""
    rows = ScheduleChange.objects.filter(state__in=(ChangeState.HELD, ChangeState.WAITING))
    return rows.select_related("session", "made_by").order_by("due_at", "pk")


def open_changes_of(
    pages: Iterable[Page], *, with_descendants: bool = False
) -> list[ScheduleChange]:
    """Return what still waits because of these pages, or of those below them as well."""
    keys = {page.translation_key for page in pages}
    if with_descendants:
        for page in pages:
            keys.update(page.get_descendants().values_list("translation_key", flat=True))
    rows = open_changes().filter(session__page_key__in=keys)
    return list(rows.filter(version=F("session__schedule_version")))


def unanswered_number(session: Session) -> int:
    """Return how many were invited and neither answered nor follow the session."""
    own = Registration.objects.filter(
        session=OuterRef("session"), contact=OuterRef("contact"), state__in=LIVE
    )
    following = Interest.objects.filter(session=OuterRef("session"), contact=OuterRef("contact"))
    asked = Invitation.objects.filter(session=session, answer=InvitationAnswer.NONE)
    return asked.filter(~Exists(own), ~Exists(following)).count()


def over_capacity(session: Session, capacity: int | None) -> int:
    """Return how many more people have a seat than there would be seats."""
    if capacity is None:
        return 0
    return max(0, Registration.objects.filter(session=session, state__in=SEATED).count() - capacity)

"""A session moved, was cancelled or takes place after all: who is told, when, and who decides that.

Every publication that changes date, place or status leaves one ScheduleChange, recorded at once or
else by the next tick. It waits a quarter of an hour in which it can be withdrawn; then everybody
who holds other facts gets one notice. One that nobody had to hear of is settled at once, with no
moment of a decision: those rows keep the history of the schedule.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.log_actions import LogContext
from wagtail.models import Revision, TaskState

from contacts.enums import NoticeKind
from contacts.models import Notice
from contacts.services.notices import create_notices
from content.enums import SessionStatus
from content.models import Session, SessionPage
from content.selectors import publisher_of, source_page, told_hash
from participation.enums import CHANGE_MOVES, MAY_TELL, ChangeState
from participation.errors import ChangeSettled, SessionGone
from participation.models import Interest, ScheduleChange
from participation.selectors.sessions import is_dated
from participation.selectors.told import INTERESTED, Concerned, people_to_tell
from participation.services.seats import lock_session

#: So long a publication can be taken back before anybody hears of it.
TAKE_BACK = timedelta(minutes=15)

#: How many notices are made in one transaction.
PORTION = 500

_OPEN = (ChangeState.WAITING, ChangeState.HELD)


# --- recording ----------------------------------------------------------------------------------


@transaction.atomic
def record_change(*, session_id: int, by: User | None, now: datetime) -> ScheduleChange:
    """Return the change that led to the session's present version, recorded now if it was not.

    It supersedes what was still undecided. It waits for its moment when `by` may send mailings,
    and for an organiser when not, when nobody knows who published, or when it is not known what
    people were told before.
    """
    session = lock_session(session_id)
    found = session.changes.filter(version=session.schedule_version).first()
    if found is not None:
        return found
    earlier = session.changes.order_by("-version").first()
    people = people_to_tell(session, now)
    after = list(session.schedule())
    before = earlier.after if earlier else [] if people else after
    if not people:
        state = ChangeState.SENT
    elif earlier and by is not None and by.has_perm(MAY_TELL):
        state = ChangeState.WAITING
    else:
        state = ChangeState.HELD
    session.changes.filter(state__in=_OPEN).update(state=ChangeState.SUPERSEDED, decided_at=now)
    return ScheduleChange.objects.create(
        session=session,
        version=session.schedule_version,
        before=before,
        after=after,
        state=state,
        due_at=now + TAKE_BACK,
        made_at=session.published_at or now,
        made_by=by,
    )


def record_publication(
    *, page: SessionPage, revision_id: int | None, by: User | None, now: datetime
) -> ScheduleChange | None:
    """Record what publishing this page changed; None when its session is not known.

    `by` is who is at work in the admin: who pressed Publish, or approved the page in a workflow. A
    publication that was planned counts as that of who planned it.
    """
    session = Session.objects.filter(page_key=page.translation_key, schedule_version__gt=0).first()
    if session is None:
        return None
    by = by or publisher_of(revision_id)
    return record_change(session_id=session.pk, by=by, now=now)


def record_missed_changes(*, now: datetime) -> int:
    """Record the changes of all publications that left none, as after a kill; return how many."""
    recorded = ScheduleChange.objects.filter(
        session=OuterRef("pk"), version=OuterRef("schedule_version")
    )
    missed = list(Session.objects.filter(~Exists(recorded), schedule_version__gt=0)[:500])
    for session in missed:
        page = source_page(session)
        by = publisher_of(page.live_revision_id) if page else None
        with suppress(SessionGone):
            record_change(session_id=session.pk, by=by, now=now)
    return len(missed)


@transaction.atomic
def publish_revision(
    *,
    revision: Revision,
    approval: TaskState | None = None,
    is_correction: bool,
    by: User,
    now: datetime,
) -> ScheduleChange | None:
    """Publish this revision of a session page, and note that it is a correction if it is one.

    With an approval it is published as the end of that workflow; without, it cancels one.

    Returns the change that it caused; None when it goes live later, or changes nothing. Raises
    PublishPagePermissionError (a PermissionDenied) for who may not publish the page.
    """
    with LogContext(user=by):
        if approval:
            approval.task.specific.on_action(approval, by, "approve", comment=approval.comment)
        else:
            PublishPageRevisionAction(revision, user=by).execute()
    page = cast("SessionPage", revision.as_object())
    if page.go_live_at and page.go_live_at > now:
        return None
    change = record_publication(page=page, revision_id=revision.pk, by=by, now=now)
    if change is None or change.state not in _OPEN:
        return None
    if is_correction and by.has_perm(MAY_TELL):
        return mark_correction(change_id=change.pk, by=by, now=now)
    return change


# --- deciding -----------------------------------------------------------------------------------


def withdraw_change(*, change_id: int, by: User | None, now: datetime) -> ScheduleChange:
    """Tell nobody for now; it can still be released. Raises ChangeSettled when it is too late."""
    return _decide(change_id, to=ChangeState.WITHDRAWN, by=by, now=now)


def mark_correction(*, change_id: int, by: User | None, now: datetime) -> ScheduleChange:
    """Tell nobody, for good. Raises ChangeSettled when it is too late."""
    return _decide(change_id, to=ChangeState.CORRECTION, by=by, now=now)


def release_change(
    *, change_id: int, at_once: bool, by: User | None, now: datetime
) -> ScheduleChange:
    """Let it go out in a quarter of an hour, or with the next tick. Raises ChangeSettled."""
    due_at = now if at_once else now + TAKE_BACK
    return _decide(change_id, to=ChangeState.WAITING, by=by, now=now, due_at=due_at)


@transaction.atomic
def _decide(
    change_id: int, *, to: ChangeState, by: User | None, now: datetime, **values: Any
) -> ScheduleChange:
    """Move by a conditional update: only the present version, and only before its moment."""
    sources = [state for state, targets in CHANGE_MOVES.items() if to in targets]
    if to == ChangeState.WAITING:
        sources.append(ChangeState.WAITING)  # sooner than it would by itself
    rows = ScheduleChange.objects.filter(
        pk=change_id, state__in=sources, version=F("session__schedule_version")
    )
    undue = rows.exclude(state=ChangeState.WAITING, due_at__lte=now)
    ids = list(undue.select_for_update(of=("self",)).values_list("pk", flat=True))
    ScheduleChange.objects.filter(pk__in=ids).update(
        state=to, decided_at=now, decided_by=by, **values
    )
    change = ScheduleChange.objects.select_related("session").filter(pk=change_id).first()
    if change is None:
        raise SessionGone
    if not ids:
        raise ChangeSettled(change.state)
    return change


# --- telling ------------------------------------------------------------------------------------


def send_due_changes(*, now: datetime) -> int:
    """Make the notices of the changes whose moment has come; return how many.

    May run twice, and again after a kill: a person gets one notice for a version of a session.
    """
    due = ScheduleChange.objects.filter(state=ChangeState.WAITING, due_at__lte=now)
    return sum(_send(change, now) for change in due.select_related("session").order_by("due_at"))


def _send(change: ScheduleChange, now: datetime) -> int:
    people = people_to_tell(change.session, now)
    told = 0
    for start in range(0, len(people), PORTION):
        made = _tell(change.pk, people[start : start + PORTION], now)
        if made is None:
            return told
        told += made
    _close(change.pk, now)
    return told


@transaction.atomic
def _tell(change_id: int, people: Sequence[Concerned], now: datetime) -> int | None:
    """Make the notices of some people; None when it was decided otherwise meanwhile."""
    change = _hold(change_id)
    if change is None:
        return None
    session = change.session
    told = told_hash(session)
    made = create_notices(
        [
            Notice(
                kind=_kind(session, person),
                address=person.address,
                contact_id=person.contact_id,
                language=person.language,
                context=_about(session, person) | {"change": change.pk},
                key=notice_key(session, person.key),
                created_at=now,
                not_before=now,
                told=told,
            )
            for person in people
        ]
    )
    ScheduleChange.objects.filter(pk=change_id).update(told_count=F("told_count") + made)
    return made


@transaction.atomic
def _close(change_id: int, now: datetime) -> None:
    change = _hold(change_id)
    if change is None:
        return
    ScheduleChange.objects.filter(pk=change_id).update(state=ChangeState.SENT, decided_at=now)
    interests = Interest.objects.filter(session=change.session)
    if change.session.status == SessionStatus.CANCELLED:
        return
    if is_dated(change.session):
        interests.filter(told_at=None).update(told_at=now)
    else:  # they want to hear the next date as well
        interests.exclude(told_at=None).update(told_at=None)


def _hold(change_id: int) -> ScheduleChange | None:
    """Return the change, held with its session, if it is still to be told."""
    known = ScheduleChange.objects.filter(pk=change_id).first()
    if known is None:
        return None
    try:
        session = lock_session(known.session_id)
    except SessionGone:
        return None
    change = session.changes.select_for_update().get(pk=change_id)
    is_current = change.version == session.schedule_version
    return change if is_current and change.state == ChangeState.WAITING else None


def notice_key(session: Session, person_key: str) -> str:
    """Return the key of the one notice that a person gets for this version of the session."""
    return f"changed:{session.pk}:{session.schedule_version}:{person_key}"


def _kind(session: Session, person: Concerned) -> NoticeKind:
    if session.status == SessionStatus.CANCELLED:
        return NoticeKind.SESSION_CANCELLED
    if person.group == INTERESTED and not person.knows_date and is_dated(session):
        return NoticeKind.DATE_KNOWN
    return NoticeKind.CHANGED


def _about(session: Session, person: Concerned) -> dict[str, int]:
    if person.registration_id is None:
        return {"session": session.pk}
    return {"registration": person.registration_id}

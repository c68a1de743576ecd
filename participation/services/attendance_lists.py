"""The organiser closes the list of a session: whoever was not marked did not appear."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from content.models import Session
from content.selectors import has_begun
from participation.enums import Attendance, RegistrationSource
from participation.errors import AttendanceTooEarly
from participation.models import AttendanceList, Registration
from participation.selectors.attendance import unmarked_of
from participation.services.moves import announce
from participation.services.seats import lock_session


@transaction.atomic
def close_attendance(*, session: Session, by: User | None, now: datetime) -> int:
    """Close the list. Returns how many unmarked people did not appear by it; closed twice, 0.

    Raises AttendanceTooEarly before the session begins.
    """
    session = lock_session(session.pk)
    if not has_begun(session, now):
        raise AttendanceTooEarly
    if AttendanceList.objects.filter(session=session).exists():
        return 0
    AttendanceList.objects.create(session=session, closed_at=now, closed_by=by)
    return _mark(
        [row.pk for row in unmarked_of(session)], Attendance.NO_SHOW, marked_at=now, now=now
    )


@transaction.atomic
def reopen_attendance(*, session: Session, now: datetime) -> int:
    """Open the list again. Returns how many people are unmarked again, as before the closing."""
    session = lock_session(session.pk)
    closed = AttendanceList.objects.filter(session=session).first()
    if closed is None:
        return 0
    by_closing = Registration.objects.filter(
        session=session, attendance=Attendance.NO_SHOW, attendance_at=closed.closed_at
    )
    ids = list(by_closing.values_list("pk", flat=True))
    closed.delete()
    return _mark(ids, Attendance.UNMARKED, marked_at=None, now=now)


def _mark(
    ids: list[int], attendance: Attendance, *, marked_at: datetime | None, now: datetime
) -> int:
    rows = Registration.objects.filter(pk__in=ids)
    changed = rows.update(
        attendance=attendance,
        attendance_at=marked_at,
        attendance_source=RegistrationSource.ORGANISER if marked_at else "",
        changed_at=now,
    )
    for registration in rows:
        announce(registration, now=now)
    return changed

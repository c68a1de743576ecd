"""Who was there, in numbers: always counted, never typed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from content.models import Session
from participation.enums import LIVE, Attendance, RegistrationState
from participation.models import AttendanceList, Registration
from participation.selectors.registrations import went_elsewhere


@dataclass(frozen=True, slots=True)
class AttendanceCounts:
    """`present` is guests and hosts together. `excused` were marked so; `cancelled` said
    beforehand that they could not come. `organisations` is how many had somebody present."""

    present: int
    guests: int
    hosts: int
    excused: int
    cancelled: int
    no_show: int
    unmarked: int
    organisations: int

    @property
    def absent_with_notice(self) -> int:
        return self.excused + self.cancelled


def attendance_counts(session: Session) -> AttendanceCounts:
    """Count who was there. Whoever was invited without answering is in none of the numbers."""
    present = Q(attendance=Attendance.PRESENT)
    counted = Registration.objects.filter(session=session).aggregate(
        present=Count("pk", filter=present),
        guests=Count("pk", filter=present & Q(is_host=False)),
        hosts=Count("pk", filter=present & Q(is_host=True)),
        excused=Count("pk", filter=Q(attendance=Attendance.EXCUSED)),
        no_show=Count("pk", filter=Q(attendance=Attendance.NO_SHOW)),
        unmarked=Count(
            "pk",
            filter=Q(state=RegistrationState.REGISTERED, attendance=Attendance.UNMARKED),
        ),
        organisations=Count("organisation", filter=present, distinct=True),
    )
    return AttendanceCounts(cancelled=cancelled_of(session).count(), **counted)


def cancelled_of(session: Session) -> QuerySet[Registration]:
    """Who cancelled and neither came back nor went to another session; one row a person."""
    rows = Registration.objects.filter(session=session, contact=OuterRef("contact"))
    again = rows.filter(Q(state__in=LIVE) | ~Q(attendance=Attendance.UNMARKED))
    later = rows.filter(state=RegistrationState.CANCELLED, pk__gt=OuterRef("pk"))
    return Registration.objects.filter(
        ~Exists(again),
        ~Exists(later),
        session=session,
        state=RegistrationState.CANCELLED,
        attendance=Attendance.UNMARKED,
    ).exclude(pk__in=went_elsewhere().filter(session=session).values("pk"))


def unmarked_of(session: Session) -> QuerySet[Registration]:
    """Who has a seat and was not marked: closing the list says that they did not appear."""
    return Registration.objects.filter(
        session=session, state=RegistrationState.REGISTERED, attendance=Attendance.UNMARKED
    )


def attendance_closed_at(session: Session) -> datetime | None:
    """Return when the list of the session was closed, None while it is open."""
    closed = AttendanceList.objects.filter(session=session).first()
    return closed.closed_at if closed else None

"""Who was there: marked one by one, or read from the annex of a report."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from contacts.enums import RepresentationRole
from contacts.models import Organisation
from contacts.names import name_key
from contacts.services.audit import Author
from contacts.services.representations import represent
from content.models import Session
from participation.enums import ENDED, Attendance, RegistrationSource, RegistrationState
from participation.errors import AttendanceNotPossible
from participation.models import Registration
from participation.names import split_name
from participation.selectors.hosts import host_ids
from participation.selectors.registrations import live_registration
from participation.services.moves import announce, move, open_registration
from participation.services.organisations import organisations_named
from participation.services.people import person_named
from participation.services.seats import lock_session
from participation.tables import Line, read_table

_COLUMNS = {
    "organisation": ("organisatie", "naam de organisatie", "naam organisatie", "naam van de org",
                     "organisation", "organization"),
    "person": ("vertegenwoord", "naam", "persoon", "name", "person", "representative"),
    "function": ("functie", "function", "position"),
    "status": ("aan/af", "aanwezig", "status", "attendance", "present"),
    "remark": ("opmerking", "remark", "note"),
}  # fmt: skip

#: How people write it, by how it begins in small letters without signs (contacts.names.name_key).
_STATUS = (
    ("niet versch", Attendance.NO_SHOW),
    ("no show", Attendance.NO_SHOW),
    ("did not", Attendance.NO_SHOW),
    ("verhinder", Attendance.EXCUSED),
    ("afgemeld", Attendance.EXCUSED),
    ("afwezig met", Attendance.EXCUSED),
    ("excused", Attendance.EXCUSED),
    ("absent with", Attendance.EXCUSED),
    ("aanwezig", Attendance.PRESENT),
    ("present", Attendance.PRESENT),
)


@dataclass(slots=True)
class AttendanceReport:
    """What an import of attendance did. Hosts are counted apart; skipped rows say why."""

    present: int = 0
    guests: int = 0
    hosts: int = 0
    excused: int = 0
    no_show: int = 0
    created: int = 0
    rows: list[dict[str, str | int]] = field(default_factory=list)
    skipped: list[dict[str, str | int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on a list: the id of a registration, what it says, and a private reason."""

    registration: int
    attendance: Attendance
    reason: str = ""


@transaction.atomic
def mark_attendance(
    *,
    registration: Registration,
    attendance: Attendance | str,
    source: RegistrationSource | str,
    now: datetime,
    reason: str = "",
) -> Registration:
    """Note whether the person was there. `reason` is private: never exported or published.

    Raises AttendanceNotPossible for a sign-up that is unconfirmed or has ended.
    """
    marked = (
        Registration.objects.filter(pk=registration.pk)
        .exclude(state__in=(RegistrationState.UNCONFIRMED, *ENDED))
        .update(
            attendance=attendance,
            attendance_at=now,
            attendance_source=source,
            attendance_reason=reason.strip()[:300],
            changed_at=now,
        )
    )
    registration.refresh_from_db()
    if not marked:
        raise AttendanceNotPossible
    announce(registration, now=now)
    return registration


@transaction.atomic
def mark_list(
    *,
    session: Session,
    marks: Sequence[Mark],
    source: RegistrationSource | str,
    now: datetime,
) -> int:
    """Mark several people of one session, all or nobody. Returns how many.

    Raises AttendanceNotPossible, also for a registration that is not of this session.
    """
    rows = Registration.objects.filter(
        session=session, pk__in=[mark.registration for mark in marks]
    )
    found = {row.pk: row for row in rows.select_for_update().order_by("pk")}
    for mark in marks:
        if mark.registration not in found:
            raise AttendanceNotPossible
        mark_attendance(
            registration=found[mark.registration],
            attendance=mark.attendance,
            source=source,
            reason=mark.reason,
            now=now,
        )
    return len(marks)


@transaction.atomic
def import_attendance(
    content: bytes, *, session: Session, host: str, by: Author = None, now: datetime
) -> AttendanceReport:
    """Read the annex of a report, CSV or XLSX: who represented which organisation, there or not.

    A blank organisation means the row above, "X/Y" is a joint affiliation, "?" an unknown function.
    People are matched by name and organisation, else made without an address. `host` is the name of
    the organisation whose people received the others; left empty, the roles of the session tell. A
    row that cannot be read is skipped with the reason; reading the file again changes nothing.
    Raises TableUnreadable.
    """
    lines = read_table(content, columns=_COLUMNS, required=("organisation", "person", "status"))
    session = lock_session(session.pk)
    hosts = {one.pk for one in organisations_named(host, now=now)} if host else host_ids(session)
    report = AttendanceReport()
    above: list[Organisation] = []
    for line in lines:
        named = line.cells["organisation"]
        above = organisations_named(named, now=now) if named else above
        attendance = _attendance(line.cells["status"])
        problem = _problem(line, above, attendance)
        if problem or attendance is None:
            report.skipped.append({"row": line.number, "reason": problem})
            continue
        is_host = any(organisation.pk in hosts for organisation in above)
        created = _take_in(
            line, above, attendance, session=session, is_host=is_host, by=by, now=now
        )
        _count(report, line, attendance, is_host=is_host, created=created)
    return report


def _problem(line: Line, organisations: list[Organisation], attendance: Attendance | None) -> str:
    if not line.cells["person"].strip(" ?-"):
        return "person"
    if not organisations:
        return "organisation"
    return "" if attendance else "status"


def _attendance(text: str) -> Attendance | None:
    key = name_key(text)
    return next((value for beginning, value in _STATUS if key.startswith(beginning)), None)


def _take_in(
    line: Line,
    organisations: list[Organisation],
    attendance: Attendance,
    *,
    session: Session,
    is_host: bool,
    by: Author,
    now: datetime,
) -> bool:
    """Register the person and mark the attendance. Returns whether the registration is new."""
    function = line.cells.get("function", "").strip(" ?")
    contact = person_named(
        split_name(line.cells["person"]), organisations=organisations, by=by, now=now
    )
    role = (
        RepresentationRole.FACILITATOR
        if name_key(line.cells.get("remark", "")) == "facilitator"
        else RepresentationRole.PRIMARY
    )
    representations = [
        represent(contact=contact, organisation=each, function=function, role=role, by=by, now=now)
        for each in organisations
    ]
    registration = live_registration(session, contact)
    created = registration is None
    if registration is None:
        registration = open_registration(
            session=session,
            contact=contact,
            organisation=organisations[0],
            representation=representations[0],
            state=RegistrationState.REGISTERED,
            source=RegistrationSource.IMPORT,
            is_host=is_host,
            now=now,
        )
    elif registration.state != RegistrationState.REGISTERED and attendance == Attendance.PRESENT:
        move(registration, to=RegistrationState.REGISTERED, now=now)
    reason = line.cells.get("remark", "") if attendance != Attendance.PRESENT else ""
    mark_attendance(
        registration=registration,
        attendance=attendance,
        source=RegistrationSource.IMPORT,
        reason=reason,
        now=now,
    )
    return created


def _count(
    report: AttendanceReport, line: Line, attendance: Attendance, *, is_host: bool, created: bool
) -> None:
    report.created += created
    report.present += attendance == Attendance.PRESENT
    report.guests += attendance == Attendance.PRESENT and not is_host
    report.hosts += attendance == Attendance.PRESENT and is_host
    report.excused += attendance == Attendance.EXCUSED
    report.no_show += attendance == Attendance.NO_SHOW
    report.rows.append({"row": line.number, "attendance": str(attendance)})

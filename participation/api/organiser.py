"""With a token: the list of registrations, decisions, attendance."""

from typing import Any, cast

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from base.auth import Bearer
from base.cursors import page
from base.problems import Problem, field_problem
from contacts.imports.reading import BYTES_MAX
from content.models import Session
from participation.api.routing import router
from participation.api.shared import refusals_as_problems, registration_out, session_of
from participation.enums import Attendance, RegistrationSource, RegistrationState
from participation.models import Registration
from participation.schemas import (
    AttendanceIn,
    AttendanceMark,
    AttendanceOut,
    RegistrationOut,
    RegistrationPatch,
    RegistrationsOut,
)
from participation.selectors.attendance import attendance_closed_at
from participation.services.attendance import (
    Mark,
    import_attendance,
    mark_attendance,
    mark_list,
)
from participation.services.attendance_lists import close_attendance, reopen_attendance
from participation.services.cancellation import cancel_registration
from participation.services.decisions import decide_registration

#: What a request may call its file; what the file is, it says itself.
_TABLES = (
    "text/csv",
    "application/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/octet-stream",
)

_reader = Bearer("participation:read", permission="participation.view_registration")
_writer = Bearer("participation:write", permission="participation.change_registration")


@router.get(
    "/sessions/{slug}/registrations",
    auth=_reader,
    response=RegistrationsOut,
    summary="Registrations of a session",
)
def list_registrations(
    request: HttpRequest,
    slug: str,
    state: RegistrationState | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """The list, page by page, of one state or all."""
    rows = _rows().filter(session=session_of(slug))
    if state is not None:
        rows = rows.filter(state=state)
    found = page(rows, cursor=cursor, limit=limit)
    return found | {"items": [registration_out(row) for row in found["items"]]}


@router.patch(
    "/registrations/{int:registration_id}",
    auth=_writer,
    response=RegistrationOut,
    summary="Decide, mark, cancel",
)
def change_registration(
    request: HttpRequest, registration_id: int, data: RegistrationPatch
) -> dict[str, Any]:
    """Approve (`registered`), turn down (`rejected`, with a reason) or cancel; mark attendance.
    Both at once happen together or not at all. 409 when the registration is not in that state."""
    if data.state is None and data.attendance is None:
        raise field_problem("state", "required", _("Give a state, an attendance, or both."))
    registration = _rows().filter(pk=registration_id).first()
    if registration is None:
        raise Http404
    with refusals_as_problems(), transaction.atomic():
        if data.state is not None:
            registration = _decide(registration, data, cast("User", request.user))
        if data.attendance is not None:
            registration = mark_attendance(
                registration=registration,
                attendance=data.attendance,
                source=RegistrationSource.API,
                reason=data.reason if data.state is None else "",
                now=timezone.now(),
            )
    return registration_out(_rows().get(pk=registration.pk))


@router.post(
    "/sessions/{slug}/attendance", auth=_writer, response=AttendanceOut, summary="Mark attendance"
)
def mark_many(request: HttpRequest, slug: str, host: str = "") -> dict[str, Any]:
    """Mark attendance in bulk: JSON `{"marks": [{"registration", "attendance", "reason"}]}`, or a
    table (CSV or XLSX, as the body or as `file` of a form) with the columns of an annex (`host`
    names the organisation that hosted).
    All of it is marked, or nothing. `"closed": true` closes the list with it: whoever is not marked
    did not appear; `false` opens it again."""
    session = session_of(slug)
    content = _table_in(request)
    if content is not None:
        with refusals_as_problems():
            report = import_attendance(
                content, session=session, host=host, by=request.user, now=timezone.now()
            )
        return {
            "marked": len(report.rows),
            "present": report.present,
            "guests": report.guests,
            "hosts": report.hosts,
            "excused": report.excused,
            "no_show": report.no_show,
            "created": report.created,
            "closed": attendance_closed_at(session) is not None,
            "skipped": report.skipped,
        }
    return _mark(session, _attendance_in(request), cast("User", request.user))


def _mark(session: Session, data: AttendanceIn, user: User) -> dict[str, Any]:
    wanted = {mark.registration: mark for mark in data.marks}
    now = timezone.now()
    with refusals_as_problems(), transaction.atomic():
        known = set(
            Registration.objects.filter(session=session, pk__in=wanted).values_list("pk", flat=True)
        )
        for place, mark in enumerate(data.marks):
            if mark.registration not in known:
                message = _("There is no such registration for this session.")
                raise field_problem(f"marks.{place}.registration", "unknown", message)
        mark_list(
            session=session,
            marks=[
                Mark(mark.registration, Attendance(mark.attendance), mark.reason)
                for mark in data.marks
            ],
            source=RegistrationSource.API,
            now=now,
        )
        if data.closed:
            close_attendance(session=session, by=user, now=now)
        elif data.closed is False:
            reopen_attendance(session=session, now=now)
    return _counted(session, wanted)


def _counted(session: Session, wanted: dict[int, AttendanceMark]) -> dict[str, Any]:
    """Count what was marked by this request."""
    counts = dict.fromkeys(Attendance, 0)
    for mark in wanted.values():
        counts[Attendance(mark.attendance)] += 1
    came = [pk for pk, mark in wanted.items() if Attendance(mark.attendance) is Attendance.PRESENT]
    hosts = Registration.objects.filter(pk__in=came, is_host=True).count()
    present = counts[Attendance.PRESENT]
    return {
        "marked": len(wanted),
        "present": present,
        "guests": present - hosts,
        "hosts": hosts,
        "excused": counts[Attendance.EXCUSED],
        "no_show": counts[Attendance.NO_SHOW],
        "closed": attendance_closed_at(session) is not None,
    }


def _table_in(request: HttpRequest) -> bytes | None:
    """Return the file that was sent, None when the request is no file. Raises a 422 without one."""
    if request.content_type == "multipart/form-data":
        file = request.FILES.get("file")
        if file is None:
            raise field_problem("file", "required", _("Send the table as “file”."))
        return file.read(BYTES_MAX + 1)
    return request.body if request.content_type in _TABLES else None


def _attendance_in(request: HttpRequest) -> AttendanceIn:
    """Read the JSON by hand, since this address takes a table as well."""
    try:
        return AttendanceIn.model_validate_json(request.body)
    except ValueError as error:
        raise _unreadable(error) from error


def _unreadable(error: ValueError) -> Problem:
    found = error.errors() if isinstance(error, ValidationError) else []
    errors = [
        {
            "field": ".".join(str(part) for part in each["loc"]),
            "code": each["type"],
            "message": each["msg"],
        }
        for each in found
    ]
    return Problem(status=422, detail=_("Some fields are not right."), errors=errors)


def _decide(
    registration: Registration, data: RegistrationPatch, user: AbstractBaseUser
) -> Registration:
    now = timezone.now()
    if data.state == "cancelled":
        return cancel_registration(registration=registration, now=now)
    return decide_registration(
        registration=registration,
        approve=data.state == "registered",
        reason=data.reason,
        by=user,
        now=now,
    )


def _rows() -> QuerySet[Registration]:
    return Registration.objects.select_related(
        "session", "contact", "organisation", "representation"
    )

"""Who was there: the list to mark, closing it, and the list of a partner."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.widgets.button import Button, HeaderButton

from contacts.imports.reading import BYTES_MAX
from contacts.wagtail_hooks.exports import export_response
from content.selectors import has_begun
from participation.enums import Attendance, RegistrationSource, RegistrationState
from participation.errors import ParticipationError, TableUnreadable
from participation.selectors.attendance import (
    attendance_closed_at,
    attendance_counts,
    unmarked_of,
)
from participation.selectors.desk import DeskRow, by_organisation, desk_rows
from participation.selectors.files import annex_file
from participation.selectors.hosts import host_names
from participation.selectors.invited import invited_counts
from participation.services.attendance import Mark, import_attendance, mark_list
from participation.services.attendance_lists import close_attendance, reopen_attendance
from participation.wagtail_hooks.desk.pages import (
    ADD_PERMISSION,
    CHANGE_PERMISSION,
    ConfirmView,
    SessionView,
)

#: Beside those with a seat, these are listed apart: they may have come all the same.
_PERHAPS = (RegistrationState.OFFERED, RegistrationState.WAITING, RegistrationState.PENDING)


class AttendancePage(SpreadsheetExportMixin, SessionView):
    """The list by organisation; one form marks one person or all of them.

    With `?export=csv` or `xlsx` as a file: the annex of a report.
    """

    template_name = "participation/admin/attendance.html"
    tab = "attendance"

    @cached_property
    def header_buttons(self) -> list[Button]:
        buttons = []
        if self.may(ADD_PERMISSION):
            buttons.append(HeaderButton(_("Walk-in"), url=self.url("walk_in"), icon_name="user"))
        if self.may(CHANGE_PERMISSION):
            url = self.url("import_attendance")
            buttons.append(HeaderButton(_("Upload a list"), url=url, icon_name="upload"))
        return buttons

    def get(self, request: HttpRequest, session_id: int) -> HttpResponseBase:
        now = timezone.now()
        if self.is_export:
            return export_response(
                annex_file(self.session, now=now),
                form=request.GET["export"],
                file_name=f"{_('attendance')}-{self.session.slug}",
            )
        rows = desk_rows(self.session, now)
        listed = [row for row in rows if row.registration.state == RegistrationState.REGISTERED]
        context = self.get_context_data(
            groups=by_organisation(listed),
            perhaps=[row for row in rows if row.registration.state in _PERHAPS],
            choices=Attendance.choices,
            counts=attendance_counts(self.session),
            closed_at=attendance_closed_at(self.session),
            has_begun=has_begun(self.session, now),
            invited=invited_counts(self.session),
        )
        return self.render_to_response(context)

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        if not self.may(CHANGE_PERMISSION):
            raise PermissionDenied
        now = timezone.now()
        marks = [mark for row in desk_rows(self.session, now) if (mark := self._mark(row))]
        try:
            done = mark_list(
                session=self.session, marks=marks, source=RegistrationSource.ORGANISER, now=now
            )
        except ParticipationError as error:
            return self.refused(error, "attendance")
        words = ngettext("%(number)d person marked.", "%(number)d people marked.", done)
        messages.success(request, words % {"number": done})
        return redirect(self.url("attendance"))

    def _mark(self, row: DeskRow) -> Mark | None:
        """What the form changes about a sign-up; what another marked meanwhile is left alone."""
        chosen = self.request.POST.get(f"mark-{row.pk}", "")
        shown = self.request.POST.get(f"was-{row.pk}", "")
        reason = self.request.POST.get(f"reason-{row.pk}", "").strip()
        if chosen not in Attendance.values or (chosen == shown and not reason):
            return None
        return Mark(registration=row.pk, attendance=Attendance(chosen), reason=reason)


class CloseList(ConfirmView):
    """Close the list: whoever is not marked did not appear."""

    tab = "attendance"
    button = gettext_lazy("Close the list")

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        number = unmarked_of(self.session).count()
        question = ngettext(
            "%(number)d person is not marked, and becomes “did not appear”. Close the list?",
            "%(number)d people are not marked, and become “did not appear”. Close the list?",
            number,
        )
        words = question % {"number": number}
        if number == 0:
            words = _("Everybody is marked. Close the list?")
        note = _("You can open it again: then these people are not marked any more.")
        return self.render_to_response(self.get_context_data(question=words, note=note))

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        try:
            number = close_attendance(
                session=self.session, by=cast("User", request.user), now=timezone.now()
            )
        except ParticipationError as error:
            return self.refused(error, "attendance")
        words = ngettext(
            "The list is closed. %(number)d person did not appear by it.",
            "The list is closed. %(number)d people did not appear by it.",
            number,
        )
        messages.success(request, words % {"number": number})
        return redirect(self.url("attendance"))


class ReopenList(ConfirmView):
    """Open the list again, as it was before it was closed."""

    tab = "attendance"
    button = gettext_lazy("Open the list again")

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        question = _(
            "Open the list again? Who became “did not appear” by closing it is not marked any more."
        )
        return self.render_to_response(self.get_context_data(question=question))

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        reopen_attendance(session=self.session, now=timezone.now())
        messages.success(request, _("The list is open again."))
        return redirect(self.url("attendance"))


class AttendanceFileForm(forms.Form):
    """The list that a partner or a report has of who was there."""

    file = forms.FileField(
        label=gettext_lazy("File (XLSX or CSV)"),
        help_text=gettext_lazy(
            "With the columns organisation, name and status (present, absent with notice, did not "
            "appear). Function and remark may be in it. An empty organisation means the one above."
        ),
    )
    host = forms.CharField(
        label=gettext_lazy("Organisation that hosted"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Its people are counted apart from the guests."),
    )


class ImportAttendance(SessionView):
    """Read a list of who was there, and tell row by row what became of it."""

    template_name = "participation/admin/import_attendance.html"
    permission = CHANGE_PERMISSION
    tab = "attendance"

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        tab = {"url": self.url("attendance"), "label": _("Attendance")}
        return [tab, {"url": "", "label": _("Upload a list")}]

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        host = next(iter(host_names(self.session)), self.session.host_name)
        return self._show(AttendanceFileForm(initial={"host": host}))

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        form = AttendanceFileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                report = import_attendance(
                    form.cleaned_data["file"].read(BYTES_MAX + 1),
                    session=self.session,
                    host=form.cleaned_data["host"],
                    by=request.user,
                    now=timezone.now(),
                )
            except TableUnreadable as error:
                form.add_error("file", str(error))
            else:
                return self._show(AttendanceFileForm(), report=report)
        return self._show(form, status=422)

    def _show(self, form: AttendanceFileForm, status: int = 200, **more: Any) -> HttpResponse:
        reasons = {
            "person": _("there is no name in it"),
            "organisation": _("there is no organisation in it"),
            "status": _("it does not say whether the person was there"),
        }
        report = more.get("report")
        skipped = (
            [(each["row"], reasons[str(each["reason"])]) for each in report.skipped]
            if report
            else []
        )
        context = self.get_context_data(
            form=form, back=self.url("attendance"), skipped=skipped, **more
        )
        return self.render_to_response(context, status=status)

"""What an organiser does with one or many sign-ups in the admin, each confirmed with numbers."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from base.bulk_actions import GuardedBulkAction
from contacts.wagtail_hooks.exports import export_response
from content.dates import when
from content.models import Session
from content.selectors import upcoming_sessions
from participation.enums import Attendance, RegistrationSource
from participation.errors import ParticipationError, SessionGone
from participation.models import Registration
from participation.selectors.files import registrations_file
from participation.selectors.sessions import is_dated
from participation.services import (
    cancel_registration,
    decide_registration,
    mark_attendance,
)
from participation.services.relocation import move_to_session


class ReasonForm(forms.Form):
    """Why somebody is not placed; the person reads it in the mail."""

    reason = forms.CharField(
        label=_("Reason, as the person will read it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ExcuseForm(forms.Form):
    """Why somebody is not there, if they told it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_(
            "Only if the person told it. Private: never published or exported, and erased four "
            "weeks after the session."
        ),
    )


class SessionField(forms.ModelChoiceField[Session]):
    """Sessions by their title and day."""

    def label_from_instance(self, obj: Session) -> str:
        language = "en" if (get_language() or "").startswith("en") else "nl"
        return f"{obj.title(language)} ({when(obj, language)})"


class MoveForm(forms.Form):
    """To which session people go."""

    session = SessionField(label=_("To which session?"), queryset=Session.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coming = [one.pk for one in upcoming_sessions(timezone.now()) if is_dated(one)]
        choice = cast("SessionField", self.fields["session"])
        choice.queryset = Session.objects.filter(pk__in=coming).order_by("first_day", "pk")


class ExportForm(forms.Form):
    """What kind of file."""

    form = forms.ChoiceField(
        label=_("Kind of file"), choices=[("xlsx", "Excel (XLSX)"), ("csv", "CSV")]
    )


class RegistrationAction(GuardedBulkAction):
    """One act on each of the chosen sign-ups; those in no state for it are named."""

    models = [Registration]
    template_name = "participation/admin/bulk_action.html"
    #: What the confirmation asks, about `count` sign-ups.
    question: str | Promise = ""
    button: str | Promise = ""
    is_serious = False

    def get_execution_context(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "by": self.request.user,
            "values": self.cleaned_form.cleaned_data if self.cleaned_form else {},
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = len(context["items"])
        return context | {
            "title": self.display_name,
            "question": str(self.question) % {"count": count},
            "button": self.button or self.display_name,
            "is_serious": self.is_serious,
        }

    @classmethod
    def act(
        cls, registration: Registration, *, by: AbstractBaseUser, values: dict[str, Any]
    ) -> None:
        """Do it to one sign-up. Raises ParticipationError when it may not be done."""

    @classmethod
    def execute_action(cls, objects: Sequence[Registration], **context: Any) -> tuple[int, int]:
        done = 0
        for registration in objects:
            try:
                cls.act(registration, by=context["by"], values=context["values"])
            except ParticipationError as error:
                messages.warning(context["request"], f"{registration}: {error}")
            except SessionGone as error:
                messages.warning(context["request"], str(error))
            else:
                done += 1
        return done, 0

    def get_success_message(self, done: int, _children: int) -> str | None:
        if not done:
            return None
        words = ngettext("%(count)d sign-up changed.", "%(count)d sign-ups changed.", done)
        return words % {"count": done}


class Approve(RegistrationAction):
    display_name = _("Approve")
    aria_label = _("Approve the chosen sign-ups")
    action_type = "approve"
    action_priority = 10
    question = _(
        "Approve %(count)d sign-ups? They get a seat, or wait for one, and hear it by mail."
    )

    @classmethod
    def act(
        cls, registration: Registration, *, by: AbstractBaseUser, values: dict[str, Any]
    ) -> None:
        decide_registration(
            registration=registration, approve=True, reason="", by=by, now=timezone.now()
        )


class Reject(RegistrationAction):
    display_name = _("Do not place")
    aria_label = _("Turn down the chosen sign-ups")
    action_type = "reject"
    action_priority = 20
    classes = {"serious"}
    is_serious = True
    form_class = ReasonForm
    question = _("Turn down %(count)d sign-ups? They hear it by mail, with your reason.")

    @classmethod
    def act(
        cls, registration: Registration, *, by: AbstractBaseUser, values: dict[str, Any]
    ) -> None:
        decide_registration(
            registration=registration,
            approve=False,
            reason=values["reason"],
            by=by,
            now=timezone.now(),
        )


class Cancel(RegistrationAction):
    display_name = _("Cancel sign-up")
    aria_label = _("Cancel the chosen sign-ups")
    action_type = "cancel"
    action_priority = 60
    classes = {"serious"}
    is_serious = True
    question = _("Cancel %(count)d sign-ups? Their seats come free and they hear it by mail.")

    @classmethod
    def act(
        cls, registration: Registration, *, by: AbstractBaseUser, values: dict[str, Any]
    ) -> None:
        cancel_registration(registration=registration, now=timezone.now())


class Mark(RegistrationAction):
    """Mark attendance."""

    attendance: Attendance
    question = _("Mark %(count)d sign-ups?")

    @classmethod
    def act(
        cls, registration: Registration, *, by: AbstractBaseUser, values: dict[str, Any]
    ) -> None:
        mark_attendance(
            registration=registration,
            attendance=cls.attendance,
            source=RegistrationSource.ORGANISER,
            reason=values.get("reason", ""),
            now=timezone.now(),
        )


class MarkPresent(Mark):
    display_name = _("Present")
    aria_label = _("Mark the chosen people as present")
    action_type = "present"
    action_priority = 30
    attendance = Attendance.PRESENT


class MarkExcused(Mark):
    display_name = _("Absent with notice")
    aria_label = _("Mark the chosen people as absent with notice")
    action_type = "excused"
    action_priority = 40
    form_class = ExcuseForm
    attendance = Attendance.EXCUSED


class MarkNoShow(Mark):
    display_name = _("Did not appear")
    aria_label = _("Mark the chosen people as not having appeared")
    action_type = "no-show"
    action_priority = 50
    attendance = Attendance.NO_SHOW


class Move(RegistrationAction):
    display_name = _("To another session")
    aria_label = _("Move the chosen people to another session")
    action_type = "move"
    action_priority = 55
    form_class = MoveForm
    button = _("Move")
    question = _(
        "Move %(count)d sign-ups to another session? Their sign-up here is cancelled and they get "
        "a seat there, or wait for one. Each gets two mails: about the old session and the new one."
    )

    @classmethod
    def act(
        cls, registration: Registration, *, by: AbstractBaseUser, values: dict[str, Any]
    ) -> None:
        move_to_session(registration=registration, session=values["session"], now=timezone.now())


class ExportChosen(RegistrationAction):
    """The chosen ones as a file, with what stands in the export of the whole list."""

    permission = "view"
    display_name = _("Export")
    aria_label = _("Export the chosen sign-ups")
    action_type = "export"
    action_priority = 70
    form_class = ExportForm
    question = _("Export %(count)d sign-ups?")

    def prepare_action(
        self, objects: Sequence[Registration], objects_without_access: Any
    ) -> HttpResponseBase:
        chosen = Registration.objects.filter(pk__in=[each.pk for each in objects])
        rows = chosen.select_related("session", "contact", "organisation", "representation")
        return export_response(
            registrations_file(rows.order_by("session", "created_at", "pk")),
            form=self.cleaned_form.cleaned_data["form"] if self.cleaned_form else "csv",
            file_name=str(gettext("sign-ups")),
        )


ACTIONS = (
    Approve,
    Reject,
    MarkPresent,
    MarkExcused,
    MarkNoShow,
    Move,
    Cancel,
    ExportChosen,
)

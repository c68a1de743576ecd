"""The list of all sign-ups with what an organiser decides.

A registration changes its state by the services alone, so the form of one edits no state: approval,
refusal, attendance and cancellation are bulk actions, which also work on one row.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views.snippets import CreateView, IndexView, SnippetViewSet

from base.choosers import GuardedChooser
from base.spreadsheets import guarded_cell
from participation.errors import ParticipationError
from participation.models import Registration
from participation.services import register_by_organiser


class RegistrationPolicy(ModelPermissionPolicy):
    """What a person answered is cancelled, never deleted."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)


def _person(registration: Registration) -> str:
    if registration.contact is not None:
        return registration.contact.full_name
    typed = registration.typed
    return f"{typed.get('given_name', '')} {typed.get('family_name', '')}".strip()


def _typed(registration: Registration, name: str) -> str:
    return str(registration.typed.get(name, ""))


#: The columns of the list as a file. The private reason of an absence is not among them.
EXPORT: dict[str, Callable[[Registration], Any]] = {
    "session": lambda row: row.session.slug,
    "given_name": lambda row: row.contact.given_name if row.contact else _typed(row, "given_name"),
    "prefix": lambda row: (
        row.contact.family_name_prefix if row.contact else _typed(row, "family_name_prefix")
    ),
    "family_name": lambda row: (
        row.contact.family_name if row.contact else _typed(row, "family_name")
    ),
    "email": lambda row: row.contact.email if row.contact else _typed(row, "email"),
    "organisation": lambda row: (
        row.organisation.name if row.organisation else _typed(row, "organisation")
    ),
    "function": lambda row: row.representation.function if row.representation else "",
    "state": lambda row: str(row.get_state_display()),
    "attendance": lambda row: str(row.get_attendance_display()),
    "host": lambda row: row.is_host,
    "signed_up_at": lambda row: row.created_at,
}


class RegistrationFilters(WagtailFilterSet):
    class Meta:
        model = Registration
        fields = ["session", "state", "attendance", "source", "is_host"]


class RegistrationIndex(IndexView):
    """The list, with what its columns need in the same query; its CSV is safe to open."""

    custom_value_preprocess = IndexView.custom_value_preprocess | {str: {"csv": guarded_cell}}

    def to_row_dict(self, item: Registration) -> dict[str, Any]:
        return {name: read(item) for name, read in EXPORT.items()}

    def get_heading(self, queryset: QuerySet[Registration], field: str) -> str:
        return field

    def get_base_queryset(self) -> QuerySet[Registration]:
        rows: QuerySet[Registration] = super().get_base_queryset()
        return rows.select_related("session", "contact", "organisation", "representation")


class RegisterView(CreateView):
    """An organiser signs up somebody who mailed or phoned."""

    def get_panel(self) -> Panel:
        names = ("session", "contact", "organisation")
        return ObjectList([FieldPanel(name) for name in names]).bind_to_model(Registration)

    def get_form_class(self) -> Any:
        return self.panel.get_form_class()

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["contact"].required = True
        return form

    def save_instance(self) -> Registration:
        cleaned = self.form.cleaned_data
        return register_by_organiser(
            session=cleaned["session"],
            contact=cleaned["contact"],
            organisation=cleaned.get("organisation"),
            answers={},
            by=self.request.user,
            now=timezone.now(),
        )

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ParticipationError as error:
            form.add_error(None, str(error))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)


class RegistrationViewSet(SnippetViewSet):
    model = Registration
    chooser_viewset_class = GuardedChooser
    menu_label = _("Sign-ups")
    icon = "group"
    menu_order = 120
    add_to_admin_menu = True
    index_view_class = RegistrationIndex
    add_view_class = RegisterView
    filterset_class = RegistrationFilters
    inspect_view_enabled = True
    inspect_view_fields = [
        "session", "contact", "organisation", "state", "source", "answers", "works_on_theme",
        "rejection_reason", "created_at", "changed_at", "attendance", "attendance_at",
    ]  # fmt: skip
    copy_view_enabled = False
    ordering = ["-created_at"]
    list_per_page = 50
    list_display = [
        Column("person", label=_("person"), accessor=_person),
        Column("session", label=_("session"), sort_key="session"),
        Column("organisation", label=_("organisation"), sort_key="organisation__name"),
        Column("state", label=_("status"), accessor="get_state_display", sort_key="state"),
        BooleanColumn("works_on_theme", label=_("works on the theme")),
        Column("attendance", label=_("attendance"), accessor="get_attendance_display"),
        DateColumn("created_at", label=_("signed up at"), sort_key="created_at"),
    ]
    search_fields = [
        "contact__given_name", "contact__family_name", "contact__email", "organisation__name",
        "address_key",
    ]  # fmt: skip
    search_backend_name = None
    list_export = list(EXPORT)
    export_filename = "aanmeldingen"
    panels = [
        FieldPanel("session", read_only=True),
        FieldPanel("contact", read_only=True),
        FieldPanel("state", read_only=True),
        FieldPanel("organisation"),
        FieldPanel("is_host"),
        FieldPanel("no_reminders"),
    ]

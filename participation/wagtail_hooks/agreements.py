"""All agreements in the admin: the list, and the form of one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_filters import ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.log_actions import log
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from base.choosers import GuardedChooser
from contacts.models import Organisation
from contacts.wagtail_hooks.exports import RoundTripExport
from contacts.wagtail_hooks.listing import choice
from content.models import Session
from participation.errors import ParticipationError
from participation.models import Agreement
from participation.selectors.agreements import is_overdue, listed_agreements, of_session
from participation.selectors.files import agreements_file
from participation.services.agreements import change_agreement, make_agreement

_FIELDS = ("text", "session", "organisation", "contact", "due", "is_public")


class AgreementForm(WagtailAdminModelForm):
    """The form of one; `seen` says which version of it the author looked at."""

    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.instance.changed_at.isoformat()

    def values(self) -> dict[str, Any]:
        """What is written of it."""
        return {name: self.cleaned_data[name] for name in _FIELDS}


class AgreementFilters(WagtailFilterSet):
    """Sessions and organisations that can be chosen are those with an agreement."""

    overdue = choice(
        gettext_lazy("overdue"),
        "of_overdue",
        [("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
    )
    session = ModelChoiceFilter(
        label=capfirst(gettext_lazy("session")),
        method="of_session",
        queryset=Session.objects.filter(
            Q(agreements__isnull=False) | Q(carried_agreements__isnull=False)
        )
        .distinct()
        .order_by("-first_day", "-pk"),
    )
    organisation = ModelChoiceFilter(
        label=capfirst(gettext_lazy("organisation")),
        queryset=Organisation.objects.filter(agreements__isnull=False)
        .distinct()
        .order_by("name_key"),
    )

    class Meta:
        model = Agreement
        fields = ["state", "overdue", "session", "organisation", "is_public"]

    def of_overdue(self, rows: QuerySet[Agreement], name: str, value: str) -> QuerySet[Agreement]:
        overdue = is_overdue(timezone.localdate())
        return rows.filter(overdue) if value == "yes" else rows.exclude(overdue)

    def of_session(
        self, rows: QuerySet[Agreement], name: str, value: Session
    ) -> QuerySet[Agreement]:
        return rows.filter(of_session(value.slug))


class AgreementIndex(RoundTripExport, IndexView):
    """The list: what is open first, by its day."""

    export = staticmethod(agreements_file)


class _Returning:
    """A form that goes back to where it was opened, such as the desk of a session."""

    request: HttpRequest
    form: AgreementForm

    def get_success_url(self) -> str:
        back = get_valid_next_url_from_request(self.request)
        return back or super().get_success_url()  # type: ignore[misc]  # of the view it is mixed into

    def with_query(self, url: str) -> str:
        """Where the form goes: the page as it was opened, so that the way back stays known."""
        query = self.request.GET.urlencode()
        return f"{url}?{query}" if query else url

    def form_valid(self, form: AgreementForm) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[misc]  # the same
        except (ParticipationError, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]  # the same


class AddAgreement(_Returning, CreateView):
    """A new one; `?session=` fills in where it was made."""

    def get_initial_form_instance(self) -> Agreement:
        given = self.request.GET.get("session", "")
        is_number = given.isascii() and given.isdigit() and len(given) < 19
        session = Session.objects.filter(pk=given).first() if is_number else None
        return Agreement(session=session) if session else Agreement()

    def get_add_url(self) -> str:
        return self.with_query(super().get_add_url())

    def save_instance(self) -> Agreement:
        made = make_agreement(now=timezone.now(), **self.form.values())
        log(instance=made, action="wagtail.create", content_changed=True)
        return made


class EditAgreement(_Returning, EditView):
    """One that may have been changed by somebody else since the page was opened."""

    def get_edit_url(self) -> str:
        return self.with_query(super().get_edit_url())

    def save_instance(self) -> Agreement:
        changed = change_agreement(
            agreement=Agreement.objects.get(pk=self.object.pk),
            seen=self.form.cleaned_data["seen"],
            now=timezone.now(),
            **self.form.values(),
        )
        log(instance=changed, action="wagtail.edit", content_changed=True)
        return changed


def _state(row: Agreement) -> str:
    words = str(row.get_state_display())
    is_late = row.is_overdue(timezone.localdate())
    return f"{words}, {_('overdue')}" if is_late else words


class AgreementViewSet(SnippetViewSet):
    model = Agreement
    chooser_viewset_class = GuardedChooser
    icon = "tasks"
    menu_label = pgettext_lazy("promise", "Agreements")
    menu_order = 131
    add_to_admin_menu = True
    index_view_class = AgreementIndex
    add_view_class = AddAgreement
    edit_view_class = EditAgreement
    copy_view_enabled = False
    filterset_class = AgreementFilters
    list_per_page = 50
    list_display = [
        "__str__",
        Column("owner", label=capfirst(gettext_lazy("who does it"))),
        Column("due", label=capfirst(gettext_lazy("to be done before")), sort_key="due"),
        Column("state", label=capfirst(gettext_lazy("status")), accessor=_state, sort_key="state"),
        Column("session", label=capfirst(gettext_lazy("session")), sort_key="session"),
        Column("carried_to", label=capfirst(gettext_lazy("carried forward to"))),
    ]
    search_fields = [
        "text", "organisation__name", "contact__given_name", "contact__family_name",
    ]  # fmt: skip
    search_backend_name = None
    export_filename = "afspraken"
    edit_handler = ObjectList(
        [
            FieldPanel("text", widget=AdminAutoHeightTextInput(attrs={"rows": 2})),
            FieldPanel("session"),
            MultiFieldPanel(
                [FieldPanel("organisation"), FieldPanel("contact")],
                heading=capfirst(gettext_lazy("who does it")),
                help_text=gettext_lazy(
                    "An organisation, a person, or both. A reminder goes to the person; without "
                    "one, to the first contacts of the organisation, and where it has none, to its "
                    "people who signed up."
                ),
            ),
            FieldRowPanel([FieldPanel("due"), FieldPanel("is_public")]),
        ],
        base_form_class=AgreementForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        return listed_agreements()

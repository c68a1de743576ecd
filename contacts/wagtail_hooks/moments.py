"""The log of contacts in the admin: who was spoken with, when and about what."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import DateFromToRangeFilter, ModelChoiceFilter
from wagtail import hooks
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.widgets.button import Button
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    IndexView,
    InspectView,
    SnippetViewSet,
)

from base.choosers import GuardedChooser
from contacts.forms.communities import ContactMomentForm
from contacts.models import Community, Contact, ContactMoment, Organisation
from contacts.selectors.community_files import author_of, export_moments
from contacts.wagtail_hooks.exports import RoundTripExport

_NAMESPACE = "wagtailsnippets_contacts_contactmoment"
#: With whom an entry can be, as fields of it and as parameters of the page that adds one.
_WITH: dict[str, type[Model]] = {
    "contact": Contact,
    "organisation": Organisation,
    "community": Community,
}


def add_moment_url(**prefilled: Any) -> str:
    """The form for a new entry: `contact`, `organisation`, `community` by id, `next` a way back."""
    return f"{reverse(f'{_NAMESPACE}:add')}?{urlencode(prefilled)}"


def moments_url(**chosen: int) -> str:
    """The log of one person, organisation or community."""
    return f"{reverse(f'{_NAMESPACE}:list')}?{urlencode(chosen)}"


class MomentPolicy(ModelPermissionPolicy):
    """Whoever may add an entry may correct their own; nobody puts words in another's mouth."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(super().user_has_permission(user, "add" if action == "change" else action))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(
        self, user: Any, action: str, instance: ContactMoment
    ) -> bool:
        is_theirs = action != "change" or instance.written_by_id == user.pk
        return is_theirs and self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(
        self, user: Any, actions: Any, instance: ContactMoment
    ) -> bool:
        return any(
            self.user_has_permission_for_instance(user, action, instance) for action in actions
        )


register_permission_policy(ContactMoment, MomentPolicy(ContactMoment))


class MomentFilters(WagtailFilterSet):
    """Those who can be chosen are those with whom there was contact."""

    happened_on = DateFromToRangeFilter(
        label=capfirst(gettext_lazy("period")), widget=DateRangePickerWidget
    )
    community = ModelChoiceFilter(
        label=capfirst(gettext_lazy("community")), queryset=Community.objects.order_by("name")
    )
    organisation = ModelChoiceFilter(
        label=capfirst(gettext_lazy("organisation")),
        queryset=Organisation.objects.filter(moments__isnull=False).distinct().order_by("name_key"),
    )
    contact = ModelChoiceFilter(
        label=capfirst(gettext_lazy("person")),
        queryset=Contact.objects.present()
        .filter(moments__isnull=False)
        .distinct()
        .order_by("sort_key", "id"),
    )

    class Meta:
        model = ContactMoment
        fields = ["kind", "happened_on", "community", "organisation", "contact"]


class MomentIndex(RoundTripExport, IndexView):
    """The log, newest first; every word that is searched for must occur in an entry."""

    export = staticmethod(export_moments)

    def search_queryset(self, queryset: QuerySet[ContactMoment]) -> QuerySet[ContactMoment]:
        if not self.is_searching:
            return queryset
        for word in self.search_query[:500].split()[:8]:
            queryset = queryset.filter(
                Q(text__icontains=word)
                | Q(contact__given_name__icontains=word)
                | Q(contact__family_name__icontains=word)
                | Q(organisation__name__icontains=word)
                | Q(community__name__icontains=word)
            )
        return queryset

    def _get_title_column(self, *args: Any, **kwargs: Any) -> BaseColumn:
        """The date, with room for the longest month."""
        return super()._get_title_column(*args, **kwargs, width="17%")

    def get_edit_url(self, instance: ContactMoment) -> str | None:
        if not self.user_has_permission_for_instance("change", instance):
            return None
        url: str | None = super().get_edit_url(instance)
        return url


class AddMoment(CreateView):
    """A new entry: written by whoever adds it, with whom the page was opened for filled in."""

    def get_initial_form_instance(self) -> ContactMoment:
        now = timezone.now()
        moment = ContactMoment(
            happened_on=timezone.localdate(now), written_by=self.request.user, created_at=now
        )
        for name, model in _WITH.items():
            given = self.request.GET.get(name, "")
            if given.isascii() and given.isdigit() and len(given) < 19:
                setattr(moment, name, model._default_manager.filter(pk=given).first())
        return moment

    def get_add_url(self) -> str:
        """Where the form goes: the page as it was opened, so that the way back stays known."""
        url: str = super().get_add_url()
        query = self.request.GET.urlencode()
        return f"{url}?{query}" if query else url

    def get_success_url(self) -> str:
        return get_valid_next_url_from_request(self.request) or super().get_success_url()


class EditMoment(EditView):
    """One's own entry."""

    def get_object(self, queryset: Any = None) -> ContactMoment:
        moment: ContactMoment = super().get_object(queryset)
        if not self.user_has_permission_for_instance("change", moment):
            raise PermissionDenied
        return moment


class MomentPage(InspectView):
    """An entry to read, with a way to whom it was with."""

    page_title = capfirst(gettext_lazy("contact moment"))

    def get_edit_url(self) -> str | None:
        if not self.user_has_permission_for_instance("change", self.object):
            return None
        url: str | None = super().get_edit_url()
        return url

    def get_fields_context(self) -> list[dict[str, Any]]:
        """Only what is known: an empty field says nothing."""
        return [field for field in super().get_fields_context() if field["value"]]

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        if field_name not in _WITH or value is None:
            return value
        url = reverse(f"wagtailsnippets_contacts_{field_name}:inspect", args=[value.pk])
        return format_html('<a href="{}">{}</a>', url, value)

    def get_text_display_value(self) -> str:
        return linebreaksbr(self.object.text)

    def get_written_by_display_value(self) -> str:
        return author_of(self.object)


class MomentViewSet(SnippetViewSet):
    model = ContactMoment
    chooser_viewset_class = GuardedChooser
    icon = "comment"
    menu_label = gettext_lazy("Contact moments")
    menu_name = "contact-moments"
    url_prefix = "contacts/moments"
    index_view_class = MomentIndex
    add_view_class = AddMoment
    edit_view_class = EditMoment
    inspect_view_class = MomentPage
    inspect_view_enabled = True
    inspect_view_fields = [
        "happened_on", "kind", "contact", "organisation", "community", "text", "written_by",
        "created_at",
    ]  # fmt: skip
    filterset_class = MomentFilters
    search_fields = ["text"]
    search_backend_name = None
    copy_view_enabled = False
    list_display = [
        "happened_on",
        Column("kind", label=capfirst(gettext_lazy("kind")), accessor="get_kind_display"),
        Column("contact", label=capfirst(gettext_lazy("person"))),
        Column("organisation", label=capfirst(gettext_lazy("organisation"))),
        Column("community", label=capfirst(gettext_lazy("community"))),
        Column(
            "text",
            label=capfirst(gettext_lazy("what was said")),
            accessor=lambda moment: Truncator(moment.text).chars(120),
        ),
        Column("written_by", label=capfirst(gettext_lazy("written by")), accessor=author_of),
    ]
    export_filename = "contact-moments"
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("happened_on"), FieldPanel("kind")]),
            MultiFieldPanel(
                [FieldPanel(name) for name in _WITH],
                heading=gettext_lazy("With whom"),
                help_text=gettext_lazy("At least one: a person, an organisation or a community."),
            ),
            FieldPanel(
                "text",
                help_text=gettext_lazy(
                    "What a colleague needs to know, in a few sentences. Nothing about health or "
                    "private life: people may read what you write about them."
                ),
            ),
        ],
        base_form_class=ContactMomentForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContactMoment]:
        return ContactMoment.objects.select_related(
            "contact", "organisation", "community", "written_by"
        ).order_by("-happened_on", "-id")


@hooks.register("register_snippet_listing_buttons")
def offer_to_add(snippet: Model, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """In the lists of people, organisations and communities: note that there was contact."""
    for name, model in _WITH.items():
        if isinstance(snippet, model) and user.has_perm("contacts.add_contactmoment"):
            yield Button(
                _("Add a contact moment"),
                url=add_moment_url(**{name: snippet.pk, "next": next_url or ""}),
                icon_name="comment",
                priority=40,
            )

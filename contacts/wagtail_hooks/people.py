"""People in the admin."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from base.choosers import GuardedChooser
from contacts.enums import Purpose
from contacts.forms.admin import PersonForm
from contacts.models import Contact, Theme
from contacts.selectors.mailability import suppressed
from contacts.selectors.people import contacts_with_places, search_people
from contacts.selectors.representation import represents_member
from contacts.wagtail_hooks import policies  # noqa: F401 -- registered before the views ask
from contacts.wagtail_hooks.listing import GuardedIndex


class PeopleFilters(WagtailFilterSet):
    member = BooleanFilter(label=_("speaks for a member"), method="by_member")
    unsubscribed = BooleanFilter(label=_("unsubscribed from invitations"), method="by_unsubscribed")
    theme = ModelChoiceFilter(
        label=_("theme"),
        queryset=Theme.objects.order_by("name_nl"),
        field_name="representations__organisation__themes",
        distinct=True,
    )

    class Meta:
        model = Contact
        fields = ["language", "member", "unsubscribed", "theme"]

    def by_member(self, people: QuerySet[Contact], name: str, value: bool) -> QuerySet[Contact]:
        found = represents_member(timezone.localdate())
        return people.filter(found if value else ~found)

    def by_unsubscribed(
        self, people: QuerySet[Contact], name: str, value: bool
    ) -> QuerySet[Contact]:
        found = suppressed(Purpose.INVITATIONS)
        return people.filter(found if value else ~found)


def organisations_of(contact: Contact) -> str:
    """The organisations that the person speaks for today, in one line."""
    return ", ".join(place.organisation.name for place in contact.current)


class PeopleIndex(GuardedIndex):
    """The list of people; every word that is searched for must occur in a name or an address."""

    def search_queryset(self, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        if not self.is_searching:
            return queryset
        return queryset.filter(pk__in=search_people(self.search_query).values("pk"))

    def to_row_dict(self, item: Contact) -> dict[str, Any]:
        names = [name for name in self.list_export if name != "organisations"]
        row: dict[str, Any] = {name: getattr(item, name) for name in names}
        return row | {"organisations": organisations_of(item)}


class AddPerson(CreateView):
    """The form for a new person, who is made now."""

    def get_initial_form_instance(self) -> Contact:
        return Contact(created_at=timezone.now())


class PersonViewSet(SnippetViewSet):
    model = Contact
    chooser_viewset_class = GuardedChooser
    icon = "user"
    menu_label = _("People")
    menu_name = "people"
    url_prefix = "contacts/people"
    index_view_class = PeopleIndex
    add_view_class = AddPerson
    filterset_class = PeopleFilters
    search_fields = ["family_name", "given_name", "email"]
    search_backend_name = None
    list_display = [
        "__str__",
        "email",
        Column("organisations", label=_("organisations"), accessor=organisations_of),
        Column("language", label=_("language"), accessor="get_language_display"),
    ]
    list_export = [
        "email",
        "title",
        "given_name",
        "initials",
        "family_name_prefix",
        "family_name",
        "organisations",
        "language",
        "phone",
        "address_source",
    ]
    export_headings = {"organisations": _("organisations")}
    export_filename = "contacts"
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "title",
        "given_name",
        "initials",
        "family_name_prefix",
        "family_name",
        "email",
        "phone",
        "language",
        "form_of_address",
        "courtesy_title",
        "tags",
        "address_source",
        "created_at",
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("title"), FieldPanel("initials")]),
                    FieldPanel("given_name"),
                    FieldRowPanel([FieldPanel("family_name_prefix"), FieldPanel("family_name")]),
                ],
                heading=_("Name"),
            ),
            MultiFieldPanel(
                [FieldPanel("email"), FieldPanel("address_source"), FieldPanel("phone")],
                heading=_("How to reach them"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("language"),
                    FieldPanel("form_of_address"),
                    FieldPanel("courtesy_title"),
                ],
                heading=_("How to address them"),
            ),
            InlinePanel(
                "representations",
                panels=[
                    FieldPanel("organisation"),
                    FieldPanel("function"),
                    FieldPanel("role"),
                    FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
                ],
                heading=_("Organisations"),
                label=_("Organisation"),
            ),
            FieldPanel("tags"),
        ],
        base_form_class=PersonForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        people = contacts_with_places(Contact.objects.filter(erased_at=None), timezone.localdate())
        return people.order_by("family_name", "family_name_prefix", "given_name", "id")

"""People in the admin."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from contacts.forms.admin import PersonForm
from contacts.models import Contact
from contacts.selectors.people import contacts_with_places
from contacts.wagtail_hooks import policies  # noqa: F401 -- registered before the views ask
from contacts.wagtail_hooks.choosers import PersonChooser
from contacts.wagtail_hooks.dossier import PersonDossier
from contacts.wagtail_hooks.people_list import PeopleFilters, PeopleIndex, places_of
from contacts.wagtail_hooks.person_form import AddPerson, EditPerson


class PersonViewSet(SnippetViewSet):
    model = Contact
    chooser_viewset_class = PersonChooser
    icon = "user"
    menu_label = _("People")
    menu_name = "people"
    url_prefix = "contacts/people"
    index_view_class = PeopleIndex
    add_view_class = AddPerson
    edit_view_class = EditPerson
    inspect_view_class = PersonDossier
    filterset_class = PeopleFilters
    search_fields = ["family_name", "given_name", "email"]
    search_backend_name = None
    ordering = "sort_key"
    list_per_page = 50
    list_display = [
        "__str__",
        "email",
        Column("organisations", label=capfirst(_("organisations")), accessor=places_of),
        Column("language", label=capfirst(_("language")), accessor="get_language_display"),
    ]
    export_filename = "contacts"
    copy_view_enabled = False
    inspect_view_enabled = True
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
                [
                    FieldPanel("email"),
                    FieldPanel("address_source"),
                    FieldPanel("phone"),
                    FieldPanel(
                        "time_zone",
                        help_text=_("A name such as Europe/Amsterdam. Empty: that of this site."),
                    ),
                ],
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
                    FieldPanel("function", help_text=_("Leave it empty when it is not known.")),
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
        return contacts_with_places(Contact.objects.present(), timezone.localdate())

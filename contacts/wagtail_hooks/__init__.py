"""The admin of this room: one menu, Contacts, with what a group may see of it."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from contacts.wagtail_hooks import deletion  # noqa: F401 -- registers its hook
from contacts.wagtail_hooks.imports import ImportViewSet
from contacts.wagtail_hooks.organisations import OrganisationViewSet, ThemeViewSet
from contacts.wagtail_hooks.people import PersonViewSet
from contacts.wagtail_hooks.suppressions import SuppressionViewSet


class ContactsGroup(SnippetViewSetGroup):
    menu_label = _("Contacts")
    menu_name = "contacts"
    menu_icon = "group"
    menu_order = 300
    items = (
        PersonViewSet,
        OrganisationViewSet,
        ThemeViewSet,
        SuppressionViewSet,
        ImportViewSet("contact_imports"),
    )


register_snippet(ContactsGroup)

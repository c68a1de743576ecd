"""The admin of this room: one menu, Contacts, with what a group may see of it."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from contacts.wagtail_hooks import (  # noqa: F401 -- they register their hooks
    audit,
    deletion,
    erasure,
    export_actions,
    organisation_actions,
    people_actions,
    retention,
)
from contacts.wagtail_hooks.communities import CommunityViewSet
from contacts.wagtail_hooks.groups import GroupViewSet
from contacts.wagtail_hooks.imports import ImportViewSet
from contacts.wagtail_hooks.merging import DuplicatesViewSet
from contacts.wagtail_hooks.moments import MomentViewSet
from contacts.wagtail_hooks.organisations import OrganisationViewSet
from contacts.wagtail_hooks.people import PersonViewSet
from contacts.wagtail_hooks.suppressions import SuppressionViewSet
from contacts.wagtail_hooks.themes import ThemeViewSet


class ContactsGroup(SnippetViewSetGroup):
    menu_label = _("Contacts")
    menu_name = "contacts"
    menu_icon = "group"
    menu_order = 300
    items = (
        PersonViewSet,
        OrganisationViewSet,
        CommunityViewSet,
        MomentViewSet,
        GroupViewSet,
        ThemeViewSet,
        SuppressionViewSet,
        ImportViewSet("contact_imports"),
        DuplicatesViewSet("contact_duplicates"),
    )


register_snippet(ContactsGroup)

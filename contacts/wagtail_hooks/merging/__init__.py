"""Duplicates in the admin: what may be the same, merging two, and undoing it within a day."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import Button

from contacts.wagtail_hooks.merging.bulk import MergeOrganisations, MergePeople
from contacts.wagtail_hooks.merging.duplicates import Distinct, Duplicates
from contacts.wagtail_hooks.merging.merge import MergePage, MergeWith
from contacts.wagtail_hooks.merging.merges import MergeList, UndoMerge
from contacts.wagtail_hooks.merging.pages import may_merge, merge_buttons


class DuplicatesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_merge(request.user)


class DuplicatesViewSet(ViewSet):
    name = "contact_duplicates"
    url_prefix = "contacts/duplicates"
    icon = "copy"
    menu_label = gettext_lazy("Duplicates")
    menu_name = "contact-duplicates"
    menu_item_class = DuplicatesMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", Duplicates.as_view(), name="index"),
            path("merges/", MergeList.as_view(), name="merges"),
            path("merges/<int:merge_id>/undo/", UndoMerge.as_view(), name="undo"),
            path("<kin:kin>/", Duplicates.as_view(), name="of"),
            path("<kin:kin>/distinct/", Distinct.as_view(), name="distinct"),
            path("<kin:kin>/merge/", MergePage.as_view(), name="merge"),
            path("<kin:kin>/<int:pk>/with/", MergeWith.as_view(), name="with"),
        ]


@hooks.register("register_snippet_listing_buttons")
def offer_merging(snippet: Model, user: Any, next_url: str | None = None) -> list[Button]:
    """Merging among what can be done with a person or an organisation of a list."""
    return merge_buttons(snippet, user)


hooks.register("register_bulk_action", MergePeople)
hooks.register("register_bulk_action", MergeOrganisations)

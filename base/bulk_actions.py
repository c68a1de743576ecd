"""What is done with many rows of a list of the admin at once."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from wagtail.permissions import policy_registry
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

#: The largest id that a database holds; a number beyond it is nobody's.
_ID_MAX = 2**63 - 1


class GuardedBulkAction(SnippetBulkAction):
    """An act for whoever has the `permission`, on the rows that their list really shows.

    Wagtail's own tells the names of rows to whoever may do nothing with them, and takes "all in
    the list" for all there are, however the list was searched and narrowed.
    """

    permission = "change"

    @classmethod
    def is_allowed(cls, user: Any, model: type[Model]) -> bool:
        policy = policy_registry.get_by_type(model)
        allowed: bool = policy.user_has_permission(user, cls.permission)
        return allowed

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_allowed(request.user, self.model):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def selected(self) -> QuerySet[Any]:
        """The rows that were ticked, or all that the list shows as it was searched and narrowed.

        None when the list was narrowed in a way that cannot be.
        """
        view = self.model.snippet_viewset.index_view
        listing = view.view_class(**view.view_initkwargs)
        listing.setup(self.request)
        ids = self.request.GET.getlist("id")
        rows: QuerySet[Any]
        if "all" not in ids:
            wanted = [int(each) for each in ids if each.isascii() and each.isdigit()]
            rows = listing.get_base_queryset().filter(pk__in=[n for n in wanted if n <= _ID_MAX])
        elif listing.filters and not listing.filters.is_valid():
            rows = self.model._default_manager.none()
        else:
            rows = listing.get_queryset()
        return rows

    def get_actionable_objects(self) -> tuple[list[Any], dict[str, list[Any]]]:
        return list(self.selected()), {"items_with_no_access": []}


class GuardedDelete(DeleteBulkAction, GuardedBulkAction):
    """Wagtail's own deleting, guarded; registered in its place for every model."""

    permission = "delete"
    action_priority = 100

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_allowed(request.user, self.model):  # before its hooks look at the rows
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

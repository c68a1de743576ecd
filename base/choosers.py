"""Windows of the admin in which a row is chosen."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from wagtail.permissions import policy_registry
from wagtail.snippets.views.chooser import SnippetChooserViewSet

_ACTIONS = ("view", "add", "change", "delete")


class GuardedChooser(SnippetChooserViewSet):
    """Shows rows to whoever may see their list. Wagtail's own shows them to everybody inside."""

    def construct_view(self, view_class: Any, **kwargs: Any) -> Callable[..., HttpResponse]:
        view = super().construct_view(view_class, **kwargs)

        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
            policy = policy_registry.get_by_type(self.model)
            if not policy.user_has_any_permission(request.user, _ACTIONS):
                raise PermissionDenied
            return view(request, *args, **values)

        return guarded

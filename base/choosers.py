"""Windows of the admin in which a row is chosen, and the field that opens them."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.permissions import policy_registry
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
)
from wagtail.snippets.widgets import AdminSnippetChooser

_ACTIONS = ("view", "add", "change", "delete")

#: Returns those of the rows that a text is about.
Search = Callable[[QuerySet[Any], str], QuerySet[Any]]


class RowChooser(AdminSnippetChooser):
    """Chooses a row by its number; any other value is no choice, where Wagtail's own would fail."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        value = str(super().value_from_datadict(data, files, name) or "")
        return value if value.isascii() and value.isdigit() and len(value) < 19 else None


class _SearchForm(BaseFilterForm):
    """A field for words, in the place where Wagtail shows its own for models that it indexes."""

    search: Search
    q = forms.CharField(
        label=gettext_lazy("Search term"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Search")}),
        required=False,
    )

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        if words := self.cleaned_data["q"].strip():
            self.is_searching, self.search_query = True, words
            objects = type(self).search(objects, words)
        return objects


def search_form(search: Search) -> type[BaseFilterForm]:
    """Return the form of a window that can be searched."""
    return type("SearchForm", (_SearchForm,), {"search": staticmethod(search)})


class _Listed:
    """Offers what the list of the same rows shows: nobody who was erased, for one."""

    model_class: Any
    request: HttpRequest
    search: Search | None = None
    more_columns: Sequence[Column] = ()

    @property
    def columns(self) -> list[Column]:
        return [*super().columns, *self.more_columns]  # type: ignore[misc]  # of the view it is mixed into

    def get_object_list(self) -> QuerySet[Any]:
        rows: QuerySet[Any] | None = self.model_class.snippet_viewset.get_queryset(self.request)
        return self.model_class.objects.all() if rows is None else rows

    def get_filter_form_class(self) -> type[BaseFilterForm]:
        if self.search is None:
            return BaseFilterForm
        return search_form(self.search)


class _Choose(_Listed, ChooseView):
    pass


class _ChooseResults(_Listed, ChooseResultsView):
    pass


class GuardedChooser(SnippetChooserViewSet):
    """Shows rows to whoever may see their list. Wagtail's own shows them to everybody inside."""

    choose_view_class = _Choose
    choose_results_view_class = _ChooseResults
    #: Without it the rows can be leafed through, and not searched. A static method.
    search: Search | None = None
    #: What tells rows with one name apart.
    more_columns: Sequence[Column] = ()

    def construct_view(self, view_class: Any, **kwargs: Any) -> Callable[..., HttpResponse]:
        if issubclass(view_class, _Listed):
            kwargs |= {"search": self.search, "more_columns": self.more_columns}
        view = super().construct_view(view_class, **kwargs)

        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
            policy = policy_registry.get_by_type(self.model)
            if not policy.user_has_any_permission(request.user, _ACTIONS):
                raise PermissionDenied
            return view(request, *args, **values)

        return guarded

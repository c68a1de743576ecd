"""What the lists of this room share."""

from typing import Any

from django.db.models import QuerySet
from django.forms import RadioSelect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ChoiceFilter, ModelChoiceFilter
from wagtail.admin.ui.tables import BaseColumn
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.widgets.button import Button, ButtonWithDropdown, ListingButton
from wagtail.snippets.views.snippets import IndexView

from base.bulk_actions import GuardedBulkAction
from base.spreadsheets import guarded_cell

#: So many bulk actions stand side by side; the others are behind "More".
_SIDE_BY_SIDE = 4


def choice(label: Any, method: Any = None, choices: Any = ()) -> ChoiceFilter:
    """A filter by one of a few words, as Wagtail makes them for a field with choices."""
    return ChoiceFilter(
        label=capfirst(label),
        method=method,
        choices=choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )


def one_of(label: Any, method: str, rows: QuerySet[Any]) -> ModelChoiceFilter:
    """A filter by one of a few rows. A select box would not fit in where filters open."""
    return ModelChoiceFilter(
        label=capfirst(label),
        method=method,
        queryset=rows,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )


class GuardedIndex(IndexView):
    """A list whose CSV cannot carry a formula into a spreadsheet (its XLSX never does).

    Below it stand the bulk actions that this user may do, and no others.
    """

    custom_value_preprocess = IndexView.custom_value_preprocess | {str: {"csv": guarded_cell}}

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """No boxes to tick where nothing can be done with what is ticked."""
        boxes, *columns = super().columns
        return [boxes, *columns] if self.bulk_actions else columns

    @cached_property
    def bulk_actions(self) -> list[Any]:
        """What this user may do with many rows, the most used first."""
        options = self.model._meta
        actions = bulk_action_registry.get_bulk_actions_for_model(
            options.app_label, options.model_name
        )
        allowed = [each for each in actions if self._may(each)]
        return sorted(allowed, key=lambda each: each.action_priority)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return context | {"bulk_buttons": self._bulk_buttons()}

    def _bulk_buttons(self) -> list[Button]:
        options = self.model._meta
        buttons = [
            (ListingButton if place < _SIDE_BY_SIDE else Button)(
                each.display_name,
                reverse(
                    "wagtail_bulk_action",
                    args=[options.app_label, options.model_name, each.action_type],
                ),
                attrs={"aria-label": each.aria_label, "data-bulk-action-button": ""},
                priority=each.action_priority,
                classname=" ".join(each.classes | {"bulk-action-btn"}),
            )
            for place, each in enumerate(self.bulk_actions)
        ]
        more = buttons[_SIDE_BY_SIDE:]
        if not more:
            return buttons
        attrs = {"title": _("More bulk actions")}
        classes = "button button-secondary button-small"
        return [
            *buttons[:_SIDE_BY_SIDE],
            ButtonWithDropdown(label=_("More"), attrs=attrs, classname=classes, buttons=more),
        ]

    def _may(self, action: Any) -> bool:
        return not issubclass(action, GuardedBulkAction) or action.is_allowed(
            self.request.user, self.model
        )

"""What the bulk actions of this room share: they ask first, with numbers, and work in batches."""

from abc import abstractmethod
from collections.abc import Collection
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import ngettext
from wagtail.admin import messages

from base.bulk_actions import GuardedBulkAction

#: So many rows are changed in one transaction; others can write in between.
_BATCH = 500

#: So many names stand on the page that asks.
_NAMES_MAX = 20


class AskingAction(GuardedBulkAction):
    """An act that first says in numbers what it is about: a whole list is only counted for that.

    `question` is a counted text (ngettext_lazy); `requires` are permissions beside that on the
    model.
    """

    template_name = "contacts/admin/bulk_action.html"
    question: str | Promise = ""
    requires: tuple[str, ...] = ()
    is_serious = False

    @classmethod
    def is_allowed(cls, user: Any, model: type[Model]) -> bool:
        return super().is_allowed(user, model) and user.has_perms(cls.requires)

    def consequences(self, rows: QuerySet[Any]) -> list[str]:
        """Return what else is good to know beforehand, in numbers."""
        return []

    def get_actionable_objects(self) -> tuple[list[Any], dict[str, list[Any]]]:
        """Only those whose names are shown."""
        return list(self.selected()[:_NAMES_MAX]), {"items_with_no_access": []}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = self.selected()
        count = rows.count()
        return context | {
            "title": self.display_name,
            "count": count,
            "more": count - len(context["items"]),
            "question": self.question % {"count": count},
            "consequences": self.consequences(rows),
            "is_serious": self.is_serious,
        }


class ChangingAction(AskingAction):
    """An act that changes rows, in batches; `done` is a counted text."""

    done: str | Promise = ""

    @abstractmethod
    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        """Do it to some of the rows, with what was filled in. Returns how many changed."""

    def form_valid(self, form: Form) -> HttpResponseBase:
        ids = list(self.selected().order_by("pk").values_list("pk", flat=True))
        changed = sum(
            self.act(ids[start : start + _BATCH], form.cleaned_data)
            for start in range(0, len(ids), _BATCH)
        )
        message = str(self.done % {"count": changed})
        if left := len(ids) - changed:
            rest = ngettext("%(count)d stayed as it was.", "%(count)d stayed as they were.", left)
            message = f"{message} {rest % {'count': left}}"
        messages.success(self.request, message)
        return redirect(self.next_url)

"""The form of a session page, and the search form of the Q&A."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

#: `check(page, now)` returns errors by field: what other rooms have against a session page as it
#: is drafted. They add theirs when Django starts, since this room cannot know who signed up.
CHECKS: list[Callable[[Any, datetime], dict[str, str]]] = []


class SessionPageForm(WagtailAdminPageForm):
    """Refuses what cannot be with the people that a session has."""

    def save(self, commit: bool = True) -> Any:
        """Let the page know by what it was saved: a hook of Wagtail is handed the page alone."""
        page = super().save(commit=commit)
        page.saved_by = self
        return page

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        now = timezone.now()
        for check in CHECKS:
            for field, error in check(self.instance, now).items():
                self.add_error(field if field in self.fields else None, error)


class ReportPageForm(WagtailAdminPageForm):
    """Offers the sessions with their date, the latest first; a report is of one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("session"):  # a translation takes that of its source
            field.required = True
            field.label_from_instance = _dated
            field.queryset = field.queryset.order_by(F("first_day").desc(nulls_last=True), "-pk")


def _dated(session: Any) -> str:
    return f"{session} ({date_format(session.first_day)})" if session.first_day else str(session)


class AnswerSearchForm(forms.Form):
    """Words and a theme, both optional; offers the themes that occur, by slug and name."""

    q = forms.CharField(
        label=_("Search"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False)

    def __init__(self, *args: Any, themes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme"].choices = [("", _("All themes")), *themes]  # type: ignore[attr-defined]  # a ChoiceField

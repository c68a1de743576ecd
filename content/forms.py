"""The search form of the Q&A."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contacts.models import Theme


class AnswerSearchForm(forms.Form):
    """Words and a theme, both optional; offers only the themes that occur."""

    q = forms.CharField(
        label=_("Search"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False)

    def __init__(self, *args: Any, themes: list[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "nl"
        choices = [(theme.slug, theme.name(language)) for theme in themes]
        self.fields["theme"].choices = [("", _("All themes")), *choices]  # type: ignore[attr-defined]  # a ChoiceField

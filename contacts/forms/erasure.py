"""Erasing a person: how they asked for it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.enums import Source


class EraseForm(forms.Form):
    """How the request came; kept with the suppression that keeps the address out."""

    source = forms.ChoiceField(
        label=_("How did the person ask for it?"),
        choices=[
            (Source.MAIL, _("by mail")),
            (Source.ORGANISER, _("by phone, by letter or in person")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the person asked for it.")},
    )

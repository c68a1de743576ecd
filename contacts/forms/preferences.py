"""Forms that a person fills in behind a personal link."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.enums import FormOfAddress
from contacts.models import LANGUAGES
from contacts.wording import PURPOSE_PHRASES


class PreferencesForm(forms.Form):
    """What a person wants to get from us, in which language, and how we address them."""

    purposes = forms.MultipleChoiceField(
        label=_("What would you like to get from us?"),
        choices=list(PURPOSE_PHRASES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    language = forms.ChoiceField(
        label=_("In which language?"), choices=LANGUAGES, widget=forms.RadioSelect
    )
    form_of_address = forms.ChoiceField(
        label=_("How shall we address you in Dutch?"),
        choices=FormOfAddress.choices,
        widget=forms.RadioSelect,
    )

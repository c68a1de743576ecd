"""Forms that a person fills in behind a personal link."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.enums import FormOfAddress
from contacts.models import LANGUAGES
from contacts.selectors.preferences import GroupChoice, Preferences
from contacts.wording import COURTESY_TITLES, PURPOSE_PHRASES

#: A pause of more than a year is unsubscribing by another name.
PAUSE_MAX = timedelta(days=366)

#: A browser sends the first; people type the others where it offers no calendar.
_DATE_FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"]


class PreferencesForm(forms.Form):
    """What a person wants to get from us and how often, and how we write to them.

    `shown` is what holds now, `today` the day from which a pause is counted.
    """

    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("What would you like to get from us?"),
        choices=list(PURPOSE_PHRASES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Which groups do you want to be in?"),
        help_text=gettext_lazy("With a tick you say yes to the sentence below the name."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    wants_less_mail = forms.BooleanField(
        label=gettext_lazy("Mail me less: one mailing a month at most"),
        required=False,
    )
    paused_until = forms.DateField(
        label=gettext_lazy("No mailings up to and including"),
        help_text=gettext_lazy("A year ahead at most. Leave it empty for no pause."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=_DATE_FORMATS,
        required=False,
        error_messages={
            "invalid": gettext_lazy("Write the day as day-month-year, such as 31-12-2027.")
        },
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language?"), choices=LANGUAGES, widget=forms.RadioSelect
    )
    form_of_address = forms.ChoiceField(
        label=gettext_lazy("How shall we address you in Dutch?"),
        choices=FormOfAddress.choices,
        widget=forms.RadioSelect,
    )
    courtesy_title = forms.ChoiceField(
        label=gettext_lazy("How shall we greet you?"),
        choices=list(COURTESY_TITLES.items()),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, data: Any = None, *, shown: Preferences, today: date) -> None:
        super().__init__(data, initial=_initial(shown))
        self.today = today
        groups: Any = self.fields["groups"]
        groups.choices = [_choice(each, shown) for each in shown.groups]
        if not shown.groups:
            del self.fields["groups"]
        if shown.courtesy_title not in COURTESY_TITLES:
            own = [(shown.courtesy_title, shown.courtesy_title)]
            titles: Any = self.fields["courtesy_title"]
            titles.choices = [*COURTESY_TITLES.items(), *own]
        bounds = {"min": today.isoformat(), "max": (today + PAUSE_MAX).isoformat()}
        self.fields["paused_until"].widget.attrs |= bounds

    def clean_paused_until(self) -> date | None:
        until: date | None = self.cleaned_data["paused_until"]
        if until is None:
            return None
        if until < self.today:
            raise forms.ValidationError(_("Choose a day that is still to come."), code="past")
        if until > (last := self.today + PAUSE_MAX):
            text = _("Choose a day up to %(day)s, or unsubscribe below.")
            raise forms.ValidationError(text % {"day": date_format(last, "j F Y")}, code="far")
        return until


def _initial(shown: Preferences) -> dict[str, Any]:
    return {
        "purposes": list(shown.purposes),
        "groups": list(shown.joined),
        "wants_less_mail": shown.wants_less_mail,
        "paused_until": shown.paused_until,
        "language": shown.language,
        "form_of_address": shown.form_of_address,
        "courtesy_title": shown.courtesy_title,
    }


def _choice(choice: GroupChoice, shown: Preferences) -> tuple[str, str]:
    """Return a group with its name and, below it, what one agrees to."""
    group, language = choice.group, shown.language
    label = format_html(
        '<span>{}<span class="choice__text">{}</span></span>',
        group.name(language),
        group.wording(language),
    )
    return group.slug, label

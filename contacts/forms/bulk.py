"""What is filled in for many people or organisations at once."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.enums import MAILING_PURPOSES, Purpose, SuppressionReason, Tier
from contacts.models import Community, Theme
from contacts.selectors.people import tags_in_use
from contacts.selectors.streams import EVERYTHING

#: What a colleague may say when they stop mail.
_REASONS = (SuppressionReason.OBJECTION, SuppressionReason.MANUAL)


class TagForm(forms.Form):
    """A tag, known or new."""

    tag = forms.CharField(
        label=capfirst(gettext_lazy("tag")),
        max_length=60,
        help_text=gettext_lazy(
            "A word or a few, such as “press”. Small letters and capitals differ."
        ),
        widget=forms.TextInput(attrs={"list": "suggestions", "autocomplete": "off"}),
    )

    def clean_tag(self) -> str:
        tag = str(self.cleaned_data["tag"])
        if "," in tag:
            raise forms.ValidationError(_("Enter one tag, without a comma."), code="comma")
        return tag

    def suggestions(self) -> list[str]:
        return tags_in_use()


class KnownTagForm(forms.Form):
    """A tag that somebody carries."""

    tag = forms.ChoiceField(
        label=capfirst(gettext_lazy("tag")), choices=lambda: [(tag, tag) for tag in tags_in_use()]
    )


class StopForm(forms.Form):
    """What mail is to stop, and why."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is to stop?"),
        choices=[
            *((str(each), each.label) for each in Purpose if each in MAILING_PURPOSES),
            (EVERYTHING, gettext_lazy("all mailings")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=[(str(each), each.label) for each in _REASONS],
        widget=forms.RadioSelect,
    )


class CommunityForm(forms.Form):
    community = forms.ModelChoiceField(
        label=capfirst(gettext_lazy("community")), queryset=Community.objects.order_by("name")
    )


class TierForm(CommunityForm):
    tier = forms.ChoiceField(
        label=capfirst(gettext_lazy("tier")), choices=Tier.choices, widget=forms.RadioSelect
    )


class ThemeChoiceForm(forms.Form):
    theme = forms.ModelChoiceField(
        label=capfirst(gettext_lazy("theme")), queryset=Theme.objects.order_by("name_nl")
    )


class FileForm(forms.Form):
    """What kind of file it is to be."""

    form = forms.ChoiceField(
        label=gettext_lazy("What kind of file?"),
        choices=[("xlsx", gettext_lazy("workbook (XLSX)")), ("csv", gettext_lazy("text (CSV)"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )

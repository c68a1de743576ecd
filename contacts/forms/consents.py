"""Forms of the admin about consent: opt-in groups, a consent by hand, mail stopped by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from base.choosers import RowChooser
from contacts.addresses import address_key
from contacts.enums import ConsentBasis, SuppressionReason
from contacts.errors import AddressInvalid, BasisTooWeak
from contacts.models import Contact, OptInGroup
from contacts.selectors.groups import group_of
from contacts.selectors.streams import consent_choices, read, stop_choices
from contacts.services.consents import check_basis
from contacts.services.organisations import free_slug

#: On what ground a colleague may record that somebody can be mailed. Membership is computed.
_BASES = [
    (basis, basis.label)
    for basis in (ConsentBasis.CONSENT, ConsentBasis.REQUEST, ConsentBasis.PUBLISHED)
]

_REASONS = [
    (SuppressionReason.OBJECTION, gettext_lazy("The person asked for it")),
    (SuppressionReason.MANUAL, gettext_lazy("We decided it")),
]


class GroupForm(WagtailAdminModelForm):
    """An opt-in group: its slug, which consents and mailings refer to, is made once and stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "purpose" in self.fields:
            self.fields["purpose"].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.instance.slug:
            self.instance.slug = free_slug(
                cleaned.get("name_nl", ""),
                lambda slug: OptInGroup.objects.filter(slug=slug).exists(),
                length=60,
            )
        return cleaned


class ConsentForm(forms.Form):
    """What a person agreed to elsewhere, and how we know."""

    contact = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=Contact.objects.none(),
        error_messages={"invalid_choice": gettext_lazy("Choose a person who is still there.")},
    )
    about = forms.ChoiceField(label=gettext_lazy("What they agreed to"))
    basis = forms.ChoiceField(label=gettext_lazy("On what ground"), choices=_BASES)
    source_detail = forms.CharField(
        label=gettext_lazy("How we know"),
        max_length=200,
        help_text=gettext_lazy("Such as: by phone on 3 March; on the list of the meeting in Ede."),
    )
    wording = forms.CharField(
        label=gettext_lazy("What was said or signed"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Of a group: leave it empty if you read out its own sentence."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["contact"]
        people.queryset = Contact.objects.present()
        people.widget = RowChooser(Contact)
        about: Any = self.fields["about"]
        about.choices = [("", "–"), *consent_choices()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        purpose, topic = read(cleaned.get("about", ""))
        if not purpose:
            return cleaned
        try:
            check_basis(purpose, cleaned.get("basis") or ConsentBasis.CONSENT)
        except BasisTooWeak as error:
            self.add_error("basis", str(error))
        if not cleaned.get("wording"):
            group = group_of(purpose, topic)
            if group is None:
                self.add_error("wording", _("Write what the person said or signed."))
            elif contact := cleaned.get("contact"):
                cleaned["wording"] = group.wording(contact.language)
        return cleaned


class StopForm(forms.Form):
    """An address to which some mail must not go any more."""

    email = forms.CharField(label=gettext_lazy("E-mail address"), max_length=254)
    about = forms.ChoiceField(label=gettext_lazy("What must stop"))
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=_REASONS)
    detail = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=200,
        help_text=gettext_lazy(
            "For your colleagues, in the history of the person. Of an address that nobody here "
            "has, only the reason above is kept."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: Any = self.fields["about"]
        about.choices = stop_choices()

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        try:
            address_key(email)
        except AddressInvalid as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        return email


class WithdrawForm(forms.Form):
    """Why a consent no longer holds."""

    detail = forms.CharField(
        label=gettext_lazy("How we know"),
        max_length=200,
        help_text=gettext_lazy("Such as: by mail on 3 March."),
    )

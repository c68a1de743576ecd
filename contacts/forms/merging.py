"""What a person decides about a merge: with whom, and which value of a field stays."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from base.choosers import RowChooser
from contacts.enums import Kin
from contacts.models import Contact, Organisation
from contacts.selectors.merges import FieldChoice, MergePreview

KEPT, GONE = "kept", "gone"


class MergeForm(forms.Form):
    """For each field that both have, and in which they differ, whose value stays."""

    def __init__(self, *args: Any, preview: MergePreview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices: list[FieldChoice] = [each for each in preview.fields if each.is_open]
        for each in self.choices:
            self.fields[each.name] = forms.ChoiceField(
                label=each.label,
                choices=[(KEPT, each.kept), (GONE, each.gone)],
                initial=GONE if each.is_taken else KEPT,
                widget=forms.RadioSelect,
            )

    def take(self) -> list[str]:
        """Return the fields of which the other's value was chosen."""
        return [each.name for each in self.choices if self.cleaned_data[each.name] == GONE]


class MergeWithForm(forms.Form):
    """The other one."""

    def __init__(self, *args: Any, kin: Kin, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kin == Kin.CONTACT:
            self._offer(Contact, Contact.objects.present(), _("Which person is the same?"))
        else:
            rows = Organisation.objects.all()
            self._offer(Organisation, rows, _("Which organisation is the same?"))

    def _offer(self, model: Any, rows: Any, label: str) -> None:
        self.fields["other"] = forms.ModelChoiceField(
            label=label, queryset=rows, widget=RowChooser(model)
        )

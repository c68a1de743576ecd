"""People chosen one by one, found by name or address, without a window that needs a script."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.audience.parsing import CONTACTS_MAX
from campaigns.builder.fields import ConditionForm
from contacts.models import Contact
from contacts.selectors.people import contacts_with_places, search_people

#: So many are shown at once; whoever is not shown stays chosen.
SHOWN = 50
_FOUND = 20


class PeopleForm(ConditionForm):
    """`ids` are all who were chosen, `shown` those of them with a box, `keep` the boxes ticked."""

    ids = forms.CharField(widget=forms.HiddenInput, required=False)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    keep = forms.MultipleChoiceField(
        label=gettext_lazy("Chosen people"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Untick whoever should not be among them."),
    )
    q = forms.CharField(
        label=gettext_lazy("Search by name or address"), required=False, max_length=200
    )
    pick = forms.MultipleChoiceField(
        label=gettext_lazy("Found"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick who you mean."),
    )

    def __init__(self, data: Any = None, *, name: str, initial: Any = None) -> None:
        known = numbers((initial or {}).get("ids"))
        self.chosen = known if data is None else _chosen(data)
        self.is_searching = False
        listed = self.chosen[:SHOWN]
        texts = {
            "ids": ",".join(map(str, self.chosen)),
            "shown": ",".join(map(str, listed)),
        }
        if data is not None:
            data = MultiValueDict(
                {f"f-{key}": [text] for key, text in texts.items()}
                | {"f-keep": list(map(str, listed)), "f-q": [data.get("f-q", "")]}
            )
        super().__init__(data, name=name, initial=texts | {"keep": listed})
        self._offer_chosen(listed)

    def _offer_chosen(self, listed: list[int]) -> None:
        rows = Contact.objects.filter(pk__in=listed)
        people = {row.pk: row for row in contacts_with_places(rows, timezone.localdate())}
        field = self.choice_field("keep")
        field.choices = [(str(number), _shown(people.get(number), number)) for number in listed]
        if hidden := len(self.chosen) - len(listed):
            words = ngettext(
                "%s more is chosen and not shown here.",
                "%s more are chosen and not shown here.",
                hidden,
            )
            field.help_text = words % hidden

    def find(self) -> None:
        """Offer those whom the words are about and who were not chosen yet."""
        self.is_searching = True
        words = str(self.data.get("f-q", "")).strip()
        if not words:
            self.add_error("q", _("Type a part of a name or an address."))
            return
        found = search_people(words, timezone.localdate()).exclude(pk__in=self.chosen)
        rows = contacts_with_places(found.order_by("sort_key", "pk"), timezone.localdate())
        listed = list(rows[: _FOUND + 1])
        field = self.choice_field("pick")
        field.choices = [(str(row.pk), _shown(row, row.pk)) for row in listed[:_FOUND]]
        if not listed:
            self.add_error("q", _("Nobody found whom you have not chosen yet."))
        elif len(listed) > _FOUND:
            field.help_text = _("There are more: type more of the name.")

    def visible_fields(self) -> list[Any]:
        """Boxes are shown once there is somebody to tick."""
        ticks = ("keep", "pick")
        shown = super().visible_fields()
        empty = {name for name in ticks if not self.choice_field(name).choices}
        return [each for each in shown if each.name not in empty]

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        return {"ids": ",".join(str(number) for number in value.get(name) or [])}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_searching:
            return cleaned
        if not self.chosen:
            self.add_error("q", _("Choose at least one person: search, and tick who you mean."))
        elif len(self.chosen) > CONTACTS_MAX:
            self.add_error("q", _("At most %s people.") % CONTACTS_MAX)
        return cleaned

    def value(self) -> list[int]:
        return self.chosen


def _chosen(data: Any) -> list[int]:
    """Return who is chosen after what was ticked and unticked."""
    shown = set(numbers(data.get("f-shown")))
    kept = set(numbers(",".join(data.getlist("f-keep"))))
    before = numbers(data.get("f-ids"))
    stays = [number for number in before if number not in shown or number in kept]
    return list(dict.fromkeys([*stays, *numbers(",".join(data.getlist("f-pick")))]))


def numbers(text: Any) -> list[int]:
    """Return the ids in a text such as "3,14"; what is none is passed over."""
    found = str(text or "").split(",")
    return [
        int(each) for each in found if each.isascii() and each.isdecimal() and 0 < len(each) < 19
    ]


def _shown(contact: Contact | None, number: int) -> str:
    if contact is None:
        return _("somebody who is not there any more (%s)") % number
    places = ", ".join(place.organisation.name for place in getattr(contact, "current", []))
    parts = [str(contact), contact.email if contact.full_name else "", places]
    return ", ".join(part for part in parts if part)

"""What a new mailing begins with, and which session it is about."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.beginning.buttons import MAILING, choice_of
from campaigns.beginning.sessions import session_chooser
from campaigns.models import Mailing
from campaigns.starters import STARTERS, Shelf, Starter
from content.models import SeriesPage, Session

EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to begin, as the page shows it."""

    value: str
    name: str
    hint: str = ""


def copied_mailing(value: str) -> Mailing | None:
    """Return the mailing that a value names, if it does and there is one."""
    number = value.removeprefix(MAILING)
    if number == value or not number.isdecimal() or len(number) > 15:
        return None
    return Mailing.objects.filter(pk=int(number)).first()


class BeginForm(forms.Form):
    """The choice of a text, and of a session where the text needs one.

    `choices` offers, by heading, our own texts, the site's templates, an empty mailing, and the
    mailing to copy when `initial` names one.
    """

    session = forms.ModelChoiceField(
        label=gettext_lazy("Which session is it about?"),
        queryset=Session.objects.all(),
        required=False,
        widget=session_chooser.widget_class(),
        help_text=gettext_lazy("Leave empty if the mailing is about no session."),
    )
    series = forms.ModelChoiceField(
        label=gettext_lazy("Or a whole series?"),
        # A series once, not once a language.
        queryset=SeriesPage.objects.filter(
            locale__language_code=settings.LANGUAGE_CODE[:2], alias_of=None
        ).order_by("title"),
        required=False,
        empty_label=gettext_lazy("No series"),
    )
    begin_with = forms.ChoiceField(
        label=gettext_lazy("What do you want to begin with?"),
        error_messages={
            "required": gettext_lazy("Choose what you want to begin with."),
            "invalid_choice": gettext_lazy("Choose one of the texts below."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self["begin_with"].value() or "")
        self.choices = _choices(copied_mailing(chosen))
        values = [(each.value, each.name) for _heading, group in self.choices for each in group]
        cast("forms.ChoiceField", self.fields["begin_with"]).choices = values

    @property
    def starter(self) -> Starter | None:
        return STARTERS.get(self.cleaned_data["begin_with"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starter = STARTERS.get(data.get("begin_with") or "")
        needs_session = starter is not None and starter.needs_session
        if needs_session and not data.get("session") and "session" not in self.errors:
            self.add_error("session", _("This text is about one session: choose which."))
        return data


def _choices(copied: Mailing | None) -> list[tuple[str, list[Choice]]]:
    groups: list[tuple[str, list[Choice]]] = []
    if copied is not None and not copied.is_template:
        groups.append((_("A copy"), [Choice(choice_of(copied), copied.title)]))
    templates = Mailing.objects.filter(is_template=True).order_by("title", "pk")
    own = [
        Choice(choice_of(each), each.title, str(each.get_kind_display()).capitalize())
        for each in templates
    ]
    if own:
        groups.append((_("Your own templates"), own))
    for shelf in Shelf:
        texts = [
            Choice(each.key, str(each.name), str(each.hint))
            for each in STARTERS.values()
            if each.shelf == shelf
        ]
        groups.append((str(shelf.label), texts))
    empty = Choice(EMPTY, _("An empty mailing"), _("Write everything yourself."))
    groups[-1][1].append(empty)
    return groups

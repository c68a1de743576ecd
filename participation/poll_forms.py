"""The forms of polls: what people answer, on its page and in the API, and an organiser's own."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from contacts.forms.admin import kept_forms
from participation.answers import Words
from participation.enums import PollKind
from participation.models import Poll, PollAnswer
from participation.selectors.polls import choices_language, labels_of
from participation.services.polls import WantedOption, poll_problems

#: Chosen by whom no date suits.
NONE = "none"
REMARK_MAX = 2000


class PollAnswerForm(forms.Form):
    """One poll in one language; what somebody answered before is filled in."""

    use_required_attribute = False

    def __init__(
        self, data: Any = None, *, poll: Poll, language: str, given: PollAnswer | None = None
    ) -> None:
        super().__init__(data, initial=_initial(poll, given))
        question = poll.question(language)
        said_in = poll.language_of("question", language)
        is_open_question = poll.kind == PollKind.OPEN
        if not is_open_question:
            labels = labels_of(poll, language)
            self.fields["choices"] = _choice_field(poll, question, labels)
        self.fields["remark"] = forms.CharField(
            label=question if is_open_question else _("Is there something you want to add?"),
            required=is_open_question,
            max_length=REMARK_MAX,
            widget=forms.Textarea(attrs={"rows": 4}),
            error_messages={"required": _("Write your answer.")},
        )
        asked = self.fields["remark" if is_open_question else "choices"]
        asked.words = Words(  # type: ignore[attr-defined]  # Django's fields have no place for it
            language="" if said_in == language else said_in,
            choices_language="" if is_open_question else choices_language(poll, language),
            help=[],
        )

    def clean_choices(self) -> list[int]:
        chosen = self.cleaned_data["choices"]
        values = [chosen] if isinstance(chosen, str) else list(chosen)
        if NONE in values and len(values) > 1:
            raise forms.ValidationError(
                _("Choose dates, or “None of these dates”: not both."), code="invalid"
            )
        return [int(each) for each in values if each != NONE]

    def chosen(self) -> list[int]:
        """Return the ids of what was chosen, of a valid form."""
        return list(self.cleaned_data.get("choices", []))


def _initial(poll: Poll, given: PollAnswer | None) -> dict[str, Any]:
    if given is None:
        return {}
    chosen: list[Any] = list(given.choices)
    if poll.kind == PollKind.DATES:
        chosen = chosen or [NONE]
    return {
        "choices": (chosen or [None])[0] if poll.kind == PollKind.ONE else chosen,
        "remark": given.remark,
    }


def _choice_field(poll: Poll, question: str, labels: dict[int, str]) -> forms.ChoiceField:
    choices: list[tuple[str, Any]] = [(str(pk), label) for pk, label in labels.items()]
    if poll.kind == PollKind.ONE:
        return forms.ChoiceField(
            label=question,
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one of the answers.")},
        )
    if poll.kind == PollKind.SEVERAL:
        message, help_text = _("Choose at least one answer."), _("Choose all that apply.")
    else:
        choices.append((NONE, _("None of these dates")))
        message = _("Choose the dates that suit you, or “None of these dates”.")
        help_text = _("Choose every date on which you can come.")
    return forms.MultipleChoiceField(
        label=question,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
        error_messages={"required": message},
    )


class PollForm(WagtailAdminModelForm):
    """A poll with its options; the same is refused as through the API."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        for name in ("question_nl", "question_en", "kind"):
            setattr(self.instance, name, cleaned.get(name, ""))
        for field, message in poll_problems(self.instance, self._options()):
            self.add_error(_FIELDS.get(field), message)
        return cleaned

    def _options(self) -> list[WantedOption]:
        return [
            WantedOption(
                row.instance.pk,
                row.cleaned_data.get("text_nl", ""),
                row.cleaned_data.get("text_en", ""),
                row.cleaned_data.get("day"),
                row.cleaned_data.get("starts"),
            )
            for row in kept_forms(self, "options")
        ]


#: Where an error is shown; what is about the options stands above the form.
_FIELDS = {"question": "question_nl", "kind": "kind"}

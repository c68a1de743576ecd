"""Questions of a session's own as fields of a form, and which of their answers count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext

from content.enums import QuestionKind
from content.questions import YES_NO, Answer, Question
from participation.plain_text import single_line

#: What every form asks, whatever the session asks of its own.
ALWAYS_ASKED = ("need", "learning_question")

LINE_LENGTH, TEXT_LENGTH = 200, 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question beside its field. `only_if` is the name of the field on which it depends."""

    question: Question
    field: forms.BoundField
    only_if: str


@dataclass(frozen=True, slots=True)
class Words:
    """Which words of a field are in another language than its page, for screen readers.

    `help` are pairs of a language and a sentence; "" is the language of the page.
    """

    language: str
    choices_language: str
    help: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """The questions of one session's own on a form, by their ids.

    `slug` and `title` are the session's where one form asks for several: sessions that were copied
    ask questions with the same ids.
    """

    questions: Mapping[str, Question]
    slug: str = ""
    title: str = ""

    def names(self) -> list[str]:
        """Return the names of the fields, in the order of the questions."""
        return [self._name(question_id) for question_id in self.questions]

    def fields(self, *, is_asked: bool) -> dict[str, forms.Field]:
        """Return the fields by name; nothing is required unless `is_asked`."""
        found = {}
        for question in self.questions.values():
            required = is_asked and question.required
            field = field_of(question, self.questions, is_required=required)
            field.session_title = self.title  # type: ignore[attr-defined]  # for form/errors.html
            found[self._name(question.id)] = field
        return found

    def asked(self, form: forms.Form) -> list[Asked]:
        """Return the questions with their fields, to be shown one below the other."""
        return [
            Asked(
                question,
                form[self._name(question.id)],
                form[self._name(question.only_if)].html_name if question.only_if else "",
            )
            for question in self.questions.values()
        ]

    def forget_what_does_not_apply(
        self, form: forms.Form, cleaned: dict[str, Any], *, is_asked: bool = True
    ) -> None:
        """Forget the answers to questions that were not asked, and what is wrong with them."""
        answers: dict[str, Answer] = {}
        for question in self.questions.values():
            name = self._name(question.id)
            if not is_asked or not applies(question, answers):
                cleaned.pop(name, None)
                form.errors.pop(name, None)
            elif cleaned.get(name):
                answers[question.id] = cleaned[name]

    def given(self, cleaned: Mapping[str, Any], *, private: bool) -> dict[str, Answer]:
        """Return what was answered, by id: either what is kept apart, or the rest."""
        answers = {
            question.id: cleaned.get(self._name(question.id))
            for question in self.questions.values()
            if question.private == private
        }
        return {name: answer for name, answer in answers.items() if answer}

    def _name(self, question_id: str) -> str:
        return field_name(question_id, self.slug)


def field_name(question_id: str, slug: str = "") -> str:
    """Return the name of the field of a question; `slug` of a session that is one of several."""
    return f"q_{slug}.{question_id}" if slug else f"q_{question_id}"


def field_of(
    question: Question, others: Mapping[str, Question], *, is_required: bool
) -> forms.Field:
    """Return the field that asks a question; `others` are the questions by id.

    The templates of a field read its `words`.
    """
    field = _field_of(question, others, is_required)
    field.words = Words(  # type: ignore[attr-defined]  # Django's fields have no place for it
        language=question.language,
        choices_language="" if question.kind == QuestionKind.YES_NO else question.labels_language,
        help=_help(question, others),
    )
    return field


def _field_of(question: Question, others: Mapping[str, Question], is_required: bool) -> forms.Field:
    words: dict[str, Any] = {
        "label": question.text,
        "help_text": " ".join(said for _language, said in _help(question, others)),
        "required": is_required,
    }
    match question.kind:
        case QuestionKind.TEXT:
            area = forms.Textarea(attrs={"rows": 3})
            return forms.CharField(max_length=TEXT_LENGTH, widget=area, **words)
        case QuestionKind.YES_NO:
            return forms.ChoiceField(choices=YES_NO.items, widget=forms.RadioSelect, **words)
        case QuestionKind.CHOICE:
            return forms.ChoiceField(choices=_choices(question), widget=forms.RadioSelect, **words)
        case QuestionKind.CHOICES:
            ticks = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=_choices(question), widget=ticks, **words)
        case _:
            return forms.CharField(max_length=LINE_LENGTH, validators=[single_line], **words)


def applies(question: Question, answers: Mapping[str, Answer]) -> bool:
    """Whether a question is asked at all, given the answers to those before it, by id."""
    if not question.only_if:
        return True
    given = answers.get(question.only_if)
    return question.only_if_answer in (given if isinstance(given, list) else [given])


def beside_their_questions(
    answers: Mapping[str, Answer], questions: Iterable[Question]
) -> dict[str, Answer]:
    """Return answers under the text of their question instead of its id, in the words of both.

    What is not an answer to one of these questions stays under its own name.
    """
    by_id = {question.id: question for question in questions}
    return {
        by_id[name].text if name in by_id else name: by_id[name].in_words(answer)
        if name in by_id
        else answer
        for name, answer in answers.items()
    }


def _choices(question: Question) -> Sequence[tuple[str, str]]:
    return list(zip(question.options, question.labels or question.options, strict=True))


def _help(question: Question, others: Mapping[str, Question]) -> list[tuple[str, str]]:
    """Return the sentences below a question, each with its language as in Words."""
    sentences = [(question.language, question.help)]
    if asked := others.get(question.only_if):
        said = gettext("Only if you answer “%(answer)s” to “%(question)s”.") % {
            "answer": asked.in_words(question.only_if_answer),
            "question": asked.text,
        }
        sentences.append(("", said))
    if question.private:
        said = gettext(
            "Only the organisers see this, without your name. We erase it four weeks after "
            "the session."
        )
        sentences.append(("", said))
    return [(language, said) for language, said in sentences if said]

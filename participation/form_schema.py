"""A form as JSON Schema, so that another front end can draw it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.conf import settings

from participation.answers import ALWAYS_ASKED, OwnQuestions
from participation.forms import PersonForm, SeriesSignUpForm

Schema = dict[str, Any]


def json_schema(form: PersonForm, *, title: str, language: str) -> Schema:
    """Return the body of a sign-up as JSON Schema (2020-12); labels in the language now active.

    `autocomplete` is the token of the HTML standard, as an extra word on the property. So is
    `onlyIf`, on a question that is asked only after one answer to an earlier one, and `language`,
    on a question (or its choices) that nobody translated. Of a series, `session_answers` has by
    slug what one session asks of its own, for those in `sessions` alone.
    """
    of_sessions = form.own_of if isinstance(form, SeriesSignUpForm) else {}
    questions = {name for own in (form.own, *of_sessions.values()) for name in own.names()}
    own = {
        name: field
        for name, field in form.fields.items()
        if name not in ALWAYS_ASKED and name not in questions
    }
    properties: Schema = {name: _property(field) for name, field in own.items()}
    properties["answers"] = _answers(form, form.own, always=ALWAYS_ASKED)
    is_needed = "required" in properties["answers"]
    if of_sessions:
        properties["session_answers"] = {
            "type": "object",
            "properties": {
                slug: {"title": each.title} | _answers(form, each)
                for slug, each in of_sessions.items()
            },
            "additionalProperties": False,
        }
    properties["language"] = {
        "type": "string", "enum": [code for code, _name in settings.LANGUAGES], "default": language
    }  # fmt: skip
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": [name for name, field in own.items() if field.required]
        + (["answers"] if is_needed else []),
        "additionalProperties": False,
    }
    needed = [
        _when_ticked(slug)
        for slug in of_sessions
        if "required" in properties["session_answers"]["properties"][slug]
    ]
    return found | ({"allOf": needed} if needed else {})


def _answers(form: PersonForm, own: OwnQuestions, *, always: Iterable[str] = ()) -> Schema:
    """Describe the answers: what is always asked by its name, a question by its id."""
    properties = {name: _property(form.fields[name]) for name in always}
    required = []
    for question_id, name in zip(own.questions, own.names(), strict=True):
        question, field = own.questions[question_id], form.fields[name]
        properties[question.id] = _property(field)
        if question.language:
            properties[question.id]["language"] = question.language
        if question.labels_language and question.options:
            for choice in _choices_in(properties[question.id]):
                choice["language"] = question.labels_language
        if question.only_if:
            properties[question.id]["onlyIf"] = {
                "question": question.only_if, "answer": question.only_if_answer
            }  # fmt: skip
        elif field.required:
            required.append(question.id)
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def _when_ticked(slug: str) -> Schema:
    """Require the answers about a session from whoever names it."""
    return {
        "if": {"properties": {"sessions": {"contains": {"const": slug}}}, "required": ["sessions"]},
        "then": {
            "required": ["session_answers"],
            "properties": {"session_answers": {"required": [slug]}},
        },
    }


def _choices_in(words: dict[str, Any]) -> list[dict[str, Any]]:
    choices: list[dict[str, Any]] = words.get("items", words).get("oneOf", [])
    return choices


def _property(field: forms.Field) -> dict[str, Any]:
    words: dict[str, Any] = {"title": str(field.label)}
    if field.help_text:
        words["description"] = str(field.help_text)
    if token := field.widget.attrs.get("autocomplete"):
        words["autocomplete"] = token
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean", **words}
    if isinstance(field, forms.ChoiceField):
        pairs = cast("Iterable[tuple[str, Any]]", field.choices)  # flat here, no groups
        choices = [{"const": str(value), "title": str(label)} for value, label in pairs]
        if not isinstance(field, forms.MultipleChoiceField):
            return {"type": "string", "oneOf": choices, **words}
        return {"type": "array", "uniqueItems": True, "items": {"oneOf": choices}, **words}
    text: dict[str, Any] = {"type": "string", **words}
    if isinstance(field, forms.CharField) and field.max_length:
        text["maxLength"] = field.max_length
    if isinstance(field.widget, forms.EmailInput):
        text["format"] = "email"
    return text

"""A form as JSON Schema, so that another front end can draw it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.conf import settings

from participation.answers import ALWAYS_ASKED, field_name
from participation.forms import SignUpForm


def json_schema(form: SignUpForm, *, title: str, language: str) -> dict[str, Any]:
    """Return the body of a sign-up as JSON Schema (2020-12); labels in the language now active.

    `autocomplete` is the token of the HTML standard, as an extra word on the property. So is
    `onlyIf`, on a question that is asked only after one answer to an earlier one, and `language`,
    on a question (or its choices) that nobody translated.
    """
    asked = {field_name(each): each for each in form.questions}
    own = {
        name: field
        for name, field in form.fields.items()
        if name not in ALWAYS_ASKED and name not in asked
    }
    properties: dict[str, Any] = {name: _property(field) for name, field in own.items()}
    properties["answers"] = _answers(form)
    is_needed = "required" in properties["answers"]
    properties["language"] = {
        "type": "string", "enum": [code for code, _name in settings.LANGUAGES], "default": language
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": [name for name, field in own.items() if field.required]
        + (["answers"] if is_needed else []),
        "additionalProperties": False,
    }


def _answers(form: SignUpForm) -> dict[str, Any]:
    """Describe the answers: what is always asked by its name, a question by its id."""
    properties = {name: _property(form.fields[name]) for name in ALWAYS_ASKED}
    required = []
    for question in form.questions.values():
        field = form.fields[field_name(question.id)]
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

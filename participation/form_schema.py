"""A form as JSON Schema, so that another front end can draw it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.conf import settings

from participation.forms import AnswersForm, SignUpForm

_ANSWERS = tuple(AnswersForm.base_fields)


def json_schema(form: SignUpForm, *, title: str, language: str) -> dict[str, Any]:
    """Return the body of a sign-up as JSON Schema (2020-12); labels in the language now active.

    `autocomplete` is the token of the HTML standard, as an extra word on the property.
    """
    own = {name: field for name, field in form.fields.items() if name not in _ANSWERS}
    answers = {name: _property(form.fields[name]) for name in _ANSWERS}
    properties: dict[str, Any] = {name: _property(field) for name, field in own.items()}
    properties["answers"] = {
        "type": "object", "properties": answers, "additionalProperties": False
    }  # fmt: skip
    properties["language"] = {
        "type": "string", "enum": [code for code, _name in settings.LANGUAGES], "default": language
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": [name for name, field in own.items() if field.required],
        "additionalProperties": False,
    }


def _property(field: forms.Field) -> dict[str, Any]:
    words: dict[str, Any] = {"title": str(field.label)}
    if field.help_text:
        words["description"] = str(field.help_text)
    if token := field.widget.attrs.get("autocomplete"):
        words["autocomplete"] = token
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean", **words}
    if isinstance(field, forms.MultipleChoiceField):
        pairs = cast("Iterable[tuple[str, Any]]", field.choices)  # flat here, no groups
        choices = [{"const": str(value), "title": str(label)} for value, label in pairs]
        return {"type": "array", "uniqueItems": True, "items": {"oneOf": choices}, **words}
    text: dict[str, Any] = {"type": "string", **words}
    if isinstance(field, forms.CharField) and field.max_length:
        text["maxLength"] = field.max_length
    if isinstance(field.widget, forms.EmailInput):
        text["format"] = "email"
    return text

"""Every sentence that a person may see exists in Dutch."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.house import sources

CATALOGUE = sources.ROOT / "site" / "locale" / "nl" / "LC_MESSAGES" / "django.po"

#: Functions that translate. Of those with a p, the first argument is the context.
FUNCTIONS = [
    *("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"),
    *("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"),
]

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

#: Context (or None) and English sentence.
Key = tuple[str | None, str]


def _key(function: str, strings: list[str]) -> Key:
    """What gettext looks up: a plural is found by its singular."""
    if "pgettext" in function:
        return strings[0], strings[1]
    return None, strings[0]


def _used_in(source: str) -> set[Key]:
    keywords = dict.fromkeys(FUNCTIONS)
    calls: Iterable[Any] = extract_python(
        BytesIO(source.encode()), keywords, [], {"encoding": "utf-8"}
    )
    return {_key(name, _texts(arguments)) for _, name, arguments, _ in calls if arguments}


def _used() -> dict[Key, str]:
    """Every sentence in code and templates, with one file that uses it."""
    used = {}
    for path in sources.code():
        used.update(dict.fromkeys(_used_in(path.read_text()), sources.name(path)))
    for path in sources.templates():
        # What remains of the template is one call a line, wherever it stood on it.
        lines = (line.strip() for line in templatize(path.read_text()).splitlines())
        used.update(dict.fromkeys(_used_in("\n".join(lines)), sources.name(path)))
    return used


@pytest.fixture(scope="module")
def translated() -> dict[Key, Message]:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="nl")
    return {
        (message.context, message.id if isinstance(message.id, str) else message.id[0]): message
        for message in catalogue
        if message.id and not message.fuzzy
    }


def _texts(strings: str | Iterable[str]) -> list[str]:
    """One string, or a singular with its plurals, as a list."""
    return [strings] if isinstance(strings, str) else list(strings)


def test_every_sentence_is_translated(translated):
    missing = {
        key: path
        for key, path in _used().items()
        if key not in translated or not all(_texts(translated[key].string))
    }
    assert missing == {}


def test_translations_are_used(translated):
    assert set(translated) - set(_used()) == set()


def test_translations_keep_the_placeholders(translated):
    wrong = []
    for message in translated.values():
        expected = set().union(*(PLACEHOLDER.findall(text) for text in _texts(message.id)))
        for text in _texts(message.string):
            found = set(PLACEHOLDER.findall(text))
            # A singular may leave out its number: "one person".
            if found != expected and not (message.pluralizable and found < expected):
                wrong.append(text)
    assert wrong == []


def test_extraction_finds_code_and_templates():
    code = 'title = pgettext("menu", "Sessions")\nn = ngettext("one", "many", 2)\nx = _("Hello")'
    assert _used_in(code) == {("menu", "Sessions"), (None, "one"), (None, "Hello")}
    template = '<p>{% translate "Hello" %} {% blocktranslate %}Dear {{ n }}{% endblocktranslate %}'
    assert _used_in(templatize(template).strip()) == {(None, "Hello"), (None, "Dear %(n)s")}

"""What the peers send: the same letter to everybody, with their names and their own links."""

import json
from functools import cache

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string

from tests.bench.peers.models import Person


@cache
def facts() -> dict[str, str]:
    """What the fields say, by their names in the templates; for a person where they differ."""
    found: dict[str, str] = json.loads((settings.FOLDER / "facts.json").read_text())
    return found


def context(person: Person) -> dict[str, str]:
    """Return what the templates say to this person; each link is signed."""
    own = {
        name: f"https://bijeen.example.org/{name}/{signing.dumps([person.pk, name])}/"
        for name in facts()
        if name.startswith("link_")
    }
    own["contact_given_name"] = person.given_name
    own["organisation_name"] = person.organisation
    return facts() | own


def headers(values: dict[str, str]) -> dict[str, str]:
    """Return the fields of the header that mail to many needs (RFC 8058)."""
    return {
        "List-Id": "Bijeen <invitations.bijeen.example.org>",
        "List-Unsubscribe": f"<{values['link_unsubscribe']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def rendered(values: dict[str, str]) -> tuple[str, str, str]:
    """Return subject, text and HTML."""
    subject, text, html = (
        render_to_string(name, values) for name in ("subject.txt", "mail.txt", "mail.html")
    )
    return subject.strip(), text, html


def source(name: str) -> str:
    """Return a template as it is written."""
    return str((settings.FOLDER / name).read_text())


def address(person: Person) -> str:
    return f"{person.given_name} {person.family_name} <{person.email}>"

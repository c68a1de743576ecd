"""Compiling a message: blocks to MJML to HTML, and blocks to plain text, once per language.

The result is cut at its merge fields (campaigns.segments) and is JSON, so that a mailing freezes it
when it starts. Knows no recipients and no database rows but the settings of the site.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

import mrml
from django.template.loader import render_to_string

from campaigns.blocks import BlockContext
from campaigns.errors import CompileFailed
from campaigns.segments import Markers, Segments, from_json, settle, slots, to_json
from campaigns.wording import WORDS
from content.models import SiteSettings
from content.selectors import site_settings

LANGUAGES = ("nl", "en")

_OPTIONS = mrml.RenderOptions(fonts={}, social_icon_origin="")


class Written(Protocol):
    """What a mailing and its revision share: the text per language."""

    subject_nl: str
    subject_en: str
    preheader_nl: str
    preheader_en: str
    body_nl: Any
    body_en: Any


@dataclass(frozen=True, slots=True)
class Message:
    """One language of a message, cut at its merge fields."""

    subject: Segments
    html: Segments
    text: Segments

    def fields(self) -> set[tuple[str, int | None]]:
        """Return the (name, session) of every field that it asks for."""
        return slots(self.subject) | slots(self.html) | slots(self.text)

    def settled(self, values: Mapping[tuple[str, int | None], str]) -> "Message":
        """Return the message with these values in their places; the other fields stay open."""
        return Message(*(settle(part, values) for part in (self.subject, self.html, self.text)))

    def as_json(self) -> dict[str, Any]:
        return {
            "subject": to_json(self.subject),
            "html": to_json(self.html),
            "text": to_json(self.text),
        }

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> "Message":
        return cls(*(from_json(data[part]) for part in ("subject", "html", "text")))


def written_languages(mailing: Written) -> list[str]:
    """Return the languages that have a subject and a body."""
    return [
        code
        for code in LANGUAGES
        if getattr(mailing, f"subject_{code}").strip() and getattr(mailing, f"body_{code}")
    ]


def compile_messages(mailing: Written) -> dict[str, Any]:
    """Return the JSON of every language that is written. Raises CompileFailed, FieldInvalid."""
    settings = site_settings()
    return {
        code: compile_message(
            language=code,
            subject=getattr(mailing, f"subject_{code}"),
            preheader=getattr(mailing, f"preheader_{code}"),
            body=getattr(mailing, f"body_{code}"),
            settings=settings,
        ).as_json()
        for code in written_languages(mailing)
    }


def compile_message(
    *,
    language: str,
    subject: str,
    preheader: str,
    body: Any,
    settings: SiteSettings,
    is_notice: bool = False,
) -> Message:
    """Compile one language. `body` is a StreamValue; a notice has no unsubscribe link at its foot.

    Raises FieldInvalid for a merge field that does not exist, CompileFailed for what mrml refuses.
    """
    markers = Markers([subject, preheader, *(str(child.value) for child in body)])
    words = WORDS[language]
    context = BlockContext(
        language=language,
        words=words,
        markers=markers,
        accent=settings.accent_colour,
        own=is_notice,
    )
    frame = {
        "language": language,
        "words": words,
        "settings": settings,
        "postal_lines": settings.postal_address.splitlines(),
        "is_notice": is_notice,
        "why": context.field("contact.why"),
        "source": context.field("contact.source"),
        "browser": "" if is_notice else context.field("link.browser"),
        "unsubscribe": "" if is_notice else context.field("link.unsubscribe"),
        "preferences": "" if is_notice else context.field("link.preferences"),
    }
    heading = context.mark(subject)
    mjml = render_to_string(
        "campaigns/mail.mjml",
        frame
        | {
            "subject": heading,
            "preheader": context.mark(preheader),
            "blocks": [child.block.mjml(child.value, context) for child in body],
        },
    )
    parts = [child.block.plain(child.value, context) for child in body]
    text = render_to_string(
        "campaigns/mail.txt", frame | {"parts": [part for part in parts if part]}
    )
    return Message(
        subject=markers.cut(heading, "header"),
        html=markers.cut(_to_html(mjml), "html"),
        text=markers.cut(text.strip() + "\n", "text"),
    )


def _to_html(mjml: str) -> str:
    try:
        return mrml.to_html(mjml, None, _OPTIONS).content
    except OSError as error:
        raise CompileFailed(str(error)) from error


def page_of_text(text: str) -> str:
    """Return plain text as a small page, for the preview of the text part."""
    shown = f'<pre style="white-space: pre-wrap">{escape(text)}</pre>'
    return f"<!doctype html><html><body>{shown}</body></html>"

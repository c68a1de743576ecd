"""Compiling a message: blocks to MJML to HTML, and blocks to plain text, once per language.

The result is cut at its merge fields (campaigns.segments) and is JSON, so that a mailing freezes it
when it starts. Knows no recipients and no database rows but the settings of the site.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Any, Protocol

import mrml
from django.template.loader import render_to_string

from campaigns.blocks import BlockContext
from campaigns.errors import CompileFailed
from campaigns.parts import END, Part
from campaigns.segments import (
    Key,
    Marked,
    Markers,
    Segments,
    from_json,
    parts,
    settle,
    slots,
    to_json,
    unfold,
    whole,
)
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
class Text:
    """A message as one person gets it: only the values of its merge fields are missing."""

    subject: Segments
    html: Segments
    text: Segments

    def fields(self) -> set[Key]:
        """Return the (name, number) of every field that it asks for."""
        return slots(self.subject) | slots(self.html) | slots(self.text)


#: Says what stands in the place of a part, given what is in it.
Unfolding = Callable[[Part, Segments], Marked]


@dataclass(frozen=True, slots=True)
class Message:
    """One language of a message, cut at its merge fields, with the parts not everybody gets."""

    subject: Segments
    html: Marked
    text: Marked

    def fields(self) -> set[Key]:
        """Return the (name, number) of every field that it asks for."""
        return slots(self.subject) | slots(self.html) | slots(self.text)

    def parts(self) -> list[Part]:
        """Return its parts in order."""
        return parts(self.html)

    def settled(self, values: Mapping[Key, str]) -> "Message":
        """Return the message with these values in their places; the other fields stay open."""
        subject = whole(settle(self.subject, values))
        return Message(subject, settle(self.html, values), settle(self.text, values))

    def unfolded(self, inside: Unfolding, in_text: Unfolding | None = None) -> "Message":
        """Return the message with each part replaced; `in_text` where plain text differs."""
        return replace(
            self, html=unfold(self.html, inside), text=unfold(self.text, in_text or inside)
        )

    def as_text(self) -> Text:
        """Return the message once its parts are unfolded."""
        return Text(self.subject, whole(self.html), whole(self.text))

    def as_json(self) -> dict[str, Any]:
        return {
            "subject": to_json(self.subject),
            "html": to_json(self.html),
            "text": to_json(self.text),
        }

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> "Message":
        return cls(
            whole(from_json(data["subject"])), from_json(data["html"]), from_json(data["text"])
        )


def version_for(language: str, written: Collection[str]) -> str:
    """Return in which of the languages that are written somebody gets a mail.

    Their own, else the first of the site. At least one must be written.
    """
    return language if language in written else next(code for code in LANGUAGES if code in written)


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
    written = json.dumps(body.get_prep_value(), default=str)
    markers = Markers([subject, preheader, written])
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
            "sections": _sections(body, context),
        },
    )
    parts = [child.block.plain(child.value, context) for child in body]
    text = render_to_string(
        "campaigns/mail.txt", frame | {"parts": [part for part in parts if part]}
    )
    return Message(
        subject=whole(markers.cut(heading, "header")),
        html=markers.cut(_to_html(mjml), "html"),
        text=_with_its_blank_line(markers.cut(text.strip() + "\n", "text")),
    )


def _sections(body: Any, context: BlockContext) -> list[str]:
    """Return the MJML of the sections: blocks below each other share a column."""
    found: list[str] = []
    for has_columns, children in groupby(
        body, key=lambda child: getattr(child.block, "has_columns", False)
    ):
        said = [child.block.mjml(child.value, context) for child in children]
        found += said if has_columns else [f"<mj-column>{''.join(said)}</mj-column>"]
    return found


def _with_its_blank_line(text: Marked) -> Marked:
    """Let the blank line behind a part belong to it, so that none is left where it is dropped."""
    found: list[Any] = []
    for piece in text:
        if found and found[-1] == END and isinstance(piece, str) and piece.startswith("\n\n"):
            found[-1:] = ["\n\n", END]
            piece = piece[2:]
        if piece != "":
            found.append(piece)
    return settle(found, {})


def _to_html(mjml: str) -> str:
    try:
        return mrml.to_html(mjml, None, _OPTIONS).content
    except OSError as error:
        raise CompileFailed(str(error)) from error


def page_of_text(text: str) -> str:
    """Return plain text as a small page, for the preview of the text part."""
    shown = f'<pre style="white-space: pre-wrap">{escape(text)}</pre>'
    return f"<!doctype html><html><body>{shown}</body></html>"

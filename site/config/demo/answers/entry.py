"""The shape of an entry of the Q&A: its texts in two languages, its sources."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from; `says` by language."""

    name: str
    year: int
    says: dict[str, str]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """How to say it to an audience, and what rather not to say, in one language."""

    audience: str
    say: str
    avoid: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """An entry in one language; the story behind it is HTML."""

    question: str
    slug: str
    short_answer: str
    claim: str
    narrative: str
    wording: list[Wording] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """One question in both languages. `themes` are slugs."""

    texts: dict[str, Text]
    sources: list[Source]
    themes: list[str]
    state: str = "agreed"

    def evidence(self, language: str, checked_on: Any) -> list[tuple[str, dict[str, Any]]]:
        """Return the sources as content.blocks.EvidenceListBlock has them."""
        return [
            (
                "source",
                {
                    "source": source.name,
                    "year": source.year,
                    "url": source.url,
                    "quotation": source.says[language],
                    "checked_on": checked_on,
                },
            )
            for source in self.sources
        ]

    def wording(self, language: str) -> list[tuple[str, dict[str, str]]]:
        """Return the wordings as content.blocks.WordingListBlock has them."""
        return [
            ("wording", {"audience": each.audience, "say": each.say, "avoid": each.avoid})
            for each in self.texts[language].wording
        ]

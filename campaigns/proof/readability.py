"""How easy a text is to read: long sentences, and long words. A pure count, in Dutch and English.

The index is that of Flesch: 206.835 - 1.015 * words per sentence - 84.6 * syllables per word
(R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32, 1948), and for Dutch
that of Douma, which is the same with 0.93 and 77 (W.H. Douma, "De leesbaarheid van
landbouwbladen", Landbouwhogeschool Wageningen, 1960). From 60 up a text is plain, below 45 it is
hard. It says nothing about what is said, so it is only ever a hint.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Weights of (words per sentence, syllables per word).
_WEIGHTS = {"nl": (0.93, 77.0), "en": (1.015, 84.6)}

_SENTENCE_ENDS = re.compile(r"[.!?…]+[\"”’)]*\s+(?=[\"“‘(]?[^\W\d_a-z])|[:;]\s+")
#: A dot that ends no sentence: "13.30 uur", "o.a.", "bijv.".
_SHORT = re.compile(
    r"\b(?:[a-z]\.){2,}|\b(?:bijv|enz|dr|mr|mevr|ca|nr|art|tel|e\.g|i\.e|etc)\.", re.I
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_VOWELS = re.compile(r"[ëïöü]|[aeiouyáéíóúàèìòùâêîôûä]+", re.IGNORECASE)

#: From so many words a text has a style; below it every name would count.
_WORDS_MIN = 40
_LONG_WORD = 13


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in figures. `score` is None of a text that is too short to tell."""

    words: int
    sentences: int
    longest: str
    longest_words: int
    score: float | None
    long_words: tuple[str, ...]

    @property
    def words_a_sentence(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0


def read(paragraphs: Iterable[str], language: str) -> Reading:
    """Count a text; each paragraph is at least one sentence."""
    sentences = [
        (words, sentence)
        for paragraph in paragraphs
        for sentence in _sentences(paragraph)
        if (words := _WORD.findall(sentence))
    ]
    words = [word for found, _sentence in sentences for word in found]
    longest = max(sentences, key=lambda pair: len(pair[0]), default=([], ""))
    long_words = sorted({word for word in words if _is_long(word)}, key=lambda word: -len(word))
    return Reading(
        words=len(words),
        sentences=len(sentences),
        longest=longest[1].strip(),
        longest_words=len(longest[0]),
        score=_score(words, len(sentences), language) if len(words) >= _WORDS_MIN else None,
        long_words=tuple(long_words),
    )


def _sentences(paragraph: str) -> list[str]:
    kept = _SHORT.sub(lambda found: found.group(0).replace(".", "\x00"), paragraph)
    return [each.replace("\x00", ".") for each in _SENTENCE_ENDS.split(kept)]


def _score(words: list[str], sentences: int, language: str) -> float:
    by_length, by_syllables = _WEIGHTS[language]
    syllables = sum(syllables_of(word, language) for word in words)
    return 206.835 - by_length * len(words) / sentences - by_syllables * syllables / len(words)


def syllables_of(word: str, language: str) -> int:
    """Count the syllables by the groups of vowels; an "e" at the end of English is mute."""
    spoken = word.lower()
    if language == "en" and len(spoken) > 3 and spoken.endswith("e") and not spoken.endswith("le"):
        spoken = spoken[:-1]
    return max(1, len(_VOWELS.findall(spoken)))


def _is_long(word: str) -> bool:
    return len(word) >= _LONG_WORD and "-" not in word

"""The proofs of a text by itself, whoever gets it: language by language."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from campaigns.compiling import Written, written_languages
from campaigns.proof.lines import leftovers, preheader_hints, subject_hints
from campaigns.proof.links import label_hints, link_verdicts
from campaigns.proof.pictures import picture_hints
from campaigns.proof.pieces import Writing, writing_of
from campaigns.proof.readability import Reading, read
from campaigns.selectors.places import OwnPlaces
from contacts.models import LANGUAGES

#: Words in a sentence: on average, and in any one.
_SENTENCE, _LONGEST = 18, 35
#: So few words are a greeting or a signature.
_GREETING = 3
_HARD = 45.0
_MANY_LONG = 0.06

_NAMES = dict(LANGUAGES)


def text_problems(mailing: Written) -> list[str]:
    """Return what must be put right before the text is sent."""
    places = OwnPlaces()
    return _named(
        [
            (code, [each.words for each in link_verdicts(writing, places) if each.must])
            for code, writing in _writings(mailing)
        ]
    )


def text_hints(mailing: Written) -> list[str]:
    """Return what would make the text better; nothing of it keeps the mailing from being sent."""
    places = OwnPlaces()
    return _named(
        [(code, list(_hints(writing, code, places))) for code, writing in _writings(mailing)]
    )


def _writings(mailing: Written) -> list[tuple[str, Writing]]:
    return [(code, writing_in(mailing, code)) for code in written_languages(mailing)]


def writing_in(mailing: Any, code: str) -> Writing:
    """Return what a mailing says in one language."""
    parts = (getattr(mailing, f"{part}_{code}") for part in ("subject", "preheader", "body"))
    return writing_of(*parts)


def _named(found: list[tuple[str, list[str]]]) -> list[str]:
    """Each sentence once, with the language that it is about when there are two."""
    if len(found) == 1:
        return list(dict.fromkeys(found[0][1]))
    return list(
        dict.fromkeys(
            _("%(language)s: %(words)s") % {"language": _NAMES[code], "words": words}
            for code, sentences in found
            for words in sentences
        )
    )


def _hints(writing: Writing, language: str, places: OwnPlaces) -> Iterator[str]:
    yield from subject_hints(writing)
    yield from preheader_hints(writing)
    yield from leftovers(writing)
    yield from (each.words for each in link_verdicts(writing, places) if not each.must)
    yield from label_hints(writing)
    yield from picture_hints(writing)
    said = (each.prose for each in writing.paragraphs if not each.is_heading)
    prose = [each for each in said if len(each.split()) > _GREETING]
    yield from _reading_hints(read(prose, language))


def _reading_hints(found: Reading) -> Iterator[str]:
    mean = round(found.words_a_sentence)
    if found.score is not None and found.words_a_sentence > _SENTENCE:
        yield _(
            "There are %(number)s words in a sentence on average: cut some in two. Some 12 read "
            "easily."
        ) % {"number": mean}
    elif found.longest_words > _LONGEST:
        yield _(
            "One sentence has %(number)s words: cut it in two. It begins with “%(words)s…”."
        ) % {
            "number": found.longest_words,
            "words": " ".join(found.longest.split()[:5]),
        }
    is_heavy = bool(found.words) and len(found.long_words) / found.words > _MANY_LONG
    if found.score is not None and found.long_words and (is_heavy or found.score < _HARD):
        yield _(
            "There are many long words: put them in plainer ones, for instance %s."
        ) % ", ".join(f"“{word}”" for word in found.long_words[:3])
    elif found.score is not None and found.score < _HARD and mean <= _SENTENCE:
        yield _(
            "The text is hard to read (%(score)s of 100 for readability; from 60 up it is plain): "
            "take shorter words and sentences."
        ) % {"score": max(0, round(found.score))}

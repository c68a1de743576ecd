"""The subject, the preheader and what was left from a template."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaigns.proof.pieces import FIELD, Writing

#: What a phone shows of a subject, and what most programs do.
_PHONE, _SUBJECT = 50, 78

_LEFT = re.compile(
    r"\[(?:…|\.\.\.)?[^\[\]\n]{0,60}?(?:…|\.\.\.|invullen|fill in)[^\[\]\n]{0,60}\]"
    r"|\[(?:naam|datum|plaats|tijd|onderwerp|name|date|place|time|subject|link)\]"
    r"|lorem ipsum|(?-i:\bX{3,}\b|\bTODO\b|\bTBD\b)",
    re.IGNORECASE,
)


def subject_hints(writing: Writing) -> Iterator[str]:
    """Yield what would make the line better that decides whether a mail is opened."""
    subject = writing.subject
    bare = FIELD.sub("", subject)
    letters = [character for character in bare if character.isalpha()]
    if len(bare) > _SUBJECT:
        yield _(
            "The subject has %(number)s characters: most mail programs show no more than %(limit)s."
        ) % {"number": len(bare), "limit": _SUBJECT}
    elif len(bare) > _PHONE:
        yield _(
            "The subject has %(number)s characters. A phone shows some %(limit)s: put what matters "
            "first."
        ) % {"number": len(bare), "limit": _PHONE}
    if len(letters) >= 6 and all(character.isupper() for character in letters):
        yield _("The subject is in capitals: that reads as shouting, and spam filters mind it.")
    if subject and not letters and not FIELD.search(subject):
        yield _("The subject has no words: who hears it read aloud knows nothing.")
    if re.search(r"[!?]{2,}", bare):
        yield _("The subject has several exclamation or question marks in a row: one is enough.")


def preheader_hints(writing: Writing) -> Iterator[str]:
    """Yield what would make the line better that stands behind the subject."""
    if not writing.preheader:
        yield _(
            "There is no preheader: the list of mails then shows the first words of the text "
            "behind the subject. Write one sentence that makes people open it."
        )
    elif writing.preheader.casefold() == writing.subject.casefold():
        yield _("The preheader is the same as the subject: tell something more in it.")


def leftovers(writing: Writing) -> Iterator[str]:
    """Yield what looks as if it was still to be filled in."""
    found = list(dict.fromkeys(each.group(0) for each in _LEFT.finditer(writing.whole)))
    if found:
        yield _("This looks as if it was still to be filled in: %s.") % ", ".join(
            f"“{each}”" for each in found[:3]
        )

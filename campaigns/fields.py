"""Merge fields: what may stand between `{{` and `}}`, and nothing else.

Reading happens when a text is saved; a field that does not exist is an error then, never when
sending. Values are data: they are put in once and never read for fields again.
"""

import html
import re
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext as _

from campaigns.errors import FieldInvalid

#: Fields whose value is a whole address; they alone may begin a link.
URL_FIELDS = frozenset(
    {
        "session.url",
        "link.sign_up",
        "link.decline",
        "link.registration",
        "link.preferences",
        "link.unsubscribe",
        "link.browser",
        "link.join",
        "link.calendar",
        "link.questions",
        "link.report",
    }
)
TEXT_FIELDS = frozenset(
    {
        "contact.given_name",
        "contact.salutation",
        "contact.why",
        "contact.agreements",
        "organisation.name",
        "session.title",
        "session.when",
        "session.where",
        "session.day",
    }
)
#: Whose value has a line for each thing, as far as the place in which it stands can show lines.
LINE_FIELDS = frozenset({"contact.agreements"})
#: What an editor may write.
PUBLIC_FIELDS = TEXT_FIELDS | URL_FIELDS

#: What only our own templates write.
OWN_FIELDS = frozenset(
    {
        "contact.source",
        "session.host",
        "session.contact",
        "registration.reason",
        "registration.until",
        "change.when_before",
        "change.where_before",
        "change.day_before",
        "link.confirm",
        "link.access",
        "link.colleague",
        "link.again",
    }
)

#: What a block puts there itself: the facts of an entry of the Q&A.
ANSWER_FIELDS = frozenset({"answer.question", "answer.text", "answer.url"})

#: The same of a poll; the link is each person's own.
POLL_FIELDS = frozenset({"poll.question", "poll.closes", "link.poll"})

#: Whose value is a whole address, our own templates and blocks included.
ADDRESS_FIELDS = URL_FIELDS | {
    "link.confirm",
    "link.access",
    "link.colleague",
    "link.again",
    "answer.url",
    "link.poll",
}

#: These say something about the session of the mailing, or lead to it.
SESSION_FIELDS = frozenset(
    name
    for name in PUBLIC_FIELDS
    if name.startswith("session.")
    or name
    in {
        "contact.agreements",
        "link.sign_up",
        "link.decline",
        "link.registration",
        "link.join",
        "link.calendar",
        "link.questions",
        "link.report",
    }
)

_FIELD = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_INSIDE = re.compile(
    r"""(?P<name>[a-z_]+\.[a-z_]+)(?:@(?P<session>\d+))?
        (?:\s*\|\s*default\s*:\s*["“”„](?P<default>[^"“”„]*)["“”„])?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A merge field in a text. `number` says of which session, entry of the Q&A or poll it is a
    fact; without one, of the mailing's session.

    `place` is where it stands, and so how its value is escaped: html (text or attribute), query (a
    part of an address), text or header; html_lines and text_lines for a value of several lines.
    """

    name: str
    default: str = ""
    number: int | None = None
    place: str = "text"


def read_fields(text: str, *, own: bool = False) -> list[str | Slot]:
    """Cut `text` (plain, or HTML with its entities) at its merge fields.

    `own` allows the fields of our own templates. Raises FieldInvalid with every problem at once.
    """
    pieces: list[str | Slot] = []
    problems: list[str] = []
    end = 0
    for found in _FIELD.finditer(text):
        pieces.append(text[end : found.start()])
        end = found.end()
        try:
            pieces.append(_slot(found.group(1), own=own))
        except FieldInvalid as error:
            problems += error.problems
    pieces.append(text[end:])
    if any(isinstance(piece, str) and ("{{" in piece or "}}" in piece) for piece in pieces):
        problems.append(_("A merge field is not closed: write it as {{ contact.given_name }}."))
    if problems:
        raise FieldInvalid(problems)
    return [piece for piece in pieces if piece != ""]


def _slot(inside: str, *, own: bool) -> Slot:
    words = html.unescape(inside).replace("\N{NO-BREAK SPACE}", " ").strip()
    found = _INSIDE.fullmatch(words)
    known = PUBLIC_FIELDS | OWN_FIELDS if own else PUBLIC_FIELDS
    if found is None or found["name"] not in known or (found["session"] and not own):
        raise FieldInvalid([_unknown(words)])
    number = int(found["session"]) if found["session"] else None
    return Slot(name=found["name"], default=found["default"] or "", number=number)


def _unknown(words: str) -> str:
    if meant := get_close_matches(words, PUBLIC_FIELDS, n=1, cutoff=0.75):
        return _("Unknown merge field “%(name)s”. Did you mean {{ %(meant)s }}?") % {
            "name": words[:60],
            "meant": meant[0],
        }
    return _("Unknown merge field “%(name)s”. Choose from: %(known)s.") % {
        "name": words[:60],
        "known": ", ".join(sorted(PUBLIC_FIELDS)),
    }

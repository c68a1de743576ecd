"""What to do about a mail server that makes a mailing pause, told from its own words."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: The first that is found in the words counts.
_ADVICE: tuple[tuple[str, str | Promise], ...] = (
    (
        r"certificate",
        _(
            "The certificate of the mail server is not right, so nothing was handed to it. Show "
            "these words to whoever maintains the site. Once it is mended, choose “Go on”."
        ),
    ),
    (
        r"starttls|clear text",
        _(
            "The mail server does not offer a safe connection, so nothing was handed to it. Show "
            "these words to whoever maintains the site. Once it is mended, choose “Go on”."
        ),
    ),
    (
        r"authenticat|credential|password|user ?name|log ?in|\b5\.7\.[89]\b|\b53[05]\b",
        _(
            "The mail server does not accept our user name or password. Show these words to "
            "whoever maintains the site. Once it is mended, choose “Go on”."
        ),
    ),
    (
        r"\b552\b|\b5\.3\.4\b|larger than|too (large|big)|size limit",
        _(
            "The mail is too large for the mail server. Cancel this mailing and make a new one, "
            "with links to the documents instead of attachments."
        ),
    ),
    (
        r"hung up|did not answer|connection|reset|broken pipe|timed? ?out",
        _(
            "The connection broke several times in a row, just before the answer. Decide about the "
            "mails in doubt below, and choose “Go on” to try the others."
        ),
    ),
)

_ELSE = _(
    "Nobody else is tried until somebody has looked at this. If it is about our sender or the mail "
    "server itself, show these words to whoever maintains the site. If the addresses are wrong, "
    "choose “Go on”: the others still wait."
)


def advice(words: str) -> str:
    """Return what a person can do about what the mail server said."""
    for pattern, text in _ADVICE:
        if re.search(pattern, words, re.IGNORECASE):
            return str(text)
    return str(_ELSE)

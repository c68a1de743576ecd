"""What may stand in one line that we show or mail for somebody."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: Longer than this, it is no name that anybody bears.
NAME_LENGTH = 100

#: Unicode's bidirectional overrides and isolates.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

#: Mail programs make a link of it, also without a scheme: kwaad.example. ("J.P." is none.)
_HOST = re.compile(r"[^\W_]{2,}\.[^\W\d_]{2,}")


def single_line(text: str) -> None:
    """Refuse line ends, control characters and signs that turn the direction of the text around.

    It ends up in mail headers and lists. (Joiners stay: some scripts need them.)
    """
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") or sign in _TURNS for sign in text):
        raise ValidationError(_("Write this on one line, without special signs."), code="signs")


def no_web_address(text: str) -> None:
    """A name with a web address in it would turn our mail into somebody's advertisement."""
    lowered = text.casefold()
    if "://" in lowered or "www." in lowered or "@" in lowered:
        raise ValidationError(_("Write a name, without a web or mail address."), code="address")


def no_host(text: str) -> None:
    """The name of a person looks like no address at all; an organisation may be called so."""
    if _HOST.search(text):
        raise ValidationError(_("Write a name, without a web or mail address."), code="address")

"""The pictures in a mail: what they weigh, and what is said of them."""

import re
from collections.abc import Iterator

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from campaigns.pictures import mail_rendition
from campaigns.proof.pieces import Writing

#: Together, as they are sent: about two seconds on a slow phone.
_WEIGHT_MAX = 1_000_000

_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|heic)|(?:IMG|DSC|DSCN|PXL)[-_ ]?\d+.*", re.I)
_ALT_LONG = 150


def picture_hints(writing: Writing) -> Iterator[str]:
    """Yield what would make the pictures better; that they say something the editor asks."""
    for value in writing.pictures:
        alt = "" if value.decorative else (value.contextual_alt_text or "").strip()
        if _FILE_NAME.fullmatch(alt):
            yield _("“%s” describes no picture: write what is to be seen.") % alt
        elif len(alt) > _ALT_LONG:
            yield _(
                "The description “%(alt)s…” is long: one sentence is enough, the rest is text."
            ) % {"alt": alt[:40]}
    weights = [mail_rendition(value).file.size for value in writing.pictures]
    if sum(weights) > _WEIGHT_MAX:
        yield _(
            "The pictures weigh %(size)s together, and take long to load on a phone: take fewer, "
            "or lighter ones (a photograph as JPEG)."
        ) % {"size": filesizeformat(sum(weights))}

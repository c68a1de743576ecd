"""In which language people get a mailing, and how many get the parts that are for some only."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.figures import figure
from campaigns.compiling import version_for
from campaigns.selectors.recipients import DryRun
from contacts.models import LANGUAGES

_NAMES = dict(LANGUAGES)


def fallbacks(numbers: DryRun) -> list[str]:
    """Return a sentence for each language that is read and not written."""
    if not numbers.versions:
        return []
    return [
        ngettext(
            "%(number)s person who reads %(read)s gets it in %(written)s.",
            "%(number)s people who read %(read)s get it in %(written)s.",
            number,
        )
        % {
            "number": figure(number),
            "read": _NAMES[code],
            "written": _NAMES[version_for(code, numbers.versions)],
        }
        for code, number in numbers.fallback.items()
    ]


def parts(numbers: DryRun) -> list[tuple[str, str, str]]:
    """Return (language, for whom, how many of how many) of each part for some people only."""
    return [
        (
            capfirst(str(_NAMES[part.language])),
            _(" or ").join(str(whom.label) for whom in part.whom),
            _("%(shown)s of %(of)s") % {"shown": figure(part.shown), "of": figure(part.of)},
        )
        for part in numbers.parts
    ]

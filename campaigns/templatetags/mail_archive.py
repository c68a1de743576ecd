"""The way to the public archive, from every page."""

from django import template
from django.utils.translation import get_language

from campaigns.compiling import LANGUAGES
from campaigns.selectors.archive import is_filled, list_path

register = template.Library()


@register.simple_tag
def archive_path() -> str:
    """Return the path of the archive in the current language; empty while nothing is in it."""
    language = (get_language() or LANGUAGES[0])[:2]
    return list_path(language if language in LANGUAGES else LANGUAGES[0]) if is_filled() else ""

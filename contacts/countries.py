"""Countries by their names, for people; they are kept as two capitals (ISO 3166)."""

from babel import Locale
from django.utils.translation import get_language


def country_name(code: str) -> str:
    """Return the name of the country in the active language, or the code when it has none."""
    names = Locale.parse(get_language() or "nl", sep="-").territories
    return str(names.get(code, code))

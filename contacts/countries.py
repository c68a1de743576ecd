"""Countries by their names, for people; they are kept as two capitals (ISO 3166)."""

from babel import Locale
from django.utils.translation import get_language

from contacts.names import name_key


def country_name(code: str) -> str:
    """Return the name of the country in the active language, or the code when it has none."""
    names = Locale.parse(get_language() or "nl", sep="-").territories
    return str(names.get(code, code))


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name in the active language) of every country, by the alphabet."""
    names = Locale.parse(get_language() or "nl", sep="-").territories
    return sorted(
        ((code, name) for code, name in names.items() if _is_country(code)),
        key=lambda each: name_key(each[1]),
    )


def _is_country(code: str) -> bool:
    """Two letters; those for the world's regions and for what is no country are left out."""
    return len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ")

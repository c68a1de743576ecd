"""Days on which many people are not at their desk: holidays of the country, and of the faiths.

The days are those of the library `holidays`: every day that the Netherlands list, and of Suriname
those that many people in the Netherlands keep too, and that no Dutch calendar prints.
"""

from datetime import date
from functools import lru_cache

from holidays import country_holidays

#: Of Suriname, by a word of their English names.
_KEPT_HERE = ("Holi", "Diwali", "Eid")
_LANGUAGES = {"nl": "nl", "en": "en_US"}


def holiday_names(day: date, language: str) -> list[str]:
    """Return the names of the holidays on that day; empty on an ordinary one."""
    return list(_of_year(day.year, _LANGUAGES.get(language, "en_US")).get(day, ()))


@lru_cache(maxsize=32)
def _of_year(year: int, language: str) -> dict[date, tuple[str, ...]]:
    categories = ("public", "optional")
    dutch = country_holidays("NL", years=year, language=language, categories=categories)
    found = {day: tuple(dutch.get_list(day)) for day in dutch}
    named = country_holidays("SR", years=year, language=language)
    english = country_holidays("SR", years=year, language="en_US")
    for day in english:
        if any(word in name for name in english.get_list(day) for word in _KEPT_HERE):
            names = tuple(
                name
                for name, known in zip(named.get_list(day), english.get_list(day), strict=True)
                if any(word in known for word in _KEPT_HERE)
            )
            found[day] = (*found.get(day, ()), *names)
    return found

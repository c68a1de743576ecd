"""When and where a session is, in words, in Dutch and English.

Own small tables instead of the process's locale: the words end up in mails, page titles and hashes
and must not depend on the machine. Every function takes the language ("nl" or "en") and returns
text that begins with a lower-case letter where the language allows it.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from content.enums import Precision
from content.models.session import Session

KNOWN_DAY = {Precision.EXACT, Precision.DAY}

WEEKDAYS = {
    "nl": ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
MONTHS = {
    "nl": [
        *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus"),
        *("september", "oktober", "november", "december"),
    ],
    "en": [
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ],
}
#: By the number of the month divided by three, modulo four: December to February is 0.
SEASONS = {
    "nl": ["winter", "voorjaar", "zomer", "najaar"],
    "en": ["winter", "spring", "summer", "autumn"],
}
DATE_FOLLOWS = {"nl": "datum volgt", "en": "date to be announced"}
TIME_FOLLOWS = {"nl": "tijd volgt", "en": "time to be announced"}
PLACE_FOLLOWS = {"nl": "plek volgt", "en": "place to be announced"}
AND_ONLINE = {"nl": "en online", "en": "and online"}


def when(session: Session, language: str) -> str:
    """Return the whole date as far as it is known, such as "maart 2026, datum volgt"."""
    start, end = session.local_start, session.local_end
    if start and end:
        first = f"{day_in_words(start.date(), language)}, "
        if start.date() == end.date():
            return first + clock_range(start, end, language)
        last = f"{day_in_words(end.date(), language)}, {clock(end, language)}"
        return f"{first}{clock(start, language)} – {last}"
    if session.first_day is None or session.precision == Precision.UNKNOWN:
        return DATE_FOLLOWS[language]
    if session.precision in KNOWN_DAY:
        return f"{day_in_words(session.first_day, language)}, {TIME_FOLLOWS[language]}"
    return f"{period_in_words(session, language)}, {DATE_FOLLOWS[language]}"


def where(session: Session, language: str) -> str:
    """Return venue and address on one line, "online", or that the place follows.

    The address of the online room itself is never part of it.
    """
    lines = [session.venue, *session.address.splitlines()]
    place = ", ".join(line.strip(" ,") for line in lines if line.strip(" ,"))
    if place and session.online_url:
        return f"{place} {AND_ONLINE[language]}"
    return place or ("online" if session.online_url else PLACE_FOLLOWS[language])


def short_day(session: Session, language: str) -> str:
    """Return what fits in a subject line: "14 maart", else the period, else "datum volgt"."""
    day = session.day()
    if day is None or session.precision == Precision.UNKNOWN:
        return DATE_FOLLOWS[language]
    if session.precision in KNOWN_DAY:
        return f"{day.day} {MONTHS[language][day.month - 1]}"
    return period_in_words(session, language)


def long_day(session: Session, language: str) -> str:
    """Return "donderdag 14 maart", else the same as `short_day`."""
    day = session.day()
    if day is None or session.precision not in KNOWN_DAY:
        return short_day(session, language)
    return f"{WEEKDAYS[language][day.weekday()]} {short_day(session, language)}"


def period_in_words(session: Session, language: str) -> str:
    """Return the month or the season of `first_day` with its year: "maart 2026", "zomer 2026".

    A winter carries both its years, since it begins in one and ends in the next.
    """
    day = session.first_day
    if day is None:
        return DATE_FOLLOWS[language]
    if session.precision == Precision.MONTH:
        return f"{MONTHS[language][day.month - 1]} {day.year}"
    first = season_start(day)
    year = f"{first.year}–{first.year + 1}" if first.month == 12 else str(first.year)
    return f"{SEASONS[language][first.month // 3 % 4]} {year}"


def season_start(day: date) -> date:
    """Return the first day of the meteorological season in which `day` falls."""
    if day.month < 3:
        return date(day.year - 1, 12, 1)
    return date(day.year, day.month // 3 * 3, 1)


def day_in_words(day: date, language: str) -> str:
    """Return "donderdag 14 maart 2026"."""
    return f"{WEEKDAYS[language][day.weekday()]} {date_in_words(day, language)}"


def date_in_words(day: date, language: str) -> str:
    """Return "14 maart 2026"."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def moment_in_words(moment: datetime, zone: str, language: str) -> str:
    """Return a moment in the named time zone: "donderdag 14 maart 2026, 13.30 uur"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_in_words(local.date(), language)}, {clock(local, language)}"


def clock(moment: datetime | time, language: str) -> str:
    """Return "13.30 uur" or "13:30"."""
    return f"{moment:%H.%M} uur" if language == "nl" else f"{moment:%H:%M}"


def clock_range(start: datetime, end: datetime, language: str) -> str:
    """Return "13.30–17.00 uur" or "13:30–17:00"."""
    if language == "nl":
        return f"{start:%H.%M}–{end:%H.%M} uur"
    return f"{start:%H:%M}–{end:%H:%M}"

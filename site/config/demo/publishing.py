"""Loading what visitors read: the series with its sessions, and the Q&A."""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.utils import timezone
from wagtail.models import Locale, Page

from config.demo import sessions
from config.demo.answers import ENTRIES
from config.demo.answers.entry import Entry
from config.demo.series import ASSOCIATION, SERIES
from contacts.models import Theme
from content.models import HomePage, QAIndexPage, QAPage, SeriesPage, Session, SessionPage
from content.selectors import home_page, site_settings

THURSDAY = 3
#: The first session is on the first Thursday that lies at least so many days ahead.
DAYS_AHEAD = 21

PageType = TypeVar("PageType", bound=Page)


def load_settings() -> None:
    """Fill in who the association is and who sends."""
    settings = site_settings()
    for name, value in ASSOCIATION.items():
        setattr(settings, name, value)
    settings.save()


def first_thursday(today: date) -> date:
    """Return the day of the first session."""
    day = today + timedelta(days=DAYS_AHEAD)
    return day + timedelta(days=(THURSDAY - day.weekday()) % 7)


def load_series(*, now: datetime) -> list[Session]:
    """Publish the series and its three sessions in both languages; return the sessions in order."""
    home = _home()
    themes = Theme.objects.filter(slug__in=["migratie-en-ontwikkeling", "beeldvorming"])
    series = _publish(
        SeriesPage,
        home,
        SERIES,
        themes,
        co_organisers="Netwerk Nieuwe Verhalen",
        show_in_menus=True,
    )
    first = first_thursday(timezone.localdate(now))
    second = first + timedelta(days=42)
    summer = date(second.year if second < date(second.year, 6, 1) else second.year + 1, 6, 1)
    days = [
        (sessions.FIRST, sessions.FIRST_FACTS, first),
        (sessions.SECOND, sessions.SECOND_FACTS, second),
        (sessions.THIRD, sessions.THIRD_FACTS, summer),
    ]
    pages = [
        _publish(SessionPage, series, written, themes, first_day=day, **facts)
        for written, facts, day in days
    ]
    return [Session.objects.get(page_key=page.translation_key) for page in pages]


def move_session(*, slug: str, days: int) -> None:
    """Publish the session so many days later, as an editor does who changes its page."""
    session = Session.objects.get(slug=slug)
    page = session.pages.get(locale__language_code=session.source_language)
    if page.first_day is None:
        raise LookupError(f"The session {slug} has no day yet that could move.")
    page.first_day = page.first_day + timedelta(days=days)
    page.save_revision().publish()


def load_answers(*, now: datetime) -> None:
    """Publish the Q&A in both languages; an entry under discussion is not shown to visitors."""
    index = QAIndexPage.objects.child_of(_home()).first()
    today = timezone.localdate(now)
    for entry in ENTRIES:
        _publish(
            QAPage,
            index,
            {language: _entry_values(entry, language, today) for language in entry.texts},
            Theme.objects.filter(slug__in=entry.themes),
            state=entry.state,
            review_by=today + timedelta(days=365),
        )


def _entry_values(entry: Entry, language: str, today: date) -> dict[str, Any]:
    text = entry.texts[language]
    return {
        "title": text.question,
        "slug": text.slug,
        "short_answer": text.short_answer,
        "claim": text.claim,
        "narrative": text.narrative,
        "evidence": entry.evidence(language, checked_on=today - timedelta(days=14)),
        "wording": entry.wording(language),
    }


def _home() -> HomePage:
    home = home_page("nl")
    if home is None:
        raise LookupError("There is no home page yet: run `manage.py prepare` first.")
    return home


def _publish(
    kind: type[PageType],
    parent: Page,
    written: dict[str, dict[str, Any]],
    themes: Any,
    **facts: Any,
) -> PageType:
    """Publish a page under `parent` in Dutch, and its linked translation in English."""
    page = kind(locale=parent.locale, live=False, **facts, **written["nl"])
    english = kind(
        locale=Locale.objects.get(language_code="en"),
        translation_key=page.translation_key,
        live=False,
        **facts,
        **written["en"],
    )
    for one, above in ((page, parent), (english, parent.get_translation(english.locale))):
        above.add_child(instance=one)
        one.themes.set(themes)
        one.save_revision().publish()
    return page

"""What a feed of sessions holds: of the whole agenda, or of one series. No personal data."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from content.dates import when, where
from content.models import SeriesPage, Session
from content.selectors import (
    linked_page,
    pages_of_sessions,
    past_sessions,
    series_sessions,
    site_settings,
    upcoming_sessions,
)

#: The sessions to come are all in the feed of the agenda; of those that are over, the last few.
PAST = 50


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A session in one language; `url` and `text` are for people."""

    session: Session
    url: str
    title: str
    text: str
    published_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SessionFeed:
    """A feed in one language: its name, the page that it belongs to, whose it is."""

    language: str
    title: str
    url: str
    publisher: str
    publisher_email: str
    items: list[FeedItem]


def agenda_feed(language: str, *, now: datetime) -> SessionFeed:
    """Return every session to come, the nearest first, and then the latest that are over."""
    sessions = upcoming_sessions(now) + past_sessions(now)[:PAST]
    return _feed(sessions, language, title="", url=f"{settings.FRONTEND_URL}/", now=now)


def series_feed(slug: str, language: str | None, *, now: datetime) -> SessionFeed | None:
    """Return all sessions of a live series, in its own language unless another is asked for."""
    pages = SeriesPage.objects.live().filter(slug=slug).select_related("locale")
    found = {page.locale.language_code: page for page in pages.order_by("-pk")}
    if not found:
        return None
    page = found.get(language or settings.LANGUAGE_CODE) or next(iter(found.values()))
    language = language or page.locale.language_code
    shown = linked_page(page, language) or page
    parts = shown.get_url_parts()
    url = f"{settings.FRONTEND_URL}{parts[2] if parts and parts[2] else '/'}"
    sessions = series_sessions(page.translation_key)
    return _feed(sessions, language, title=shown.title, url=url, now=now)


def _feed(
    sessions: list[Session], language: str, *, title: str, url: str, now: datetime
) -> SessionFeed:
    site, pages = site_settings(), pages_of_sessions(sessions, language)
    items = []
    for session in sessions:
        page = pages.get(session.pk)
        parts = page.get_url_parts() if page else None
        if page is None or not parts:
            continue
        changed_at = session.published_at or now
        lines = (when(session, language), where(session, language), page.introduction)
        items.append(
            FeedItem(
                session=session,
                url=f"{settings.FRONTEND_URL}{parts[2]}",
                title=session.title(language),
                text="\n".join(filter(None, lines)),
                published_at=page.first_published_at or changed_at,
                changed_at=changed_at,
            )
        )
    return SessionFeed(
        language=language,
        title=title or site.association_name,
        url=url,
        publisher=site.association_name,
        publisher_email=site.sender_email,
        items=items,
    )

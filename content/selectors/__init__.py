"""What others read of content: sessions in order, their addresses, the settings of the site."""

from content.selectors.answers import agreed_answers, find_answers
from content.selectors.publications import is_source, publisher_of, source_page
from content.selectors.sessions import (
    draft_session,
    facts,
    has_begun,
    is_over,
    last_possible_day,
    past_sessions,
    schedule_hash,
    series_sessions,
    sign_up_phase,
    told_hash,
    upcoming_sessions,
)
from content.selectors.site import (
    home_page,
    linked_page,
    menu_pages,
    page_url,
    pages_of_sessions,
    session_url,
    session_urls,
    site_settings,
)

__all__ = [
    "agreed_answers",
    "draft_session",
    "facts",
    "find_answers",
    "has_begun",
    "home_page",
    "is_over",
    "is_source",
    "last_possible_day",
    "linked_page",
    "menu_pages",
    "page_url",
    "pages_of_sessions",
    "past_sessions",
    "publisher_of",
    "schedule_hash",
    "series_sessions",
    "session_url",
    "session_urls",
    "sign_up_phase",
    "site_settings",
    "source_page",
    "told_hash",
    "upcoming_sessions",
]

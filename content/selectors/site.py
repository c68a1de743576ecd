"""The site around the pages: its settings, its menu, and where something is found."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from wagtail.models import Page, Site

from content.models.pages import HomePage
from content.models.session import Session
from content.models.session_page import SessionPage
from content.models.site_settings import SiteSettings


def site_settings() -> SiteSettings:
    """Return the settings of the default site; unsaved defaults when nobody saved any."""
    found = SiteSettings.objects.filter(site__is_default_site=True).select_related("privacy_page")
    return found.first() or SiteSettings()


def home_page(language: str) -> HomePage | None:
    """Return the live home page of the default site in `language`."""
    roots = Site.objects.filter(is_default_site=True).values("root_page__translation_key")
    homes = HomePage.objects.live().filter(locale__language_code=language)
    return homes.filter(translation_key__in=roots).select_related("locale").first()


def menu_pages(language: str) -> list[Page]:
    """Return the live pages under the home page that are marked for the menu, in tree order."""
    home = home_page(language)
    return list(home.get_children().live().in_menu().select_related("locale")) if home else []


def linked_page(page: Page | None, language: str) -> Page | None:
    """Return the live translation of `page` in `language`, else `page` itself when it is live."""
    if page is None:
        return None
    same = Page.objects.live().filter(translation_key=page.translation_key)
    found = {one.locale.language_code: one for one in same.select_related("locale")}
    return found.get(language) or (page if page.live else None)


def pages_of_sessions(sessions: Iterable[Session], language: str) -> dict[int, SessionPage]:
    """Return for each session its live page: in `language`, else the source language, else any."""
    wanted = {session.pk: session for session in sessions}
    pages = SessionPage.objects.live().filter(session__in=wanted).select_related("locale")
    found: dict[int, SessionPage] = {}
    for page in pages.order_by("alias_of_id", "pk"):
        session = wanted[page.session_id]
        ranks = {language: 0, session.source_language: 1} | {language: 0}
        rank = ranks.get(page.locale.language_code, 2)
        kept = found.get(session.pk)
        if kept is None or rank < ranks.get(kept.locale.language_code, 2):
            found[session.pk] = page
    return found


def session_url(session: Session, language: str) -> str:
    """Return the absolute address of the session's page, else that of the site."""
    return session_urls([session], language)[session.pk]


def session_urls(sessions: Sequence[Session], language: str) -> dict[int, str]:
    """Return for each session the absolute address of its page, else that of the site."""
    pages = pages_of_sessions(sessions, language)
    return {session.pk: page_url(pages.get(session.pk)) for session in sessions}


def page_url(page: Page | None) -> str:
    """Return the absolute address of a page, where the site's front end serves it."""
    parts = page.get_url_parts() if page else None
    path = parts[2] if parts and parts[2] else "/"
    return f"{settings.FRONTEND_URL}{path}"

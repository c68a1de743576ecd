"""The site around the pages: its settings, its menu, and where something is found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from wagtail.models import Page, Site

from content.enums import Eligibility
from content.models.pages import HomePage
from content.models.report import ReportPage
from content.models.session import Session
from content.models.session_page import SessionPage
from content.models.site_settings import SiteSettings

OfSession = TypeVar("OfSession", SessionPage, ReportPage)


def site_settings() -> SiteSettings:
    """Return the settings of the default site; unsaved defaults when nobody saved any."""
    found = SiteSettings.objects.filter(site__is_default_site=True)
    return found.select_related("privacy_page__locale").first() or SiteSettings()


def home_page(language: str) -> HomePage | None:
    """Return the live home page of the default site in `language`."""
    homes = HomePage.objects.live().filter(locale__language_code=language)
    return homes.filter(translation_key__in=_home_keys()).select_related("locale").first()


def _home_keys() -> QuerySet[Site, object]:
    return Site.objects.filter(is_default_site=True).values("root_page__translation_key")


@dataclass(frozen=True)
class Versions:
    """The live versions by language of the home page, and of other pages by translation key."""

    homes: dict[str, Page] = field(default_factory=dict)
    others: dict[object, dict[str, Page]] = field(default_factory=dict)

    def of(self, page: Page | None) -> dict[str, Page]:
        return self.others.get(page.translation_key, {}) if page is not None else {}


def versions_of(*pages: Page | None) -> Versions:
    """Return what the links around a page need, in one query: no more than title and address."""
    keys = {page.translation_key for page in pages if page is not None}
    is_home = Q(translation_key__in=_home_keys())
    live = Page.objects.live().filter(is_home | Q(translation_key__in=keys))
    live = live.annotate(is_home=ExpressionWrapper(is_home, output_field=BooleanField()))
    found = Versions()
    for page in live.select_related("locale").only(*LINKED):
        language = page.locale.language_code
        if page.is_home:
            found.homes[language] = page
        found.others.setdefault(page.translation_key, {})[language] = page
    return found


def menu_pages(home: Page | None) -> list[Page]:
    """Return the live pages under a home page that are marked for the menu, in tree order."""
    if home is None:
        return []
    menu = home.get_children().live().in_menu()
    return list(menu.select_related("locale").only(*LINKED))


#: What a link to a page is made of.
LINKED = (
    "title",
    "url_path",
    "path",
    "depth",
    "numchild",
    "live",
    "translation_key",
    "locale__language_code",
)
_LINKED_SESSION = (*LINKED, "session", "introduction", "first_published_at")


class Imprint(NamedTuple):
    """Who is behind a page, and where stands what they do with data (empty: nowhere)."""

    settings: SiteSettings
    privacy_url: str


def imprint_in(language: str) -> Imprint:
    found = site_settings()
    privacy = linked_page(found.privacy_page, language)
    return Imprint(found, (privacy.get_url() or "") if privacy else "")


def linked_page(page: Page | None, language: str) -> Page | None:
    """Return the live translation of `page` in `language`, else `page` itself when it is live."""
    if page is None:
        return None
    if page.live and page.locale.language_code == language:
        return page
    same = Page.objects.live().filter(translation_key=page.translation_key)
    found = {one.locale.language_code: one for one in same.select_related("locale")}
    return found.get(language) or (page if page.live else None)


def pages_of_sessions(sessions: Iterable[Session], language: str) -> dict[int, SessionPage]:
    """Return for each session its live page: in `language`, else the source language, else any.

    Read is what tells of a page elsewhere, and not its text.
    """
    wanted = {session.pk: session for session in sessions}
    if not wanted:
        return {}
    pages = SessionPage.objects.live().filter(session__in=wanted).select_related("locale")
    return in_best_language(pages.only(*_LINKED_SESSION), wanted, language)


def in_best_language(
    pages: QuerySet[OfSession], sessions: Mapping[Any, Session], language: str
) -> dict[int, OfSession]:
    """Return a page of each session: in `language`, else in the source language, else any."""
    found: dict[int, OfSession] = {}
    for page in pages.order_by("alias_of_id", "pk"):
        session = sessions[page.session_id]
        ranks = {language: 0, session.source_language: 1} | {language: 0}
        rank = ranks.get(page.locale.language_code, 2)
        kept = found.get(session.pk)
        if kept is None or rank < ranks.get(kept.locale.language_code, 2):
            found[session.pk] = page
    return found


def session_of(page: SessionPage) -> Session | None:
    """Return the session of a page, read once for the page and with its series."""
    with_series = Prefetch("session", Session.objects.select_related("series__locale"))
    prefetch_related_objects([page], with_series)
    return page.session


def session_url(session: Session, language: str) -> str:
    """Return the absolute address of the session's page, else that of the site."""
    return session_urls([session], language)[session.pk]


def session_urls(sessions: Sequence[Session], language: str) -> dict[int, str]:
    """Return for each session the absolute address of its page, else that of the site."""
    pages = pages_of_sessions(sessions, language)
    return {session.pk: page_url(pages.get(session.pk)) for session in sessions}


def findable_pages(root: Page) -> QuerySet[Page]:
    """Return the pages that search engines may know: what everybody may read below `root` and its
    translations. A session by invitation, and its report, is told to those who are invited."""
    homes = root.get_translations(inclusive=True).values_list("path", flat=True)
    below = Q(*(("path__startswith", path) for path in homes), _connector=Q.OR)
    by_invitation = Q(sessionpage__session__eligibility=Eligibility.INVITED)
    by_invitation |= Q(reportpage__session__eligibility=Eligibility.INVITED)
    pages = Page.objects.filter(below).exclude(by_invitation).live().public().order_by("path")
    found: QuerySet[Page] = pages.defer_streamfields().specific()
    return found


def page_url(page: Page | None) -> str:
    """Return the absolute address of a page, where the site's front end serves it."""
    parts = page.get_url_parts() if page else None
    path = parts[2] if parts and parts[2] else "/"
    return f"{settings.FRONTEND_URL}{path}"

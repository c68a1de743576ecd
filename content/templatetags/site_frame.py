"""What stands around every page: identity, menu, languages, privacy statement."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import translate_url
from django.utils.translation import get_language
from wagtail.models import Page

from base import memory
from content.models import SiteSettings
from content.selectors import Imprint, Versions, menu_pages, site_settings, versions_of

register = template.Library()


@dataclass(frozen=True)
class LanguageLink:
    """A language and where the visitor goes for it.

    `is_current` is the language being read; `is_translation` says that the address is this page's
    own in that language, and not the home page for want of one.
    """

    code: str
    name: str
    url: str
    is_current: bool
    is_translation: bool

    @property
    def absolute_url(self) -> str:
        return f"{settings.SITE_URL}{self.url}"


@dataclass(frozen=True)
class MenuItem:
    """A page in the menu. `path` is its place in the tree."""

    pk: int
    path: str
    title: str
    url: str


@dataclass(frozen=True)
class Frame:
    """What base.html needs, read once a page."""

    settings: SiteSettings
    home_url: str
    menu: list[MenuItem]
    languages: list[LanguageLink]
    privacy_url: str
    language: str
    page_url: str

    @property
    def imprint(self) -> Imprint:
        return Imprint(self.settings, self.privacy_url)


@register.simple_tag(takes_context=True)
def site_frame(context: Context) -> Frame:
    """Return the frame in the current language; works on pages and on all other views."""
    page = context.get("page")
    page = page if isinstance(page, Page) and page.pk else None
    request = context.get("request")
    make = partial(_frame, page, request)
    if page is None or getattr(request, "is_preview", False):
        return make()
    return memory.kept("frame", make, page.pk)


def _frame(page: Page | None, request: Any) -> Frame:
    language = get_language() or settings.LANGUAGE_CODE
    found = site_settings()
    versions = versions_of(page, found.privacy_page)
    home = versions.homes.get(language)
    privacy = versions.of(found.privacy_page)
    source = found.privacy_page
    return Frame(
        settings=found,
        home_url=_url(home) or f"/{language}/",
        menu=[MenuItem(one.pk, one.path, one.title, _url(one)) for one in menu_pages(home)],
        languages=_language_links(language, page, versions, request),
        privacy_url=_url(privacy.get(language) or (source if source and source.live else None)),
        language=language,
        page_url=f"{settings.SITE_URL}{_url(page) or getattr(request, 'path', '')}",
    )


@register.simple_tag
def is_inside(page: Page, section: MenuItem) -> bool:
    """Whether `page` is `section` or lies under it."""
    return isinstance(page, Page) and page.path.startswith(section.path)


def _language_links(
    language: str, page: Page | None, versions: Versions, request: Any
) -> list[LanguageLink]:
    links = []
    for code, _name in settings.LANGUAGES:
        same_page = versions.of(page).get(code)
        url = _url(same_page) or _elsewhere(code, page, versions, request)
        name = LANGUAGE_NAMES[code]
        links.append(LanguageLink(code, name, url, code == language, same_page is not None))
    return links


def _elsewhere(code: str, page: Page | None, versions: Versions, request: Any) -> str:
    """Return where another language is found when the page itself has no translation."""
    path = getattr(request, "path", "/")
    if page is None and translate_url(path, code) != path:
        return translate_url(path, code)
    return _url(versions.homes.get(code)) or f"/{code}/"


def _url(page: Page | None) -> str:
    """Return the path of a page on this host, empty when it has none."""
    parts = page.get_url_parts() if page else None
    return parts[2] or "" if parts else ""


#: Every language in its own words.
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}

"""Whether an address of our own site leads anywhere, told without asking over the network."""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Page

from content.selectors import home_page

#: The name of the address under which every page is served: that it fits, says nothing.
_ANY_PAGE = "page"


class OwnPlaces:
    """Answers about pages, documents and addresses of the site. Each answer is looked up once."""

    def __init__(self) -> None:
        self._pages: dict[int, bool] = {}
        self._answers: dict[str, bool] = {}

    def has_page(self, number: int) -> bool:
        """Whether there is such a page, published or not."""
        if number not in self._pages:
            live = Page.objects.filter(pk=number).values_list("live", flat=True).first()
            if live is None:
                return False
            self._pages[number] = live
        return True

    def is_public(self, number: int) -> bool:
        """Whether visitors can see the page."""
        return self.has_page(number) and self._pages[number]

    def has_document(self, number: int) -> bool:
        return bool(get_document_model().objects.filter(pk=number).exists())

    def own_path(self, address: str) -> str | None:
        """Return the path of an address of our own site; None of another site's."""
        if address.startswith("/") and not address.startswith("//"):
            return urlsplit(address).path
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        ours = {urlsplit(host).netloc for host in (settings.SITE_URL, settings.FRONTEND_URL)}
        return (parts.path or "/") if parts.netloc in ours else None

    def answers(self, path: str) -> bool:
        """Whether something of ours stands at this path."""
        if path not in self._answers:
            self._answers[path] = path == "/" or _answers(unquote(path))
        return self._answers[path]


def _answers(path: str) -> bool:
    first = path.strip("/").split("/", 1)[0]
    language = first if first in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            found = resolve(path if path.endswith("/") or "." in path else f"{path}/")
        except Resolver404:
            return _is_redirected(path)
        if found.url_name != _ANY_PAGE:
            return True
        return _is_live(path, language) or _is_redirected(path)


def _is_live(path: str, language: str) -> bool:
    home = home_page(language)
    if home is None:
        return False
    _before, _slash, rest = path.strip("/").partition("/")
    below = f"{home.url_path}{rest}/" if rest else home.url_path
    return bool(Page.objects.live().filter(url_path=below).exists())


def _is_redirected(path: str) -> bool:
    return bool(Redirect.objects.filter(old_path=Redirect.normalise_path(path)).exists())

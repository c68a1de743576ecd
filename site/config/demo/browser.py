"""A visitor without a screen: pages, their forms with what is filled in already, and cookies."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any

from config.demo.errors import StoryFailed

_SECONDS = 30


@dataclass(slots=True)
class Form:
    """A form of a page: the fields with their values, the boxes to tick, the first button."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    button: tuple[str, str] | None = None

    @property
    def names(self) -> set[str]:
        """Every field that there is."""
        return {*self.values, *self.boxes}


class _Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "textarea":
            self._textarea = values.get("name", "")
            self._form.values[self._textarea] = ""
        elif tag == "button" and values.get("name") and self._form.button is None:
            self._form.button = (values["name"], values.get("value", ""))
        elif tag == "input" and values.get("name"):
            self._input(self._form, values)

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._textarea:
            self._form.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag == "form":
            self._form = None

    @staticmethod
    def _input(form: Form, values: dict[str, str]) -> None:
        if values.get("type") in ("checkbox", "radio"):
            form.boxes.setdefault(values["name"], values.get("value", "on"))
        elif values.get("type") != "submit":
            form.values[values["name"]] = values.get("value", "")


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: where we ended, the status, the text, its forms."""

    url: str
    status: int
    text: str
    forms: list[Form]

    def form_with(self, name: str) -> Form:
        """Return the first form to send (POST) that has this field. Raises StoryFailed."""
        for form in self.forms:
            if form.method == "post" and name in form.names:
                return form
        raise StoryFailed(f"{self.url} ({self.status}) has no form with the field {name}.")


class Browser:
    """One visitor with cookies of their own."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._open(urllib.request.Request(url))  # noqa: S310 -- our own house

    def submit(
        self,
        page: Page,
        form: Form,
        values: dict[str, str] | None = None,
        *,
        tick: tuple[str, ...] = (),
    ) -> Page:
        """Send a form with these values, these boxes ticked, by its first button."""
        filled = form.values | (values or {})
        filled |= {name: form.boxes[name] for name in tick}
        if form.button:
            name, value = form.button
            filled[name] = value
        url = urllib.parse.urljoin(page.url, form.action or page.url)
        data = urllib.parse.urlencode(filled).encode()
        headers = {"Referer": page.url}
        return self._open(urllib.request.Request(url, data, headers))  # noqa: S310 -- our own house

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                return _page(answer.url, answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return _page(error.url or request.full_url, error.code, error.read())


def _page(url: str, status: int, content: bytes) -> Page:
    text = content.decode(errors="replace")
    parser = _Forms()
    parser.feed(text)
    return Page(url, status, text, parser.forms)


class Api:
    """The HTTP API with a token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def call(self, method: str, path: str, data: Any = None) -> Any:
        """Return the decoded answer. Raises StoryFailed on any refusal."""
        status, content = self._ask(method, path, data)
        if status >= 400:
            said = content.decode(errors="replace")[:1500]
            raise StoryFailed(f"{method} /api{path} answered {status}: {said}")
        return json.loads(content) if content else None

    def status(self, method: str, path: str) -> int:
        """Return how a call is answered, refusals included."""
        return self._ask(method, path, None)[0]

    def _ask(self, method: str, path: str, data: Any) -> tuple[int, bytes]:
        request = urllib.request.Request(  # noqa: S310 -- our own house
            f"{self._url}/api{path}",
            None if data is None else json.dumps(data).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 -- our own house
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def every(self, path: str) -> list[dict[str, Any]]:
        """Return all items of a list, page after page."""
        items: list[dict[str, Any]] = []
        sign = "&" if "?" in path else "?"
        cursor = None
        while True:
            found = self.call("GET", path + (f"{sign}cursor={cursor}" if cursor else ""))
            items += found["items"]
            cursor = found["next"]
            if not cursor:
                return items


def one_click(url: str) -> int:
    """Unsubscribe as a mail program does (RFC 8058): one POST without cookies. The status."""
    request = urllib.request.Request(  # noqa: S310 -- our own house
        url,
        b"List-Unsubscribe=One-Click",
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **options: Any) -> None:
        return None

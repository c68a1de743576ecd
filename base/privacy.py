"""Pages behind a personal link: the link is a key, and must not leak."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

HEADERS = {
    # No other site learns the address. ("no-referrer" would break our own forms: with it a browser
    # sends `Origin: null`, which the CSRF check refuses.)
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


def personal_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give every answer of the view the headers of a page behind a personal link."""

    @wraps(view)
    def with_headers(*args: Any, **values: Any) -> HttpResponse:
        response = view(*args, **values)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return with_headers

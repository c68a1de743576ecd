"""A mail shown as a page."""

from typing import cast

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse

_NOTHING_FROM_ELSEWHERE = {
    "default-src": ["'none'"],
    "img-src": ["'self'", "data:"],
    # A mail carries its style in itself: mail programs read no other.
    "style-src": ["'unsafe-inline'"],
}


def mail_page(request: HttpRequest, html: str) -> HttpResponse:
    """Return a page that is the mail, with nothing from elsewhere."""
    show = csp_replace(_NOTHING_FROM_ELSEWHERE)(lambda request: HttpResponse(html))
    return cast("HttpResponse", show(request))

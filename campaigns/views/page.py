"""A mail shown as a page."""

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse


@csp_replace(
    {
        "default-src": ["'none'"],
        "img-src": ["'self'", "data:"],
        # A mail carries its style in itself: mail programs read no other.
        "style-src": ["'unsafe-inline'"],
    }
)
def mail_page(request: HttpRequest, html: str) -> HttpResponse:
    """Return a page that is the mail, with nothing from elsewhere."""
    return HttpResponse(html)

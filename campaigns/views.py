"""What a recipient opens: the mail as a page."""

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from base import tokens
from campaigns.message import open_composer
from campaigns.models import Delivery


@require_safe
@never_cache
@csp_replace(  # type: ignore[arg-type]  # its types know no view with arguments
    {
        "default-src": ["'none'"],
        "img-src": ["'self'", "data:"],
        # A mail carries its style in itself: mail programs read no other.
        "style-src": ["'unsafe-inline'"],
    }
)
def browser(request: HttpRequest, token: str) -> HttpResponse:
    """Show one recipient's mail. The link says which; it never expires."""
    try:
        (delivery_id,) = tokens.read("browser", token)
    except (tokens.TokenInvalid, ValueError):
        raise Http404 from None
    rows = Delivery.objects.select_related("contact", "organisation")
    delivery = rows.filter(pk=delivery_id, contact__erased_at=None).first()
    if delivery is None:
        raise Http404
    composer = open_composer(delivery.mailing_id)
    page = composer.render(composer.recipient_of(delivery)).html
    return HttpResponse(page, headers={"X-Robots-Tag": "noindex"})

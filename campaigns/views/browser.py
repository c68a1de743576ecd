"""What a recipient opens: the mail as a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from base import tokens
from campaigns.compiling import LANGUAGES
from campaigns.message import open_composer
from campaigns.models import Delivery
from campaigns.views.page import mail_page


@require_safe
@never_cache
def browser(request: HttpRequest, token: str) -> HttpResponse:
    """Show one recipient's mail. The link says which; it never expires.

    404 for a link that is not ours, 410 when the mail, or the person whose it was, is gone.
    """
    try:
        (delivery_id,) = tokens.read("browser", token)
    except (tokens.TokenInvalid, ValueError):
        return _problem(request, status=404)
    rows = Delivery.objects.select_related("contact", "organisation")
    delivery = rows.filter(pk=delivery_id, contact__erased_at=None).first()
    if delivery is None:
        return _problem(request, status=410)
    composer = open_composer(delivery.mailing_id)
    response = mail_page(request, composer.render(composer.recipient_of(delivery)).html)
    return _unfound(response)


def _problem(request: HttpRequest, *, status: int) -> HttpResponse:
    """Say in the visitor's language that there is nothing here, and nothing else."""
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else translation.get_language_from_request(request)
    with translation.override(language):
        page = render(request, "campaigns/no_mail.html", {"is_gone": status == 410}, status=status)
    return _unfound(page)


def _unfound(response: HttpResponse) -> HttpResponse:
    """Keep it out of search engines."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response

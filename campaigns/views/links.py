"""Links of a mailing that are counted, on their way to where they lead."""

import logging

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from base import tokens
from campaigns.link_counts import read_link
from campaigns.selectors.link_counts import target
from campaigns.services.link_counts import count_link
from content.selectors import site_settings

log = logging.getLogger(__name__)

#: What programs say that fetch a page before anybody asked for it.
_AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to where a link of a mailing goes, and count it: not by whom. It never expires."""
    try:
        mailing_id, number = read_link(token)
    except (tokens.TokenInvalid, ValueError):
        raise Http404 from None
    url = target(mailing_id, number)
    if url is None:
        raise Http404
    if _is_opened(request) and site_settings().counts_links:
        try:
            count_link(mailing_id=mailing_id, url=url, now=timezone.now())
        except OperationalError:  # to arrive matters more than to be counted
            log.warning("a link of mailing %s was not counted", mailing_id)
    return HttpResponseRedirect(
        url,
        headers={
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )


def _is_opened(request: HttpRequest) -> bool:
    """Whether somebody opens the page, and not a program that looks ahead."""
    said = " ".join(request.META.get(name, "") for name in _AHEAD).lower()
    return request.method == "GET" and not any(
        word in said for word in ("prefetch", "preview", "prerender")
    )

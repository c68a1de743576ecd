"""The way to the page of a partner. No cookie is set and no address kept: only a number grows."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from content.models import Session
from participation.services.partner import count_partner_visit


@require_safe
@never_cache
def partner(request: HttpRequest, slug: str) -> HttpResponse:
    """Go to the partner's page of this session, and nowhere else."""
    session = get_object_or_404(Session, slug=slug)
    if not session.is_partner_hosted:
        raise Http404
    if request.method == "GET" and not _is_prefetch(request):
        count_partner_visit(session=session, now=timezone.now())
    response = HttpResponseRedirect(session.host_url)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _is_prefetch(request: HttpRequest) -> bool:
    """Whether a browser looks ahead; nobody has followed the link yet."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return any("prefetch" in purpose or "preview" in purpose for purpose in purposes)

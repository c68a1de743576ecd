"""The inbox: what a newcomer's mails look like as they arrive. Never in production settings."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from worker import inbox

PAGE = 50


@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """All mails, newest first; `?q=` keeps those whose recipient or subject has the words."""
    words = request.GET.get("q", "").strip().lower()
    names = inbox.names(settings.INBOX_DIR)
    if words:
        found = [inbox.read(settings.INBOX_DIR, name) for name in names[:2000]]
        mails = [
            mail for mail in found if mail and words in f"{mail.recipient} {mail.subject}".lower()
        ]
        names = [mail.name for mail in mails]
    page = Paginator(names, PAGE).get_page(request.GET.get("page"))
    shown = [mail for name in page if (mail := inbox.read(settings.INBOX_DIR, name))]
    return render(
        request,
        "worker/inbox.html",
        {"page": page, "mails": shown, "words": words, "total": page.paginator.count},
    )


@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: HTML, text, headers, attachments."""
    return render(request, "worker/mail.html", {"mail": _mail(name)})


@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame; it may run nothing."""
    # A link in the mail opens beside the inbox, not inside the frame.
    html = _mail(name).html.replace("<head>", '<head><base target="_blank">', 1)
    response = HttpResponse(html)
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    return response


@require_safe
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One attachment, always as a download."""
    for part in _mail(name).attachments:
        if part.number == number:
            return HttpResponse(
                part.content,
                content_type="application/octet-stream",
                headers={"Content-Disposition": f'attachment; filename="part-{number}"'},
            )
    raise Http404


def _mail(name: str) -> inbox.Mail:
    found = inbox.read(settings.INBOX_DIR, name)
    if found is None:
        raise Http404
    return found

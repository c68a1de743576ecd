"""The mail as one contact gets it: to look at, and never to act in the name of that person."""

import re
from html import unescape
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from campaigns.attachments import file_name
from campaigns.compiling import LANGUAGES, page_of_text
from campaigns.errors import AudienceInvalid, CampaignError
from campaigns.message import Preview, preview_for
from campaigns.overview.pages import MailingPage, people
from campaigns.rendering import in_colours
from campaigns.selectors.recipients import Explanation, explain, list_considered
from campaigns.selectors.terms import terms_of
from contacts.models import LANGUAGES as LANGUAGE_NAMES
from contacts.models import Contact
from contacts.selectors.people import contacts_with_places, search_people

_FOUND = 20
_OFFERED = 10

#: What is shown of a mail, and how wide.
_SHAPES = {"html": 680, "phone": 375, "dark": 680, "text": 680}

#: A mail carries its style in itself: mail programs read no other. The admin has no policy.
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox"
)

_HEAD = {
    "From": gettext_lazy("From"),
    "To": gettext_lazy("To"),
    "Reply-To": gettext_lazy("Replies go to"),
    "Subject": gettext_lazy("Subject"),
}

_LINK = re.compile(r'(<a\b[^>]*?\s)href="([^"]*)"', re.IGNORECASE)
_PREHEADER = re.compile(r'<div style="display:\s*none[^"]*">(.*?)</div>', re.DOTALL)


class PreviewPage(MailingPage):
    """What these pages share: whom the mail is looked at for."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm("contacts.view_contact"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def contact(self) -> Contact | None:
        """The contact in the address; None when none is named, or they are not there any more."""
        asked = self.request.GET.get("contact", "")
        if not asked.isascii() or not asked.isdecimal() or len(asked) > 18:
            return None
        return Contact.objects.present().filter(pk=asked).first()

    @property
    def language(self) -> str:
        asked = self.request.GET.get("language", "")
        return asked if asked in LANGUAGES else ""

    @property
    def shape(self) -> str:
        asked = self.request.GET.get("shape", "")
        return asked if asked in _SHAPES else "html"

    def preview(self) -> Preview | None:
        """Raises CampaignError, Http404 without a contact."""
        if self.contact is None:
            raise Http404
        return preview_for(self.mailing, self.contact, now=timezone.now(), language=self.language)


class PreviewAsView(PreviewPage, TemplateView):
    """Choose a contact, and see the mail, its head and whether that contact would get it."""

    template_name = "campaigns/admin/preview_as.html"

    def get_page_title(self) -> str:
        return _("Preview as …")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = self.request.GET.get("q", "").strip()[:200]
        found = list(self._found(words)[: _FOUND + 1]) if words else []
        context = super().get_context_data(**kwargs) | {
            "mailing": self.mailing,
            "contact": self.contact,
            "is_gone": bool(self.request.GET.get("contact")) and self.contact is None,
            "q": words,
            "found": found[:_FOUND],
            "has_more": len(found) > _FOUND,
            "offered": [] if words or self.contact else self._offered(),
            "urls": {name: self.url(name) for name in ("edit", "overview", "preview_as")},
        }
        return context | (self._shown() if self.contact else {})

    def _found(self, words: str) -> Any:
        today = timezone.localdate()
        rows = search_people(words, today).order_by("sort_key", "pk")
        return contacts_with_places(rows, today)

    def _offered(self) -> list[Contact]:
        """Some who would get it, so that there is somebody to choose at once."""
        try:
            terms = terms_of(self.mailing, timezone.now())
        except AudienceInvalid:
            return []
        listed = list_considered(terms, reason="", limit=_OFFERED)
        return people([contact_id for contact_id, _reason in listed])

    def _shown(self) -> dict[str, Any]:
        try:
            preview = self.preview()
        except CampaignError as error:
            return {"problem": str(error)}
        if preview is None:
            return {"problem": _("There is no subject and text yet.")}
        name = re.sub(r"\s*<[^<>]*>\s*$", "", preview.header.get("From", "")).strip('"')
        return {
            "header": preview.header,
            "head": [(_HEAD[name], value) for name, value in preview.header.items()],
            "inbox": {
                "sender": name,
                "subject": preview.mail.subject,
                "preheader": _preheader(preview.mail.html),
            },
            "answer": self._answer(),
            "language": preview.language,
            "languages": LANGUAGE_NAMES,
            "shape": self.shape,
            "shapes": [
                ("html", _("Mail program")),
                ("phone", _("Phone")),
                ("dark", _("Dark colours")),
                ("text", _("Plain text")),
            ],
            "width": _SHAPES[self.shape],
            "frame_url": self.url("preview_frame"),
            "calendar_url": self.url("preview_calendar") if preview.calendar else "",
            "files": self._files(),
        }

    def _answer(self) -> Explanation | None:
        if self.contact is None:
            return None
        try:
            return explain(self.mailing, self.contact, timezone.now())
        except AudienceInvalid:
            return None

    def _files(self) -> list[tuple[str, int | None, str]]:
        documents = [child.value for child in self.mailing.attachments if child.value]
        return [(file_name(each), each.get_file_size(), each.url) for each in documents]


class PreviewFrameView(PreviewPage, View):
    """The mail alone, as a page of its own in a frame. Its links lead nowhere."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse(self._page(), headers={"Content-Security-Policy": _POLICY})

    def _page(self) -> str:
        try:
            preview = self.preview()
        except CampaignError as error:
            return page_of_text(str(error))
        if preview is None:
            return page_of_text(_("There is no subject and text yet."))
        if self.shape == "text":
            return page_of_text(preview.mail.text)
        page = in_colours(preview.mail.html, is_dark=self.shape == "dark")
        return _LINK.sub(r'\1href="#" title="\2"', page)


class PreviewCalendarView(PreviewPage, View):
    """The calendar file that would go with the mail, to download."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            preview = self.preview()
        except CampaignError as error:
            raise Http404 from error
        if preview is None or not preview.calendar:
            raise Http404
        return HttpResponse(
            preview.calendar,
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="bijeen.ics"'},
        )


def _preheader(html: str) -> str:
    """What a list of mails shows behind the subject: the preheader, else the first words."""
    body = html[html.find("<body") :]
    found = _PREHEADER.search(body)
    shown = found.group(1) if found else body
    return " ".join(unescape(strip_tags(shown)).split())[:140]

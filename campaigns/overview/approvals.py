"""What has to happen before a mailing goes out: a second pair of eyes, and what it waits for."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import View

from campaigns.compiling import written_languages
from campaigns.errors import CampaignError
from campaigns.models import Mailing
from campaigns.overview.pages import MailingPage, user_of
from campaigns.selectors.approval import approval_of
from campaigns.services import approval, settling
from contacts.models import LANGUAGES


def approval_context(page: MailingPage) -> dict[str, Any]:
    """Return what the part of the overview about the second pair of eyes shows."""
    request, mailing = page.request, page.mailing
    acts = ("ask", "retract", "approve", "send-back")
    return {
        "approval": approval_of(mailing, user_of(request)),
        "may_change": request.user.has_perm("campaigns.change_mailing"),
        "approval_urls": {act.replace("-", "_"): page.url("approval", act) for act in acts},
        "reading": _reading(page, mailing),
    }


def _reading(page: MailingPage, mailing: Mailing) -> list[tuple[str, str]]:
    """Return (language, address) of the mail as it would be read."""
    if mailing.latest_revision_id is None:
        return []
    names = dict(LANGUAGES)
    url = page.url("revisions_view", mailing.latest_revision_id)
    return [(str(names[code]), f"{url}?mode=html-{code}") for code in written_languages(mailing)]


class ApprovalView(MailingPage, View):
    """Whoever may edit may ask for a second pair of eyes; the rest decides whether it goes out."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        needed = "change" if kwargs["act"] in ("ask", "retract") else "send"
        if not request.user.has_perm(f"campaigns.{needed}_mailing"):
            raise PermissionDenied
        return View.dispatch(self, request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        values: dict[str, Any] = {
            "mailing_id": self.mailing.pk,
            "by": user_of(request),
            "now": timezone.now(),
        }
        try:
            match act:
                case "ask":
                    approval.ask_for_approval(**values)
                case "retract":
                    approval.retract_question(**values)
                case "approve":
                    approval.approve_mailing(revision=posted_revision(request), **values)
                case "send-back":
                    approval.send_back(remark=request.POST.get("remark", ""), **values)
                case "settle":
                    settling.settle(**values)
                case "unsettle":
                    settling.unsettle(**values)
                case _:
                    return self.back()
        except CampaignError as error:
            self.say_why_not(error)
        else:
            messages.success(request, _DONE[act])
        return self.back()


_DONE = {
    "ask": gettext_lazy("Asked. Everybody who may approve it gets a mail."),
    "retract": gettext_lazy("Nobody is asked to look any more."),
    "approve": gettext_lazy("You approved this mailing. It does not go out by itself."),
    "send-back": gettext_lazy("Sent back with your remark."),
    "settle": gettext_lazy("Settled: the mailing may go out at its moment."),
    "unsettle": gettext_lazy("The mailing waits again."),
}


def posted_revision(request: HttpRequest) -> int | None:
    """Return the revision that the page showed; None when it did not say."""
    asked = request.POST.get("revision", "")
    return int(asked) if asked.isdecimal() and len(asked) < 19 else None

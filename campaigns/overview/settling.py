"""What a mailing waits for: say that it is settled, or that it is not after all."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import View

from campaigns.errors import CampaignError
from campaigns.overview.pages import MailingPage, user_of
from campaigns.services import settling


class SettleView(MailingPage, View):
    """For whoever may send: it decides whether the mailing goes out."""

    def get(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        do = {"settle": settling.settle, "unsettle": settling.unsettle}.get(act)
        if do is None:
            return self.back()
        values: dict[str, Any] = {"by": user_of(request), "now": timezone.now()}
        try:
            do(mailing_id=self.mailing.pk, **values)
        except CampaignError as error:
            self.say_why_not(error)
        else:
            messages.success(request, _DONE[act])
        return self.back()


_DONE = {
    "settle": gettext_lazy("Settled: the mailing may go out at its moment."),
    "unsettle": gettext_lazy("The mailing waits again."),
}

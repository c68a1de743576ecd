"""Sending a mailing that is done to the rest: people who came into its audience since."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from base.figures import figure
from campaigns.errors import CampaignError, NumberUnconfirmed
from campaigns.overview.pages import MailingPage, typed_number, user_of
from campaigns.selectors.hold import is_held
from campaigns.selectors.rest import count_the_rest
from campaigns.services.rest import add_the_rest
from content.selectors import site_settings


class RestView(MailingPage, TemplateView):
    """Asks with the number of people, and then does it."""

    template_name = "campaigns/admin/rest.html"

    def get_page_title(self) -> str:
        return _("Send to the rest")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = count_the_rest(self.mailing, timezone.now())
        return super().get_context_data(**kwargs) | {
            "mailing": self.mailing,
            "total": number,
            "figure": figure(number),
            "may_send": self.may_send,
            "asks": number >= site_settings().recipients_limit,
            "overview": self.url("overview"),
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            number = add_the_rest(
                mailing_id=self.mailing.pk,
                by=user_of(request),
                now=timezone.now(),
                confirmed=typed_number(request),
            )
        except NumberUnconfirmed as error:
            return self.render_to_response(self.get_context_data(unconfirmed=str(error)))
        except CampaignError as error:
            self.say_why_not(error)
            return self.back()
        if not number:
            messages.warning(request, _("Nobody came into the audience since: nothing is sent."))
            return self.back()
        text = ngettext(
            "The mailing goes to %(number)s more person.",
            "The mailing goes to %(number)s more people.",
            number,
        )
        messages.success(request, text % {"number": figure(number)})
        if is_held():
            messages.warning(request, _("Mail is held: nothing goes out until it is released."))
        return self.back()

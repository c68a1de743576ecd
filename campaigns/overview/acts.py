"""Check, plan, start, withdraw, pause, resume and cancel a mailing, and send a test of it."""

from copy import copy
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from campaigns.checks import send_problems
from campaigns.errors import CampaignError, MailingNotReady, NumberUnconfirmed
from campaigns.forms import AddressForm, PlanFields, PlanForm
from campaigns.overview.approvals import posted_revision
from campaigns.overview.pages import MailingPage, typed_number, user_of
from campaigns.overview.standing import OverviewView
from campaigns.selectors.approval import approval_problems
from campaigns.selectors.hints import plan_hints
from campaigns.selectors.hold import is_held
from campaigns.selectors.ledger import counts
from campaigns.selectors.moments import waits_for
from campaigns.selectors.recipients import dry_run
from campaigns.services import mailings
from contacts.enums import MailState
from content.selectors import site_settings


class ActView(MailingPage, View):
    """Check, plan, start, pause, resume and cancel; the irreversible ones ask first."""

    def get(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Ask for confirmation, with the consequence in numbers."""
        if act not in ("start", "cancel") or act not in mailings.legal_acts(self.mailing.state):
            return self.back()
        return self._ask(act)

    def _ask(self, act: str, *, unconfirmed: str = "") -> HttpResponse:
        """Show the question; `unconfirmed` says that the number was not right, or is needed."""
        numbers, problems, hints = None, [], []
        if act in _STARTING:
            now = timezone.now()
            hints = self._hints_of_now(now)
            problems = send_problems(self.mailing, now) + approval_problems(self.mailing)
            numbers = dry_run(self.mailing, now) if not problems else None
        waiting = counts(self.mailing.pk)
        context = self.get_context_data() | {
            "mailing": self.mailing,
            "act": act,
            "numbers": numbers,
            "problems": problems,
            "hints": hints,
            "waiting": waiting[MailState.QUEUED] + waiting[MailState.DEFERRED],
            "overview": self.url("overview"),
            "act_url": self.url("act", act),
            "limit": site_settings().recipients_limit,
            "unconfirmed": unconfirmed,
            "plan_fields": [
                (name, self.request.POST.get(name, "")) for name in PlanFields.base_fields
            ],
        }
        return render(self.request, "campaigns/admin/confirm.html", context)

    def _hints_of_now(self, now: datetime) -> list[str]:
        """What is worth a second look about sending it at this moment."""
        started = copy(self.mailing)
        started.plan, started.due_at = {"now": True}, None
        return plan_hints(started, now=now)

    def get_page_title(self) -> str:
        return _("Are you sure?")

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        if act == "check":
            return self._check()
        if act not in mailings.ACTS:
            return self.back()
        form = PlanForm(request.POST)
        if act == "plan" and not form.is_valid():
            return self._plan_again(form)
        try:
            self._do(act, form)
        except NumberUnconfirmed as error:
            return self._ask(act, unconfirmed=str(error))
        except MailingNotReady as error:
            if act == "plan":
                form.add_error(None, error.problems)
                return self._plan_again(form)
            self.say_why_not(error)
        except CampaignError as error:
            self.say_why_not(error)
        else:
            messages.success(request, _DONE[act])
            if act in _SENDING and is_held():
                messages.warning(request, _("Mail is held: nothing goes out until it is released."))
            self.mailing.refresh_from_db()
            if waiting := waits_for(self.mailing):
                messages.warning(request, waiting)
        return self.back()

    def _check(self) -> HttpResponse:
        problems = mailings.check_mailing(mailing_id=self.mailing.pk, now=timezone.now())
        if problems:
            text = ngettext("%s problem found.", "%s problems found.", len(problems)) % len(
                problems
            )
            messages.warning(self.request, text)
        else:
            messages.success(self.request, _("Everything is in order."))
        return self.back()

    def _do(self, act: str, form: PlanForm) -> None:
        values: dict[str, Any] = {
            "mailing_id": self.mailing.pk,
            "by": user_of(self.request),
            "now": timezone.now(),
        }
        seen = {"revision": posted_revision(self.request)}
        match act:
            case "plan":
                mailings.plan_mailing(
                    plan=form.plan or None,
                    wait=settings.WITHDRAWAL_TIME,
                    confirmed=typed_number(self.request),
                    **values | seen,
                )
            case "start":
                mailings.start(
                    wait=settings.WITHDRAWAL_TIME,
                    confirmed=typed_number(self.request),
                    **values | seen,
                )
            case "withdraw":
                mailings.withdraw_mailing(**values)
            case "pause":
                mailings.pause_mailing(**values)
            case "resume":
                mailings.resume_mailing(**values)
            case "cancel":
                mailings.cancel_mailing(**values)

    def _plan_again(self, form: PlanForm) -> HttpResponse:
        """Show the page of the mailing with what was filled in, and what is wrong with it."""
        page = OverviewView(viewset=self.viewset, plan_form=form)
        page.setup(self.request, **self.kwargs)
        return page.render_to_response(page.get_context_data(), status=422)


#: Acts by which a mailing will go out.
_STARTING = ("start", "plan")

#: Acts after which people expect mail to go out.
_SENDING = ("start", "resume")

_DONE = {
    "plan": gettext_lazy("The mailing is planned."),
    "start": gettext_lazy("The mailing is about to start."),
    "withdraw": gettext_lazy("The mailing is a draft again: nothing was sent."),
    "pause": gettext_lazy("The mailing pauses."),
    "resume": gettext_lazy("The mailing goes on."),
    "cancel": gettext_lazy("The mailing is cancelled."),
}


class TestView(MailingPage, View):
    """A test mail to one address."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = AddressForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("That is not an e-mail address."))
            return self.back()
        address = form.cleaned_data["address"]
        try:
            number = mailings.send_test(
                mailing=self.mailing, address=address, by=user_of(request), now=timezone.now()
            )
        except CampaignError as error:
            messages.error(request, str(error))
            return self.back()
        text = ngettext(
            "%(number)s test mail to %(address)s.", "%(number)s test mails to %(address)s.", number
        )
        messages.success(request, text % {"number": number, "address": address})
        return self.back()

"""The overview of one mailing in the admin: who, who not and why, checks, sending, outcome."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from campaigns import audience
from campaigns.checks import audience_problems, send_problems
from campaigns.enums import Exclusion, MailingState
from campaigns.errors import AudienceInvalid, CampaignError, MailingNotReady, MoveForbidden
from campaigns.forms import AddressForm, PlanFields, fields_of_plan, plan_of_fields
from campaigns.models import Delivery, Mailing
from campaigns.selectors.ledger import counts, excluded_counts
from campaigns.selectors.recipients import dry_run, list_considered
from campaigns.selectors.terms import terms_of
from campaigns.services import mailings
from contacts.enums import MailState
from contacts.models import Contact

_PER_PAGE = 100
#: Why a mailing was missed, as services.planning notes it.
_MISSED = {
    "late": gettext_lazy("It could not start in time."),
    "session_over": Exclusion.SESSION_OVER.label,
}
_SETTLED = (MailState.SENT, MailState.REFUSED, MailState.BOUNCED, MailState.COMPLAINED)
SEND = "campaigns.send_mailing"


def _user(request: HttpRequest) -> User:
    """Return who is logged in; the admin lets nobody else in."""
    return cast("User", request.user)


class _MailingPage(WagtailAdminTemplateMixin):
    """What the pages about one mailing share: who may see them, and where they stand."""

    viewset: Any = None
    request: HttpRequest
    kwargs: dict[str, Any]
    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        needed = "campaigns.change_mailing" if request.method in ("GET", "HEAD") else SEND
        may_see = request.user.has_perm("campaigns.view_mailing")
        if not request.user.has_perm(needed) and not (request.method == "GET" and may_see):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def mailing(self) -> Mailing:
        rows = Mailing.objects.select_related("session", "series")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def url(self, name: str, *args: Any) -> str:
        return reverse(self.viewset.get_url_name(name), args=[self.mailing.pk, *args])

    def get_page_subtitle(self) -> str:
        return self.mailing.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = reverse(self.viewset.get_url_name("list"))
        return [
            *self.breadcrumbs_items,
            {"url": listing, "label": _("Mailings")},
            {"url": "", "label": self.mailing.title},
        ]

    def back(self) -> HttpResponse:
        return redirect(self.url("overview"))


class OverviewView(_MailingPage, TemplateView):
    """Everything about one mailing on one page."""

    template_name = "campaigns/admin/overview.html"

    def get_page_title(self) -> str:
        return _("View and send")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailing = self.mailing
        context = super().get_context_data(**kwargs) | {
            "mailing": mailing,
            "sentence": _sentence(mailing),
            "problem": _MISSED.get(mailing.pause_reason, mailing.pause_reason),
            "may_send": self.request.user.has_perm(SEND),
            "acts": mailings.legal_acts(mailing.state),
            "plan_form": PlanFields(initial=fields_of_plan(mailing.plan)),
            "address_form": AddressForm(initial={"address": _user(self.request).email}),
            "urls": {
                name: self.url(name) for name in ("edit", "people", "test", "resolve", "history")
            },
            "act_urls": {act: self.url("act", act) for act in ("check", *mailings.ACTS)},
        }
        return context | (self._before() if mailing.is_editable else self._running())

    def _before(self) -> dict[str, Any]:
        """The dry run and the checks of a mailing that has not started."""
        now = timezone.now()
        if problems := audience_problems(self.mailing.audience):
            return {"problems": problems}
        numbers = dry_run(self.mailing, now)
        return {
            "numbers": numbers,
            "excluded": _reasons(numbers.excluded),
            "sample": _people(numbers.sample),
            "problems": send_problems(self.mailing, now),
        }

    def _running(self) -> dict[str, Any]:
        """The ledger of a mailing that has started."""
        numbers = counts(self.mailing.pk)
        to_send = sum(numbers.values()) - numbers[MailState.EXCLUDED]
        settled = sum(numbers[state] for state in _SETTLED)
        rows = Delivery.objects.filter(mailing=self.mailing).select_related("contact")
        return {
            "states": [
                (MailState(state).label, state, number)
                for state, number in numbers.items()
                if number
            ],
            "to_send": to_send,
            "settled": settled,
            "excluded": _reasons(excluded_counts(self.mailing.pk)),
            "unknown": rows.filter(state=MailState.UNKNOWN).order_by("pk")[:_PER_PAGE],
            "refusals": rows.filter(state__in=(MailState.REFUSED, MailState.DEFERRED)).order_by(
                "-pk"
            )[:20],
            "is_sending": self.mailing.state == MailingState.SENDING,
        }


def _sentence(mailing: Mailing) -> str:
    try:
        condition = audience.parse(mailing.frozen.get("audience") or mailing.audience)
    except AudienceInvalid as error:
        return str(error)
    return audience.sentence(condition, get_language() or "nl")


def _reasons(numbers: dict[str, int]) -> list[tuple[str, str, int]]:
    """Return (reason, its words, number), the most frequent first."""
    ordered = sorted(numbers.items(), key=lambda pair: -pair[1])
    return [(reason, str(Exclusion(reason).label), number) for reason, number in ordered]


def _people(ids: list[int]) -> list[Contact]:
    """Return contacts in the order of the ids."""
    found = Contact.objects.in_bulk(ids)
    return [found[number] for number in ids if number in found]


class PeopleView(_MailingPage, TemplateView):
    """Recipients, or those excluded with the reason; from the ledger once it exists."""

    template_name = "campaigns/admin/people.html"

    def get_page_title(self) -> str:
        return _("Who gets this mail, and who does not")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reason = self.request.GET.get("reason", "")
        state = self.request.GET.get("state", "")
        rows = self._rows(reason, state)
        return super().get_context_data(**kwargs) | {
            "mailing": self.mailing,
            "rows": rows["rows"],
            "page": rows["page"],
            "next": rows["next"],
            "query": f"reason={reason}&state={state}",
            "overview": self.url("overview"),
        }

    def _rows(self, reason: str, state: str) -> dict[str, Any]:
        asked = self.request.GET.get("p", "1")
        page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 9 else 1
        if self.mailing.is_editable:
            return self._considered(reason, page)
        rows = Delivery.objects.filter(mailing=self.mailing).select_related(
            "contact", "organisation"
        )
        if state in MailState.values:
            rows = rows.filter(state=state)
        if reason in Exclusion.values:
            rows = rows.filter(reason=reason)
        found = Paginator(rows.order_by("pk"), _PER_PAGE).get_page(page)
        listed = [
            {
                "contact": row.contact,
                "state": row.get_state_display(),
                "reason": row.get_reason_display(),
            }
            for row in found
        ]
        return {"rows": listed, "page": found.number, "next": found.has_next()}

    def _considered(self, reason: str, page: int) -> dict[str, Any]:
        wanted = reason if reason in Exclusion.values else ""
        try:
            terms = terms_of(self.mailing, timezone.now())
        except AudienceInvalid:
            return {"rows": [], "page": 1, "next": False}
        found = list_considered(
            terms, reason=wanted, limit=_PER_PAGE + 1, offset=(page - 1) * _PER_PAGE
        )
        people = _people([contact_id for contact_id, _reason in found[:_PER_PAGE]])
        words = str(Exclusion(wanted).label) if wanted else ""
        rows = [{"contact": contact, "state": "", "reason": words} for contact in people]
        return {"rows": rows, "page": page, "next": len(found) > _PER_PAGE}


class ActView(_MailingPage, View):
    """Check, plan, start, pause, resume and cancel; the irreversible ones ask first."""

    def get(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Ask for confirmation, with the consequence in numbers."""
        if act not in ("start", "cancel") or act not in mailings.legal_acts(self.mailing.state):
            return self.back()
        numbers, problems = None, []
        if act == "start":
            now = timezone.now()
            problems = send_problems(self.mailing, now)
            numbers = dry_run(self.mailing, now) if not problems else None
        waiting = counts(self.mailing.pk)
        context = self.get_context_data() | {
            "mailing": self.mailing,
            "act": act,
            "numbers": numbers,
            "problems": problems,
            "waiting": waiting[MailState.QUEUED] + waiting[MailState.DEFERRED],
            "overview": self.url("overview"),
            "act_url": self.url("act", act),
        }
        return render(request, "campaigns/admin/confirm.html", context)

    def get_page_title(self) -> str:
        return _("Are you sure?")

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        if act == "check":
            return self._check()
        if act not in mailings.ACTS:
            return self.back()
        try:
            self._do(act)
        except MailingNotReady as error:
            for problem in error.problems:
                messages.error(request, problem)
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _DONE[act])
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

    def _do(self, act: str) -> None:
        values: dict[str, Any] = {
            "mailing_id": self.mailing.pk,
            "by": _user(self.request),
            "now": timezone.now(),
        }
        match act:
            case "plan":
                mailings.plan_mailing(plan=self._plan(), **values)
            case "start":
                mailings.start(**values)
            case "pause":
                mailings.pause_mailing(**values)
            case "resume":
                mailings.resume_mailing(**values)
            case "cancel":
                mailings.cancel_mailing(**values)

    def _plan(self) -> dict[str, Any] | None:
        form = PlanFields(self.request.POST)
        if not form.is_valid():
            raise MailingNotReady([str(each) for errors in form.errors.values() for each in errors])
        try:
            return plan_of_fields(form.cleaned_data) or None
        except ValidationError as error:
            raise MailingNotReady(error.messages) from error


_DONE = {
    "plan": gettext_lazy("The mailing is planned."),
    "start": gettext_lazy("The mailing starts within some seconds."),
    "pause": gettext_lazy("The mailing pauses."),
    "resume": gettext_lazy("The mailing goes on."),
    "cancel": gettext_lazy("The mailing is cancelled."),
}


class TestView(_MailingPage, View):
    """A test mail to one address."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = AddressForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("That is not an e-mail address."))
            return self.back()
        address = form.cleaned_data["address"]
        try:
            number = mailings.send_test(
                mailing=self.mailing, address=address, by=_user(request), now=timezone.now()
            )
        except CampaignError as error:
            messages.error(request, str(error))
            return self.back()
        text = ngettext(
            "%(number)s test mail to %(address)s.", "%(number)s test mails to %(address)s.", number
        )
        messages.success(request, text % {"number": number, "address": address})
        return self.back()


class ResolveView(_MailingPage, View):
    """What a person decided about a row of which nobody knows whether it arrived."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        asked = request.POST.get("delivery", "")
        number = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
        row = get_object_or_404(Delivery, pk=number, mailing=self.mailing)
        try:
            mailings.resolve_unknown(
                delivery_id=row.pk,
                as_state=request.POST.get("as", ""),
                by=_user(request),
                now=timezone.now(),
            )
        except MoveForbidden as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Noted."))
        return self.back()

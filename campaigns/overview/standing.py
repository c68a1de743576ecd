"""The page of one mailing: before it is sent the dry run and the checks, then how far it is."""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timeuntil
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View
from wagtail.admin.widgets.button import Button

from base.figures import figure
from campaigns import audience
from campaigns.attachments import file_name
from campaigns.beginning.buttons import more_buttons
from campaigns.checks import audience_problems, send_hints, send_problems
from campaigns.enums import Exclusion, MailingState
from campaigns.errors import AudienceInvalid, PlanInvalid
from campaigns.forms import AddressForm, PlanFields, fields_of_plan
from campaigns.models import Mailing
from campaigns.overview.advice import advice
from campaigns.overview.approvals import approval_context
from campaigns.overview.archive import archive_context
from campaigns.overview.pages import MailingPage, people, user_of
from campaigns.overview.versions import fallbacks, parts
from campaigns.plan import parse_plan
from campaigns.planner.pages import name_of
from campaigns.selectors.domains import domain_counts
from campaigns.selectors.hints import plan_hints
from campaigns.selectors.ledger import excluded_counts
from campaigns.selectors.pauses import last_pause
from campaigns.selectors.progress import Progress, progress
from campaigns.selectors.recipients import dry_run
from campaigns.selectors.replies import SPOKEN_OF, reply_groups
from campaigns.selectors.rest import count_the_rest
from campaigns.selectors.results import REACHED
from campaigns.services import mailings
from contacts.enums import MailState

#: Why a mailing was missed, as services.planning notes it.
_MISSED = {
    "late": gettext_lazy(
        "It could not start in time, and was not sent. Plan it again if it is still wanted."
    ),
    "unsettled": gettext_lazy(
        "What it waited for was not settled in time, so it was not sent. Plan it again."
    ),
    "session_over": Exclusion.SESSION_OVER.label,
    "unpublished": gettext_lazy(
        "The session has no public page any more. Publish it, and plan this mailing again."
    ),
    "restored": gettext_lazy(
        "The database was restored or moved: it may have been sent. Plan it again if it was not."
    ),
}

#: What each state means for whoever looks.
_MEANING = {
    MailState.QUEUED: gettext_lazy("wait for their turn"),
    MailState.CLAIMED: gettext_lazy("in the hands of a worker"),
    MailState.DEFERRED: gettext_lazy("“later”, said the mail server: it goes by itself"),
    MailState.SENT: gettext_lazy("taken by the mail server"),
    MailState.UNKNOWN: gettext_lazy("perhaps sent: a person decides"),
    MailState.REFUSED: gettext_lazy("not taken by the mail server, for good"),
    MailState.BOUNCED: gettext_lazy("taken first, then returned"),
    MailState.COMPLAINED: gettext_lazy("reported as unwanted"),
    MailState.EXCLUDED: gettext_lazy("not meant to get it: see why below"),
    MailState.EXPIRED: gettext_lazy("too late: not sent any more"),
}

#: Seconds between two looks of the page at a mailing in these states, while rows are open.
_LOOKS = {MailingState.SENDING: 2, MailingState.PAUSED: 10, MailingState.CANCELLED: 2}
#: And at one that is planned: when its moment has come, and not later than after ten minutes.
_LOOKS_AHEAD = (2, 600)

#: From so many people on, counting takes a second now and then: the page looks less often.
_LARGE, _LOOKS_AT_LARGE = 20_000, 10

_REPLIES = 20

#: The pages of the mailing to which the overview leads.
_LINKED = ("edit", "audience", "people", "test", "history", "preview_as")


class OverviewView(MailingPage, TemplateView):
    """Everything about one mailing on one page."""

    template_name = "campaigns/admin/overview.html"
    #: What was filled in and is not right.
    plan_form: PlanFields | None = None

    @property
    def header_more_buttons(self) -> list[Button]:
        return more_buttons(self.mailing, self.request.user)

    def get_page_title(self) -> str:
        return _("View and send")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """The heading is the mailing itself."""
        return super().get_breadcrumbs_items()[:-1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailing = self.mailing
        context = super().get_context_data(**kwargs) | {
            "mailing": mailing,
            "about": name_of(mailing.session) if mailing.session else "",
            "sentence": _sentence(mailing),
            "problem": _MISSED.get(mailing.pause_reason, mailing.pause_reason),
            "may_send": self.may_send,
            "acts": mailings.legal_acts(mailing.state),
            "repetition": _repetition(mailing),
            "plan_form": self.plan_form or PlanFields(initial=fields_of_plan(mailing.plan)),
            "address_form": AddressForm(initial={"address": user_of(self.request).email}),
            "urls": {name: self.url(name) for name in _LINKED},
            "settle_urls": {act: self.url("approval", act) for act in ("settle", "unsettle")},
            "act_urls": {act: self.url("act", act) for act in ("check", *mailings.ACTS)},
        }
        context |= archive_context(self)
        return context | (self._before() if mailing.is_editable else self._started())

    def _before(self) -> dict[str, Any]:
        """The dry run and the checks of a mailing that has not started."""
        now = timezone.now()
        looks = approval_context(self) | {
            "look_every": _look_every(self.mailing, now),
            "live_urls": {"standing": self.url("standing")},
            "hints": plan_hints(self.mailing, now=now) if self.mailing.plan else [],
            "withdrawal": _withdrawal(self.mailing, now),
        }
        documents = [child.value for child in self.mailing.attachments if child.value]
        files = [(file_name(each), each.get_file_size(), each.url) for each in documents]
        if problems := audience_problems(self.mailing.audience):
            return looks | {"problems": problems, "files": files}
        numbers = dry_run(self.mailing, now)
        return looks | {
            "numbers": numbers,
            "fallbacks": fallbacks(numbers),
            "parts": parts(numbers),
            "excluded": _reasons(numbers.excluded),
            "sample": people(numbers.sample),
            "problems": send_problems(self.mailing, now),
            "better": send_hints(self.mailing, now),
            "files": files,
        }

    def _started(self) -> dict[str, Any]:
        rows = self.mailing.files.annotate(size=Length("octets")).order_by("position")
        rest = count_the_rest(self.mailing, timezone.now()) if self.may_send else 0
        return standing(self) | {
            "rest": figure(rest) if rest else "",
            "rest_number": rest,
            "rest_url": self.url("rest"),
            "result_url": self.url("result"),
            "files": [
                (name, size, self.url("file", position))
                for name, size, position in rows.values_list("name", "size", "position")
            ],
        }


class StandingView(MailingPage, View):
    """The part of the page that changes while the mailing runs, for the script that renews it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = standing(self) | {"mailing": self.mailing, "may_send": self.may_send}
        return render(request, "campaigns/admin/standing.html", context)


def standing(page: MailingPage) -> dict[str, Any]:
    """Return how far a started mailing is, in words and figures, in a fixed number of queries."""
    mailing, now = page.mailing, timezone.now()
    found = progress(mailing, now)
    replies = reply_groups(mailing.pk, limit=_REPLIES)
    spoken_of = sum(found.counts[state] for state in SPOKEN_OF)
    others = spoken_of - sum(group.number for group in replies)
    waiting = found.counts[MailState.QUEUED] + found.counts[MailState.DEFERRED]
    is_open = found.settled < found.to_send or mailing.state == MailingState.SENDING
    every = _look_every(mailing, now, is_open=is_open)
    if every and found.to_send >= _LARGE:
        every = max(every, _LOOKS_AT_LARGE)
    return {
        "progress": found,
        "done": _("%(settled)s of %(total)s")
        % {"settled": figure(found.settled), "total": figure(found.to_send)},
        "pace": _pace(found.rate),
        "end": _end(found, now),
        "is_sending": mailing.state == MailingState.SENDING,
        "look_every": every,
        "pause": last_pause(mailing) if mailing.state == MailingState.PAUSED else None,
        "advice": advice(mailing.pause_reason),
        "waiting": figure(waiting),
        "unknown": figure(found.counts[MailState.UNKNOWN]),
        "deferred": figure(found.counts[MailState.DEFERRED]),
        "states": _states(found),
        "replies": [(group, figure(group.number)) for group in replies],
        "other_replies": figure(others) if others > 0 else "",
        "domains": domain_counts(mailing.pk, found.counts),
        "excluded": _reasons(excluded_counts(mailing.pk)),
        "said": _said(found),
        "got_it": figure(sum(found.counts[state] for state in REACHED)),
        "live_urls": {name: page.url(name) for name in ("people", "rows", "standing")},
        "can_send": mailing.state != MailingState.CANCELLED,
    }


def _look_every(mailing: Mailing, now: datetime, *, is_open: bool = False) -> int:
    """Return after how many seconds the page looks again; 0 when nothing changes by itself."""
    if mailing.state == MailingState.PLANNED and mailing.due_at:
        soonest, latest = _LOOKS_AHEAD
        return min(max(int((mailing.due_at - now).total_seconds()), soonest), latest)
    return _LOOKS.get(MailingState(mailing.state), 0) if is_open else 0


def _said(found: Progress) -> str:
    """Return what a screen reader says while it goes on: by tenths, so that it says little."""
    if not found.to_send:
        return ""
    tenths = 10 * found.settled // found.to_send
    return _("%(percent)s percent done") % {"percent": 10 * tenths}


def _states(found: Progress) -> list[tuple[str, str, str, str]]:
    """Return (state, its name, its number, what it means) of those that occur."""
    return [
        (str(state), str(state.label), figure(found.counts[state]), str(_MEANING[state]))
        for state in _MEANING
        if found.counts[state]
    ]


def _pace(rate: float | None) -> str:
    """Return the pace in words: by the second, or by the minute when it is slow."""
    if rate is None:
        return ""
    if rate >= 1:
        number = round(rate)
        text = ngettext("%(number)s mail a second", "%(number)s mails a second", number)
    else:
        number = max(1, round(rate * 60))
        text = ngettext("%(number)s mail a minute", "%(number)s mails a minute", number)
    return text % {"number": figure(number)}


def _end(found: Progress, now: datetime) -> str:
    """Return in words when those whose turn it is will have gone."""
    if found.ends_at is None:
        return ""
    if found.ends_at - now < timedelta(minutes=1):
        return _("ready within a minute")
    at = date_format(timezone.localtime(found.ends_at), "TIME_FORMAT")
    return _("ready at about %(at)s (in %(how)s)") % {
        "at": at,
        "how": timeuntil(found.ends_at, now, depth=1),
    }


def _withdrawal(mailing: Mailing, now: datetime) -> int:
    """Seconds that are left to withdraw what was sent just now; 0 when it is not about to start."""
    if mailing.state != MailingState.PLANNED or not mailing.due_at:
        return 0
    left = ceil((mailing.due_at - now).total_seconds())
    return left if 0 < left <= settings.WITHDRAWAL_TIME.total_seconds() else 0


def _repetition(mailing: Mailing) -> str:
    """Of a recurring mailing: which of how many it is."""
    try:
        plan = parse_plan(mailing.plan)
    except PlanInvalid:
        return ""
    if not plan.times:
        return ""
    words = {"number": mailing.repetition + 1, "most": plan.times + 1}
    return _("%(number)s of at most %(most)s") % words


def _sentence(mailing: Mailing) -> str:
    try:
        condition = audience.parse(mailing.frozen.get("audience") or mailing.audience)
    except AudienceInvalid as error:
        return str(error)
    return audience.sentence(condition, get_language() or "nl")


def _reasons(numbers: dict[str, int]) -> list[tuple[str, str, str]]:
    """Return (reason, its words, number), the most frequent first."""
    ordered = sorted(numbers.items(), key=lambda pair: -pair[1])
    return [(reason, str(Exclusion(reason).label), figure(number)) for reason, number in ordered]

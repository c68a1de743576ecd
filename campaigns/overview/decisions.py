"""Mails that ask for a person: in doubt, or refused. Chosen, confirmed with their number, done."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from base.figures import figure
from campaigns.enums import MailingState
from campaigns.errors import CampaignError
from campaigns.message import message_id
from campaigns.models import Delivery
from campaigns.overview.pages import PER_PAGE, MailingPage, user_of
from campaigns.selectors.replies import ReplyGroup, find_group, reply_groups, rows_of_group
from campaigns.services import decisions
from contacts.enums import MailState
from contacts.selectors.outcomes import reply

SENT, AGAIN = "sent", "again"

#: What a person may decide about rows in these states.
_MAY = {MailState.UNKNOWN: (SENT, AGAIN), MailState.REFUSED: (AGAIN,)}


class RowsView(MailingPage, TemplateView):
    """The rows in doubt, or those refused, all of them or those with one reply."""

    template_name = "campaigns/admin/rows.html"

    def get_page_title(self) -> str:
        return _("Mails in doubt") if self.state == MailState.UNKNOWN else _("Refused mails")

    @property
    def state(self) -> MailState:
        asked = self.request.GET.get("state", "")
        return MailState.REFUSED if asked == MailState.REFUSED else MailState.UNKNOWN

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = [each for each in reply_groups(self.mailing.pk) if each.state == self.state]
        chosen = find_group(self.mailing.pk, self.request.GET.get("reply", ""))
        group = chosen if chosen and chosen.state == self.state else None
        found = Paginator(self._rows(group), PER_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(**kwargs) | {
            "mailing": self.mailing,
            "state": self.state,
            "groups": [(each, figure(each.number)) for each in groups],
            "group": group,
            "group_number": figure(group.number) if group else "",
            "page": found,
            "rows": [(row, *message_id("d", row.pk).split("@"), reply(row)) for row in found],
            "query": f"&state={self.state}" + (f"&reply={group.key}" if group else ""),
            "decisions": self._decisions(),
            "overview": self.url("overview"),
            "decide": self.url("decide"),
        }

    def _decisions(self) -> list[str]:
        """What this person may decide here: nothing of a cancelled mailing is sent again."""
        may = _MAY[self.state] if self.may_send else ()
        is_over = self.mailing.state == MailingState.CANCELLED
        return [each for each in may if each == SENT or not is_over]

    def _rows(self, group: ReplyGroup | None) -> QuerySet[Delivery, Any]:
        rows = Delivery.objects.filter(mailing=self.mailing, state=self.state)
        if group is not None:
            rows = rows_of_group(self.mailing.pk, group)
        return rows.select_related("contact").order_by("pk")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: rows by id, or all rows with one reply; and what becomes of them."""

    decision: str
    ids: list[int] = field(default_factory=list)
    group: ReplyGroup | None = None

    @property
    def states(self) -> list[MailState]:
        return [state for state, may in _MAY.items() if self.decision in may]


class DecideView(MailingPage, View):
    """Asks once more, with the number of mails, and then does it."""

    def get_page_title(self) -> str:
        return _("Are you sure?")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(self.url("rows"))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        choice = self._choice()
        chosen = dict(self._rows(choice).values_list("pk", "state")) if choice else {}
        ids = list(chosen)
        if choice is None or not ids:
            messages.warning(request, _("Nothing is left to decide about what you chose."))
            return self.back()
        if request.POST.get("confirmed"):
            return self._do(choice, ids)
        context = self.get_context_data() | {
            "mailing": self.mailing,
            "choice": choice,
            "total": len(ids),
            "is_in_doubt": MailState.UNKNOWN in chosen.values(),
            "figure": figure(len(ids)),
            "overview": self.url("overview"),
            "decide": self.url("decide"),
        }
        return render(request, "campaigns/admin/decide.html", context)

    def _choice(self) -> Choice | None:
        decision = self.request.POST.get("decision", "")
        if decision not in (SENT, AGAIN):
            return None
        if key := self.request.POST.get("reply", ""):
            group = find_group(self.mailing.pk, key)
            return Choice(decision, group=group) if group else None
        asked = self.request.POST.getlist("row")
        ids = [int(each) for each in asked if each.isdecimal() and len(each) < 19]
        return Choice(decision, ids=ids[:PER_PAGE])

    def _rows(self, choice: Choice) -> QuerySet[Delivery, Any]:
        """The rows of a choice that the decision may be made about."""
        rows = Delivery.objects.filter(mailing=self.mailing, pk__in=choice.ids)
        if choice.group is not None:
            rows = rows_of_group(self.mailing.pk, choice.group)
        if choice.decision == AGAIN:
            rows = rows.filter(address_key__isnull=False)
        return rows.filter(state__in=choice.states)

    def _do(self, choice: Choice, ids: list[int]) -> HttpResponse:
        act = decisions.treat_as_sent if choice.decision == SENT else decisions.send_again
        try:
            number = act(
                mailing_id=self.mailing.pk,
                row_ids=ids,
                by=user_of(self.request),
                now=timezone.now(),
            )
        except CampaignError as error:
            messages.error(self.request, str(error))
            return self.back()
        if choice.decision == SENT:
            text = ngettext(
                "%(number)s mail counts as sent.", "%(number)s mails count as sent.", number
            )
        else:
            text = ngettext(
                "%(number)s mail is sent again.", "%(number)s mails are sent again.", number
            )
        messages.success(self.request, text % {"number": figure(number)})
        return self.back()

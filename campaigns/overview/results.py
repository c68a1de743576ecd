"""What came of a mailing: the funnel, per organisation, counted links, and its ledger as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from base.figures import figure
from campaigns.enums import MailingKind
from campaigns.overview.pages import PER_PAGE, MailingPage
from campaigns.selectors.link_counts import counted_links
from campaigns.selectors.results import (
    OrganisationResult,
    Result,
    ledger_lines,
    organisation_lines,
    organisation_results,
    result,
    session_of,
)
from contacts.enums import Purpose
from contacts.selectors.exports import Export
from contacts.wagtail_hooks.exports import export_response

#: What it takes to carry the ledger off: names with what became of their mail.
LEDGER = ("campaigns.view_delivery", "contacts.view_contact")

#: The height of one step in the drawing, in pixels.
_STEP = 62

_ANSWERS = {
    "": gettext_lazy("all organisations"),
    "signed_up": gettext_lazy("with somebody signed up"),
    "cannot_come": gettext_lazy("with somebody who cannot come"),
    "no_answer": gettext_lazy("with somebody who did not answer"),
    "attended": gettext_lazy("with somebody present"),
}
_ORDERS = {
    "": gettext_lazy("by name"),
    "mailed": gettext_lazy("most people mailed first"),
    "signed_up": gettext_lazy("most people signed up first"),
    "no_answer": gettext_lazy("most people without an answer first"),
    "attended": gettext_lazy("most people present first"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel as it is drawn: `share` is of the step before, `percent` of all."""

    label: str
    meaning: str
    number: str
    share: str
    top: int
    percent: int

    @property
    def base(self) -> int:
        """Where the words stand, above the bar."""
        return self.top + 18

    @property
    def bar(self) -> int:
        return self.top + 26


class ResultView(MailingPage, TemplateView):
    """The result of a mailing that has started."""

    template_name = "campaigns/admin/result.html"

    def get_page_title(self) -> str:
        return _("Result")

    def get(  # type: ignore[override]  # a file may be sent a piece at a time
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if self.mailing.is_editable:
            return self.back()
        form = request.GET.get("export", "")
        if form in ("csv", "xlsx"):
            export = Export(_("Result"), organisation_lines(self._rows()))
            return export_response(
                export, form=form, file_name=f"mailing-{self.mailing.pk}-organisations"
            )
        return super().get(request, *args, **kwargs)

    def _asked(self, name: str, known: dict[str, Any]) -> str:
        value = self.request.GET.get(name, "")
        return value if value in known else ""

    def _rows(self) -> Any:
        return organisation_results(
            self.mailing,
            answer=self._asked("answer", _ANSWERS),
            order=self._asked("order", _ORDERS),
            name=self._name,
        )

    @property
    def _name(self) -> str:
        return "".join(each for each in self.request.GET.get("q", "") if each.isprintable())[:100]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = result(self.mailing, timezone.now())
        steps = list(_steps(self.mailing.kind, self.mailing.purpose, found))
        page = Paginator(self._rows(), PER_PAGE).get_page(self.request.GET.get("p"))
        answer, order = self._asked("answer", _ANSWERS), self._asked("order", _ORDERS)
        asked = {"answer": answer, "order": order, "q": self._name}
        query = urlencode({name: value for name, value in asked.items() if value})
        return super().get_context_data(**kwargs) | {
            "mailing": self.mailing,
            "result": found,
            "steps": steps,
            "height": len(steps) * _STEP,
            "has_answers": session_of(self.mailing) is not None,
            "answers": [(value, words, value == answer) for value, words in _ANSWERS.items()],
            "orders": [(value, words, value == order) for value, words in _ORDERS.items()],
            "name": self._name,
            "page": page,
            "organisations": [OrganisationResult(*row) for row in page],
            "query": f"&{query}" if query else "",
            "links": [(each.url, figure(each.number)) for each in counted_links(self.mailing)],
            "may_export": self.request.user.has_perms(LEDGER),
            "overview": self.url("overview"),
            "ledger": self.url("ledger"),
        }


def _steps(kind: str, purpose: str, found: Result) -> Iterator[Step]:
    """The steps that fit this mailing, each with its share of the one before."""
    is_for_registered = purpose == Purpose.PARTICIPATION
    before: int | None = None
    for place, (number, label, meaning) in enumerate(
        (
            (
                found.meant_for,
                _("To invite") if kind == MailingKind.INVITATION else _("Meant for"),
                _("in the audience, and not left out"),
            ),
            (found.sent, _("Sent"), _("taken by the mail server, and not returned")),
            (
                found.signed_up,
                _("Still signed up") if is_for_registered else _("Signed up"),
                "" if is_for_registered else _("after this mail went out, and not cancelled since"),
            ),
            (found.attended, _("Present"), _("marked as present on the attendance list")),
        )
    ):
        if number is None:
            continue
        share = "" if not before else f"{round(100 * number / before)}%"
        percent = round(100 * number / found.meant_for) if found.meant_for else 0
        yield Step(label, meaning, figure(number), share, place * _STEP, percent)
        before = number


class LedgerView(MailingPage, View):
    """Everybody in the ledger with what became of their mail, as a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not request.user.has_perms(LEDGER):
            raise PermissionDenied
        if self.mailing.is_editable:
            return self.back()
        form = "xlsx" if request.GET.get("export") == "xlsx" else "csv"
        export = Export(_("Ledger"), ledger_lines(self.mailing))
        return export_response(export, form=form, file_name=f"mailing-{self.mailing.pk}")

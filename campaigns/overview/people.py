"""The people of one mailing: recipients, or those excluded with the reason."""

from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from campaigns.enums import Exclusion
from campaigns.errors import AudienceInvalid
from campaigns.models import Delivery
from campaigns.overview.pages import PER_PAGE, MailingPage, page_number, people
from campaigns.selectors.recipients import list_considered
from campaigns.selectors.terms import terms_of
from contacts.enums import MailState
from contacts.selectors.outcomes import reply


class PeopleView(MailingPage, TemplateView):
    """From the ledger once it exists, from the audience before."""

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
        page = page_number(self.request)
        if self.mailing.is_editable:
            return self._considered(reason, page)
        rows = Delivery.objects.filter(mailing=self.mailing).select_related(
            "contact", "organisation"
        )
        if state in MailState.values:
            rows = rows.filter(state=state)
        if reason in Exclusion.values:
            rows = rows.filter(reason=reason)
        found = Paginator(rows.order_by("pk"), PER_PAGE).get_page(page)
        listed = [
            {
                "contact": row.contact,
                "state": row.get_state_display(),
                "reason": row.get_reason_display() or reply(row),
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
            terms, reason=wanted, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE
        )
        listed = people([contact_id for contact_id, _reason in found[:PER_PAGE]])
        words = str(Exclusion(wanted).label) if wanted else ""
        rows = [{"contact": contact, "state": "", "reason": words} for contact in listed]
        return {"rows": rows, "page": page, "next": len(found) > PER_PAGE}

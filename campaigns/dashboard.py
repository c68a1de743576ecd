"""The organiser's part of the admin's first page."""

from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component

from campaigns.beginning.buttons import begin_url
from campaigns.enums import MailingState
from campaigns.errors import AudienceInvalid
from campaigns.models import Mailing
from campaigns.selectors.attention import attention
from campaigns.selectors.first_page import drafts_of, next_mailings
from campaigns.selectors.ledger import counts_of
from campaigns.selectors.recipients import dry_run
from contacts.enums import MailState

#: Seconds for which the number of people of a mailing that has not started is remembered.
_REMEMBERED = 300


class HoldPanel(Component):
    """Mail is held: before everything else."""

    name = "hold"
    order = 10
    template_name = "campaigns/admin/hold_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"request": parent_context["request"]}


class TourPanel(Component):
    """The way to a first mailing, for whoever has not closed it. Wagtail remembers that."""

    name = "bijeen_tour"
    order = 20
    template_name = "campaigns/admin/tour.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {
            "dismissible_id": self.name,
            "people": reverse("wagtailsnippets_contacts_contact:list"),
            "sessions": reverse("content_sessions:index"),
            "begin": begin_url(**{"with": "invitation"}),
        }

    def render_html(self, parent_context: Any = None) -> str:
        profile = getattr(parent_context["request"].user, "wagtail_userprofile", None)
        if profile and profile.dismissibles.get(self.name):
            return ""
        return str(super().render_html(parent_context))


class NextPanel(Component):
    """The next mailings, each with when it goes and to how many."""

    name = "next_mailings"
    order = 58
    template_name = "campaigns/admin/next_mailings.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        mailings = next_mailings()
        running = [one.pk for one in mailings if one.state == MailingState.SENDING]
        numbers = counts_of(running)
        return {
            "mailings": [(one, _recipients(one, numbers.get(one.pk, {}))) for one in mailings],
            "drafts": drafts_of(user),
            "begin": begin_url() if user.has_perm("campaigns.add_mailing") else "",
        }


def _recipients(mailing: Mailing, numbers: dict[str, int]) -> int | None:
    """Return how many get it: by the ledger once it runs, else by a dry run of some minutes old."""
    if mailing.state == MailingState.SENDING:
        return sum(numbers.values()) - numbers.get(MailState.EXCLUDED, 0)
    key = f"recipients:{mailing.pk}:{mailing.latest_revision_id}"
    known: int | None = cache.get(key)
    if known is None:
        try:
            known = dry_run(mailing, timezone.now()).recipients
        except AudienceInvalid:
            return None
        cache.set(key, known, _REMEMBERED)
    return known


class AttentionPanel(Component):
    """What waits for a decision."""

    name = "attention"
    order = 60
    template_name = "campaigns/admin/attention.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        approvals = reverse("wagtailsnippets_participation_registration:list")
        agreements = reverse("wagtailsnippets_participation_agreement:list")
        user = parent_context["request"].user
        may_see_agreements = user.has_perm("participation.view_agreement")
        return {
            "attention": attention(timezone.now()),
            "approvals": f"{approvals}?state=pending",
            "overdue": f"{agreements}?overdue=yes" if may_see_agreements else "",
        }

"""The organiser's part of the admin's first page."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component

from campaigns.selectors.attention import attention


class HoldPanel(Component):
    """Mail is held: before everything else."""

    name = "hold"
    order = 10
    template_name = "campaigns/admin/hold_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"request": parent_context["request"]}


class AttentionPanel(Component):
    """Mailings under way, and what waits for a decision."""

    name = "attention"
    order = 60
    template_name = "campaigns/admin/attention.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        approvals = reverse("wagtailsnippets_participation_registration:list")
        return {"attention": attention(timezone.now()), "approvals": f"{approvals}?state=pending"}

"""The second pair of eyes on the admin's first page, and in the history of a mailing."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry

from campaigns.selectors.approval import APPROVE, ASK, RETRACT, SEND_BACK, waiting_for


class ApprovalPanel(Component):
    """Mailings that wait for this person to look at; nothing when there are none."""

    name = "approvals"
    order = 55
    template_name = "campaigns/admin/approval_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"mailings": waiting_for(parent_context["request"].user)}


class SentBackFormatter(LogFormatter):
    """The history says the remark with it."""

    label = gettext_lazy("Send back with a remark")
    message = gettext_lazy("Sent back with a remark")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        remark = log_entry.data.get("remark", "")
        return _("Sent back with a remark: “%(remark)s”") % {"remark": remark}


def register_approval_actions(actions: LogActionRegistry) -> None:
    """Give the history words for what happens around an approval."""
    actions.register_action(ASK, gettext_lazy("Ask to look"), gettext_lazy("Asked to look"))
    actions.register_action(
        RETRACT, gettext_lazy("Ask no longer"), gettext_lazy("Asked no longer to look")
    )
    actions.register_action(APPROVE, gettext_lazy("Approve"), gettext_lazy("Approved"))
    actions.register_action(SEND_BACK)(SentBackFormatter)

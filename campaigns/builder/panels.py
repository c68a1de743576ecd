"""The audience in the editor of a mailing: said in words, with the way to the builder."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from wagtail.admin.panels import Panel

from campaigns import audience
from campaigns.errors import AudienceInvalid


class AudiencePanel(Panel):
    """Shows the saved audience; of a mailing that is not saved yet, what comes after saving."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "campaigns/admin/audience_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            mailing = self.instance
            context = {"mailing": mailing, "sentence": "", "builder": ""}
            if mailing.pk:
                name = "wagtailsnippets_campaigns_mailing:audience"
                context |= {"builder": reverse(name, args=[mailing.pk])}
                context |= {"sentence": _sentence(mailing.audience)}
            return super().get_context_data(parent_context) | context


def _sentence(data: Any) -> str:
    try:
        return audience.sentence(audience.parse(data), get_language() or "nl")
    except AudienceInvalid as error:
        return str(error)

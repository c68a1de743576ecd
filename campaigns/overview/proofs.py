"""The proofs of the text alone, for the panel beside the editor, which asks again after saving."""

from typing import Any

from django.views.generic import TemplateView

from campaigns.editor import proofs_of
from campaigns.overview.pages import MailingPage


class ProofsView(MailingPage, TemplateView):
    """The list as it stands in the panel."""

    template_name = "campaigns/admin/proofs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | proofs_of(self.mailing)

"""Whether everybody may read a mailing in the public archive: shown, and changed by a button."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from campaigns.compiling import written_languages
from campaigns.errors import CampaignError
from campaigns.overview.pages import MailingPage, user_of
from campaigns.selectors.archive import PUBLIC_PURPOSES, archived_mailings, mail_path
from campaigns.services.archive import show_in_archive


def archive_context(page: MailingPage) -> dict[str, Any]:
    """Return what the overview shows of it: for a started mailing, and one that could be there."""
    mailing = page.mailing
    if mailing.is_editable or mailing.is_template or mailing.purpose not in PUBLIC_PURPOSES:
        return {"archive_url": ""}
    written = written_languages(mailing)
    spoken = (get_language() or "nl")[:2]
    is_there = bool(written) and archived_mailings().filter(pk=mailing.pk).exists()
    return {
        "archive_url": page.url("archive"),
        "archived_path": mail_path(mailing.pk, spoken if spoken in written else written[0])
        if is_there
        else "",
    }


class ArchiveView(MailingPage, View):
    """Put a mailing in the public archive, or take it out."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        in_archive = request.POST.get("shown") == "yes"
        try:
            show_in_archive(
                mailing_id=self.mailing.pk,
                in_archive=in_archive,
                by=user_of(request),
                now=timezone.now(),
            )
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            text = (
                _("Everybody can read this mailing in the archive now.")
                if in_archive
                else _("This mailing is no longer in the public archive.")
            )
            messages.success(request, text)
        return self.back()

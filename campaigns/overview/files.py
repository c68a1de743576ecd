"""The files that went with a mailing, as they were when it started."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.generic import View

from campaigns.overview.pages import MailingPage


class FileView(MailingPage, View):
    """One file, always as a download."""

    def get(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        file = get_object_or_404(self.mailing.files, position=position)
        return HttpResponse(
            bytes(file.octets),
            content_type="application/octet-stream",
            headers={"Content-Disposition": str(content_disposition_header(True, file.name))},
        )

"""Why did this person get a mailing, or not? Begun at the person, of any mailing."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from campaigns.selectors.explaining import explanation
from contacts.models import Contact
from contacts.selectors.outcomes import reply

#: Of so many mailings the list tells what became of them; any other can be chosen.
_LISTED = 50


class ExplainPage(WagtailAdminTemplateMixin, TemplateView):
    """For whoever may see mailings and people. `?contact=` is whom, `?mailing=` which."""

    template_name = "campaigns/admin/explain.html"
    header_icon = "help"
    viewset: Any = None
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        for permission in ("campaigns.view_mailing", "contacts.view_contact"):
            if not request.user.has_perm(permission):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def _number(self, name: str) -> int:
        asked = self.request.GET.get(name, "")
        return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0

    @cached_property
    def contact(self) -> Contact:
        people = Contact.objects.select_related("merged_into")
        return get_object_or_404(people, pk=self._number("contact")).whoever_stayed

    def get_page_title(self) -> str:
        return _("Which mailings, and why")

    def get_page_subtitle(self) -> str:
        return str(self.contact)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        person = reverse("wagtailsnippets_contacts_contact:inspect", args=[self.contact.pk])
        return [
            *self.breadcrumbs_items,
            {"url": person, "label": str(self.contact)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Mailing.objects.select_related("session", "series")
        mailing = rows.filter(pk=self._number("mailing")).first()
        listed = list(rows.defer("body_nl", "body_en", "frozen").order_by("-created_at", "-pk"))
        return super().get_context_data(**kwargs) | {
            "contact": self.contact,
            "chosen": mailing,
            "answer": explanation(mailing, self.contact, timezone.now()) if mailing else "",
            "mailings": [(row.pk, row.title, row.get_state_display()) for row in listed],
            "rows": self._rows(listed[:_LISTED]),
        }

    def _rows(self, mailings: list[Mailing]) -> list[dict[str, Any]]:
        """What the ledger tells of the latest mailings; of the others a click asks."""
        found = Delivery.objects.filter(contact=self.contact, mailing__in=mailings)
        by_mailing = {row.mailing_id: row for row in found.select_related("organisation")}
        overview = self.viewset.get_url_name("overview")
        return [
            {
                "mailing": mailing,
                "url": reverse(overview, args=[mailing.pk]),
                "ask": f"?contact={self.contact.pk}&mailing={mailing.pk}",
                "said": _said(mailing, by_mailing.get(mailing.pk)),
            }
            for mailing in mailings
        ]


def _said(mailing: Mailing, row: Delivery | None) -> str:
    if row is not None:
        why = row.get_reason_display() or reply(row)
        return f"{row.get_state_display()}: {why}" if why else str(row.get_state_display())
    if mailing.is_editable:
        return _("still to come")
    if mailing.state == MailingState.CANCELLED and not mailing.started_at:
        return _("was cancelled before it began")
    return _("was not in the audience")

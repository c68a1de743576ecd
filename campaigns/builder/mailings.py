"""The builder of the audience of one mailing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from campaigns.audience import conditions as c
from campaigns.builder.pages import EXCLUDED, RECIPIENTS, Asked, BuilderPage, Line, user_of
from campaigns.enums import Exclusion
from campaigns.errors import MoveForbidden
from campaigns.models import Mailing
from campaigns.selectors.explaining import explanation
from campaigns.selectors.recipients import DryRun, dry_run, list_considered
from campaigns.selectors.terms import terms_of
from campaigns.services.audiences import set_audience
from contacts.models import Contact

CHANGE = "campaigns.change_mailing"


class AudiencePage(BuilderPage):
    """For whoever may edit the mailing, as long as it may be edited."""

    viewset: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        if not self.mailing.is_editable:
            messages.warning(request, _("This mailing has been started: its audience stands."))
            return redirect(self.url("overview"))
        lock = self.mailing.get_lock()
        if lock and lock.for_user(request.user):
            messages.warning(request, str(lock.get_message(request.user)))
            return redirect(self.url("overview"))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def mailing(self) -> Mailing:
        rows = Mailing.objects.select_related("session", "series")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def url(self, name: str) -> str:
        return reverse(self.viewset.get_url_name(name), args=[self.mailing.pk])

    def get_page_title(self) -> str:
        return _("Who gets this mail")

    def get_page_subtitle(self) -> str:
        return self.mailing.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.viewset.get_url_name("list")), "label": _("Mailings")},
            {"url": self.url("overview"), "label": self.mailing.title},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "back": self.url("edit"),
            "mailing": self.mailing,
        }

    # --- what the builder asks ------------------------------------------------------------------

    def stored(self) -> Any:
        return self.mailing.audience

    def _about(self, data: dict[str, Any]) -> Mailing:
        """The mailing with another audience, to count with and never to save."""
        mailing = Mailing.objects.select_related("session").get(pk=self.mailing.pk)
        mailing.audience, mailing.frozen = data, {}
        return mailing

    def count(self, data: dict[str, Any], condition: c.Condition) -> DryRun:
        return dry_run(self._about(data), timezone.now())

    def people(
        self, data: dict[str, Any], condition: c.Condition, asked: Asked, limit: int
    ) -> list[Line]:
        wanted = "" if asked.listed == RECIPIENTS else asked.listed
        rows = list_considered(
            terms_of(self._about(data), timezone.now()),
            reason=wanted,
            is_excluded=asked.listed == EXCLUDED,
            limit=limit,
            offset=(asked.page - 1) * (limit - 1),
        )
        people = Contact.objects.in_bulk([number for number, _reason in rows])
        return [
            Line(people[number], str(Exclusion(reason).label) if reason else "")
            for number, reason in rows
            if number in people
        ]

    def why(self, data: dict[str, Any], condition: c.Condition, contact: Contact) -> str:
        return explanation(self._about(data), contact, timezone.now())

    def save(self, data: dict[str, Any]) -> HttpResponse:
        try:
            set_audience(
                mailing_id=self.mailing.pk,
                audience=data,
                by=user_of(self.request),
                now=timezone.now(),
            )
        except MoveForbidden as error:
            messages.error(self.request, str(error))
            return redirect(self.url("overview"))
        messages.success(self.request, _("The audience is saved."))
        return redirect(self.url("edit"))

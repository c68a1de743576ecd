"""Merging the two that are ticked in a list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from base.bulk_actions import GuardedBulkAction
from contacts.enums import Kin
from contacts.models import Contact, Organisation
from contacts.wagtail_hooks.merging.pages import may_merge, merge_url


class _MergeTwo(GuardedBulkAction):
    """Leads to the page on which two are merged: it asks for two, and changes nothing itself."""

    kin: Kin
    display_name = gettext_lazy("Merge")
    aria_label = gettext_lazy("Merge the two that are chosen")
    action_type = "merge"
    action_priority = 70

    @classmethod
    def is_allowed(cls, user: Any, model: Any) -> bool:
        return may_merge(user, cls.kin)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._lead_on(request)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._lead_on(request)

    def _lead_on(self, request: HttpRequest) -> HttpResponse:
        chosen = sorted(row.pk for row in self.selected()[:3])
        if len(chosen) == 2:
            return redirect(merge_url(self.kin, kept_id=chosen[0], gone_id=chosen[1]))
        messages.error(request, _("Tick exactly two to merge them."))
        page = reverse(self.model.snippet_viewset.get_url_name("list"))
        return redirect(page if self.next_url == request.path else self.next_url)


class MergePeople(_MergeTwo):
    models = [Contact]
    kin = Kin.CONTACT


class MergeOrganisations(_MergeTwo):
    models = [Organisation]
    kin = Kin.ORGANISATION

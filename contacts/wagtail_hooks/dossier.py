"""The page of one person and of one organisation: who it is, what holds for it, its timeline."""

from abc import abstractmethod
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import InspectView

from contacts.countries import country_name
from contacts.errors import CursorUnknown
from contacts.models import (
    CommunityOrganisation,
    CommunityRepresentative,
    Contact,
    Membership,
    Organisation,
    Representation,
)
from contacts.selectors.mail_reasons import mail_reasons
from contacts.selectors.preferences import preferences_of
from contacts.selectors.representation import members_on
from contacts.selectors.timeline import (
    Timeline,
    kinds_of_organisations,
    kinds_of_people,
    organisation_timeline,
    timeline,
)
from contacts.wagtail_hooks.access import access_url
from contacts.wagtail_hooks.consents import ledger_url
from contacts.wagtail_hooks.erasure import PERMISSION as ERASE_PERMISSION
from contacts.wagtail_hooks.erasure import erase_url
from contacts.wagtail_hooks.merging.pages import merge_buttons
from contacts.wagtail_hooks.moments import add_moment_url
from contacts.wagtail_hooks.organisation_list import themes_of

_PEOPLE = "wagtailsnippets_contacts_contact"


class _Dossier(InspectView):
    """What the two pages share: the timeline, by kind and page by page."""

    request: HttpRequest
    object: Any

    def may(self, permission: str) -> bool:
        return self.request.user.has_perm(permission)

    @abstractmethod
    def kinds(self) -> list[tuple[str, str | Promise]]:
        """Return (kind, label) of the lines that this reader may see."""

    @abstractmethod
    def read_timeline(self, **page: Any) -> Timeline:
        """Return a page of the timeline."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = self.kinds()
        asked = self.request.GET.get("kind", "")
        kind = asked if asked in dict(kinds) else ""
        page: dict[str, Any] = {"kind": kind, "may": self.may, "now": timezone.now()}
        try:
            found = self.read_timeline(**page, cursor=self.request.GET.get("after", ""))
        except CursorUnknown:
            found = self.read_timeline(**page)
        return super().get_context_data(**kwargs) | {
            "kinds": [(code, label, self._query(kind=code)) for code, label in kinds],
            "labels": dict(kinds),
            "kind": kind,
            "lines": [(line, dict(kinds)[line.kind]) for line in found.lines],
            "older": self._query(kind=kind, after=found.next) if found.next else "",
            "newest": self._query(kind=kind) if self.request.GET.get("after") else "",
        }

    def _query(self, **values: str) -> str:
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def get_fields_context(self) -> list[dict[str, Any]]:
        """The template says itself what it shows of the row."""
        return []


class PersonDossier(_Dossier):
    """Everything about one person; whoever was merged is shown as the one who stayed."""

    template_name = "contacts/admin/person.html"
    object: Contact

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        stayed = self.object.whoever_stayed
        if stayed != self.object:
            return redirect(f"{_PEOPLE}:inspect", stayed.pk)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_page_title(self) -> str:
        return _("Person")

    def kinds(self) -> list[tuple[str, str | Promise]]:
        return kinds_of_people(self.may)

    def read_timeline(self, **page: Any) -> Timeline:
        return timeline(self.object, **page)

    @property
    def header_more_buttons(self) -> list[Button]:
        if not self.object.is_present:
            return []
        buttons = list(super().header_more_buttons)
        wanted = [
            ("contacts.view_consentrecord", _("Consents and blocks"), "clipboard-list", ledger_url),
            ("contacts.change_contact", _("What we hold of this person"), "download", access_url),
            (ERASE_PERMISSION, _("Erase data"), "bin", erase_url),
        ]
        buttons += [
            Button(label, url=url(self.object), icon_name=icon, priority=20 + place)
            for place, (permission, label, icon, url) in enumerate(wanted)
            if self.may(permission)
        ]
        # Other rooms add theirs by the hook `person_buttons(request, person)`.
        for hook in hooks.get_hooks("person_buttons"):
            buttons += hook(self.request, self.object)
        return [*buttons, *merge_buttons(self.object, self.request.user)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        shown = preferences_of(self.object, today)
        back = reverse(f"{_PEOPLE}:inspect", args=[self.object.pk])
        return super().get_context_data(**kwargs) | {
            "person": self.object,
            "places": self._places(today),
            "today": today,
            "shown": shown,
            "reasons": mail_reasons(self.object, shown, today),
            "communities": self._communities(),
            "ledger_url": ledger_url(self.object)
            if self.may("contacts.view_consentrecord")
            else "",
            "add_moment_url": (
                add_moment_url(contact=self.object.pk, next=back)
                if self.may("contacts.add_contactmoment")
                else ""
            ),
        }

    def _places(self, day: date) -> list[tuple[Representation, bool]]:
        """Every representation, those that hold first, with whether it is of a member on `day`."""
        rows = Representation.objects.filter(contact=self.object).select_related("organisation")
        members = Organisation.objects.filter(members_on(day), representations__in=rows)
        member_ids = set(members.values_list("pk", flat=True))
        found = sorted(
            rows.order_by("pk"), key=lambda row: row.valid_until or date.max, reverse=True
        )
        return [(row, row.organisation_id in member_ids) for row in found]

    def _communities(self) -> list[CommunityRepresentative]:
        rows = CommunityRepresentative.objects.filter(contact=self.object)
        return list(rows.select_related("community", "organisation").order_by("community__name"))


class OrganisationDossier(_Dossier):
    """Everything about one organisation."""

    template_name = "contacts/admin/organisation.html"
    object: Organisation

    def get_page_title(self) -> str:
        return _("Organisation")

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        return [*buttons, *merge_buttons(self.object, self.request.user)]

    def kinds(self) -> list[tuple[str, str | Promise]]:
        return kinds_of_organisations(self.may)

    def read_timeline(self, **page: Any) -> Timeline:
        return organisation_timeline(self.object, **page)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        back = reverse("wagtailsnippets_contacts_organisation:inspect", args=[self.object.pk])
        return super().get_context_data(**kwargs) | {
            "organisation": self.object,
            "today": today,
            "country": country_name(self.object.country),
            "themes": themes_of(self.object),
            "is_member": Membership.objects.on(today).filter(organisation=self.object).exists(),
            "memberships": self.object.memberships.order_by("valid_from", "pk"),
            "aliases": self.object.aliases.order_by("name_key"),
            "mail_domains": self.object.mail_domains.order_by("domain"),
            "children": self.object.children.order_by("name_key"),
            "people": self._people() if self.may("contacts.view_contact") else None,
            "communities": CommunityOrganisation.objects.filter(organisation=self.object)
            .select_related("community")
            .order_by("community__name"),
            "add_moment_url": (
                add_moment_url(organisation=self.object.pk, next=back)
                if self.may("contacts.add_contactmoment")
                else ""
            ),
        }

    def _people(self) -> QuerySet[Representation]:
        """Who speaks for it today, first contacts first; who did before is on the timeline."""
        return (
            Representation.objects.on(timezone.localdate())
            .filter(organisation=self.object, contact__erased_at=None, contact__merged_into=None)
            .select_related("contact")
            .order_by("contact__sort_key", "pk")
        )

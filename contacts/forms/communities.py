"""Forms of communities and of the log of contacts: they say what is wrong; the admin saves."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from contacts.errors import NameMissing, RepresentativeInvalid
from contacts.forms.admin import kept_forms
from contacts.selectors.communities import spoken_by
from contacts.services.communities import assign_community_name, organisation_to_name


class CommunityForm(WagtailAdminModelForm):
    """A community with its organisations, and the people named to speak for them."""

    def clean_name(self) -> str:
        try:
            assign_community_name(self.instance, str(self.cleaned_data["name"]))
        except NameMissing as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        return self.instance.name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        self._check_representatives(self._check_places())
        return cleaned

    def _check_places(self) -> dict[int, str]:
        """An organisation is in one tier. Returns the names of the organisations by id."""
        places: dict[int, str] = {}
        for form in kept_forms(self, "places"):
            organisation = form.cleaned_data["organisation"]
            if organisation.pk in places:
                form.add_error("organisation", _("This organisation is in the list already."))
            places[organisation.pk] = organisation.name
        return places

    def _check_representatives(self, places: dict[int, str]) -> None:
        """Fill in the only organisation that a person speaks for; refuse who speaks for none.

        A row that was there and is not touched stays, also when the person has left since: the
        page of the community tells that.
        """
        rows = list(kept_forms(self, "representatives"))
        spoken = spoken_by(
            contact_ids={row.cleaned_data["contact"].pk for row in rows},
            organisation_ids=places,
            day=timezone.localdate(),
        )
        seen: set[tuple[int, int]] = set()
        for row in rows:
            try:
                pair = self._pair(row, places, spoken)
            except RepresentativeInvalid as error:
                row.add_error("organisation", str(error))
                continue
            if pair in seen:
                row.add_error("contact", _("This person is in the list already."))
            seen.add(pair)
            row.instance.organisation_id = pair[1]

    def _pair(
        self, row: Any, places: dict[int, str], spoken: dict[int, set[int]]
    ) -> tuple[int, int]:
        contact, chosen = row.cleaned_data["contact"], row.cleaned_data["organisation"]
        if not row.has_changed() and chosen.pk in places:
            return contact.pk, chosen.pk
        found = organisation_to_name(
            person=str(contact),
            chosen=chosen.pk if chosen else None,
            places=places,
            spoken=spoken.get(contact.pk, ()),
        )
        return contact.pk, found


class ContactMomentForm(WagtailAdminModelForm):
    """An entry of the log, about something that has happened, with somebody."""

    def clean_happened_on(self) -> date:
        day: date = self.cleaned_data["happened_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Choose today or an earlier day."), code="in_future")
        return day

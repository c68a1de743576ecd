"""Forms of the admin: they say what is wrong and set the keys; the admin's own action saves."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from contacts.addresses import mail_domain
from contacts.countries import country_choices
from contacts.errors import (
    AddressInvalid,
    AddressTaken,
    DomainInvalid,
    NameMissing,
    NameTaken,
    PeriodOverlaps,
    TreeLoop,
)
from contacts.models import MailDomain, Membership, Organisation, Theme
from contacts.names import name_key
from contacts.services.organisations import Parented, assign_name, check_parent, free_slug
from contacts.services.people import assign_address


class PersonForm(WagtailAdminModelForm):
    """A person: the address gets its key and hash, and nobody else may have it."""

    tags = forms.CharField(
        label=gettext_lazy("tags"),
        required=False,
        help_text=gettext_lazy("Words with a comma between them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tags" in self.fields:
            self.initial["tags"] = ", ".join(self.instance.tags)

    def clean_tags(self) -> list[str]:
        return list(
            dict.fromkeys(filter(None, map(str.strip, self.cleaned_data["tags"].split(","))))
        )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        try:
            assign_address(self.instance, email)
        except (AddressInvalid, AddressTaken) as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        return self.instance.email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not any(cleaned.get(name) for name in ("given_name", "family_name", "email")):
            raise forms.ValidationError(_("Enter a name or an e-mail address."), code="nobody")
        self._check_places()
        return cleaned

    def _check_places(self) -> None:
        """A person speaks for an organisation once at a time."""
        open_at = set()
        for form in kept_forms(self, "representations"):
            organisation = form.cleaned_data.get("organisation")
            if organisation is None or form.cleaned_data.get("valid_until"):
                continue
            if organisation in open_at:
                form.add_error("organisation", _("This organisation is in the list already."))
            open_at.add(organisation)


class OrganisationForm(WagtailAdminModelForm):
    """An organisation: name, aliases and mail domains get the form in which they are compared."""

    country = forms.ChoiceField(label=gettext_lazy("country"), choices=country_choices)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        try:
            assign_name(self.instance, name)
        except (NameMissing, NameTaken) as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        return self.instance.name

    def clean_parent(self) -> Organisation | None:
        return _checked_parent(self.instance, self.cleaned_data["parent"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        self._check_aliases()
        self._check_domains()
        self._check_memberships()
        return cleaned

    def _check_aliases(self) -> None:
        seen = {self.instance.name_key}
        for form in kept_forms(self, "aliases"):
            key = name_key(form.cleaned_data.get("name", ""))
            if key in seen or not key:
                form.add_error("name", _("This name is there already."))
            form.instance.name_key = key
            seen.add(key)

    def _check_domains(self) -> None:
        seen: set[str] = set()
        for form in kept_forms(self, "mail_domains"):
            try:
                domain = mail_domain(form.cleaned_data.get("domain", ""))
            except DomainInvalid as error:
                form.add_error("domain", str(error))
                continue
            others = MailDomain.objects.filter(domain=domain).exclude(pk=form.instance.pk)
            if domain in seen or others.exists():
                form.add_error("domain", _("Another organisation has this mail domain."))
            form.instance.domain = domain
            seen.add(domain)

    def _check_memberships(self) -> None:
        """On no day an organisation is a member twice."""
        seen: list[Membership] = []
        for form in kept_forms(self, "memberships"):
            for other in seen:
                if _share_a_day(form.instance, other):
                    overlap = PeriodOverlaps(other.valid_from, other.valid_until)
                    form.add_error("valid_from", str(overlap))
                    break
            seen.append(form.instance)


class ThemeForm(WagtailAdminModelForm):
    """A theme: its slug, which audiences and pages refer to, is made once and stays."""

    def clean_parent(self) -> Theme | None:
        return _checked_parent(self.instance, self.cleaned_data["parent"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.instance.slug:
            self.instance.slug = free_slug(
                cleaned.get("name_nl", ""),
                lambda slug: Theme.objects.filter(slug=slug).exists(),
                length=50,
            )
        return cleaned


def kept_forms(form: WagtailAdminModelForm, relation: str) -> Iterator[Any]:
    """The valid, filled and not deleted forms of the rows that belong to a form."""
    formset = form.formsets.get(relation)
    for row in formset.forms if formset else ():
        is_filled = row.has_changed() or row.instance.pk is not None
        if is_filled and row.is_valid() and not row.cleaned_data.get("DELETE"):
            yield row


def _share_a_day(one: Membership, other: Membership) -> bool:
    return (one.valid_from or date.min) <= (other.valid_until or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_until or date.max)


def _checked_parent(instance: Parented, parent: Parented | None) -> Parented | None:
    """Refuse a parent that lies below the row itself."""
    try:
        check_parent(instance, parent)
    except TreeLoop as error:
        raise forms.ValidationError(str(error), code=error.code) from error
    return parent

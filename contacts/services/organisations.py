"""Organisations: made by a person, or suggested by a form or an import."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from contacts.addresses import mail_domain
from contacts.enums import OrganisationKind
from contacts.errors import (
    AmbiguousName,
    DomainInvalid,
    NameMissing,
    NameTaken,
    ReferenceUnknown,
)
from contacts.models import MailDomain, Membership, Organisation, OrganisationAlias, Theme
from contacts.names import name_key
from contacts.selectors.organisations import find_organisation


def assign_name(organisation: Organisation, name: str) -> None:
    """Set the name of an unsaved change, with its key; give it a slug if it has none.

    Raises NameMissing, or NameTaken when another organisation has the name.
    """
    key = name_key(name)
    if not key:
        raise NameMissing
    if Organisation.objects.filter(name_key=key).exclude(pk=organisation.pk).exists():
        raise NameTaken
    organisation.name, organisation.name_key = " ".join(name.split()), key
    organisation.slug = organisation.slug or free_slug(
        name, lambda slug: Organisation.objects.filter(slug=slug).exists()
    )


def free_slug(name: str, is_taken: Callable[[str], bool], *, length: int = 200) -> str:
    """Return a slug for the name that is not taken yet: with -2, -3 … behind it if need be."""
    stem = slugify(name)[: length - 6].strip("-") or "x"
    slug, number = stem, 1
    while is_taken(slug):
        number += 1
        slug = f"{stem}-{number}"
    return slug


@transaction.atomic
def create_organisation(
    *,
    name: str,
    kind: str = OrganisationKind.OTHER,
    country: str = "NL",
    website: str = "",
    languages: list[str] | None = None,
    themes: Sequence[Theme] = (),
    reviewed: bool = True,
    now: datetime,
) -> Organisation:
    """Make an organisation. Raises NameMissing, NameTaken, or ValidationError on other fields."""
    organisation = Organisation(
        kind=kind, country=country, website=website, languages=languages or [], reviewed=reviewed
    )
    assign_name(organisation, name)
    organisation.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:  # the name was taken between the check and the write
        raise NameTaken from error
    organisation.themes.set(themes)
    return organisation


@transaction.atomic
def add_organisation(
    *,
    name: str,
    themes: Sequence[str],
    aliases: Sequence[str],
    mail_domains: Sequence[str],
    memberships: Sequence[Mapping[str, Any]],
    now: datetime,
    **values: Any,
) -> Organisation:
    """Make an organisation with all that belongs to it; `themes` are slugs.

    Raises what `create_organisation` raises, ReferenceUnknown for a theme that is not there and
    DomainInvalid.
    """
    found = Theme.objects.filter(slug__in=themes)
    if missing := sorted(set(themes) - {theme.slug for theme in found}):
        raise ReferenceUnknown(missing)
    organisation = create_organisation(name=name, themes=list(found), now=now, **values)
    for key, alias in {name_key(alias): alias for alias in aliases if name_key(alias)}.items():
        OrganisationAlias.objects.create(organisation=organisation, name=alias, name_key=key)
    for domain in dict.fromkeys(map(mail_domain, mail_domains)):
        if MailDomain.objects.filter(domain=domain).exists():
            raise DomainInvalid(_("Another organisation has the mail domain %s.") % domain)
        MailDomain.objects.create(organisation=organisation, domain=domain)
    for period in memberships:
        membership = Membership(organisation=organisation, **period)
        membership.full_clean()
        membership.save()
    return organisation


@transaction.atomic
def suggest_organisation(*, name: str, now: datetime) -> Organisation:
    """Return the organisation of this name or alias, else a new one that nobody has reviewed yet.

    An alias of two organisations gives a new one too: a person decides, on reviewing it. Raises
    NameMissing.
    """
    try:
        known = find_organisation(name)
    except AmbiguousName:
        known = None
    if known is not None:
        return known
    try:
        return create_organisation(name=name, reviewed=False, now=now)
    except NameTaken:  # suggested twice at the same moment
        return Organisation.objects.get(name_key=name_key(name))

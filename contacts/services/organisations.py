"""Organisations: made by a person, or suggested by a form or an import."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from base.services import emit
from contacts.addresses import mail_domain
from contacts.enums import OrganisationKind
from contacts.errors import (
    AmbiguousName,
    DomainInvalid,
    NameMissing,
    NameTaken,
    ReferenceUnknown,
    TreeLoop,
)
from contacts.models import MailDomain, Organisation, OrganisationAlias, Theme
from contacts.names import name_key
from contacts.selectors.organisations import find_organisation
from contacts.services.memberships import Colleague, add_membership

Parented = TypeVar("Parented", Organisation, Theme)


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
    _save(organisation)
    organisation.themes.set(themes)
    return organisation


@transaction.atomic
def add_organisation(
    *,
    name: str,
    memberships: Sequence[Mapping[str, Any]] = (),
    by: Colleague = None,
    now: datetime,
    **values: Any,
) -> Organisation:
    """Make an organisation with all that belongs to it: see `update_organisation`.

    Raises what that raises, and PeriodReversed or PeriodOverlaps for its memberships.
    """
    organisation = create_organisation(name=name, now=now)
    log(instance=organisation, action="wagtail.create", user=by, timestamp=now)
    update_organisation(organisation_id=organisation.pk, by=by, now=now, **values)
    for period in memberships:
        add_membership(organisation_id=organisation.pk, by=by, now=now, **period)
    return organisation


@transaction.atomic
def update_organisation(
    *, organisation_id: int, by: Colleague = None, now: datetime, **changes: Any
) -> Organisation:
    """Change an organisation; what is not given stays.

    `themes` (slugs), `aliases` and `mail_domains` take the place of those there were; `parent` is
    an id or None. Raises NameMissing, NameTaken, ReferenceUnknown (a theme, the parent, or the
    organisation itself), TreeLoop, DomainInvalid, or ValidationError on other fields.
    """
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if organisation is None:
        raise ReferenceUnknown([str(organisation_id)])
    if "name" in changes:
        emit(kind="organisation.changed", data={"organisation": organisation.pk}, now=now)
        assign_name(organisation, changes.pop("name"))
    if "parent" in changes:
        organisation.parent = _parent(organisation, changes.pop("parent"))
    if "themes" in changes:
        organisation.themes.set(_themes(changes.pop("themes")))
    if "aliases" in changes:
        _set_aliases(organisation, changes.pop("aliases"))
    if "mail_domains" in changes:
        _set_mail_domains(organisation, changes.pop("mail_domains"))
    for name, value in changes.items():
        setattr(organisation, name, value)
    _save(organisation)
    log(instance=organisation, action="wagtail.edit", user=by, timestamp=now)
    return organisation


def _save(organisation: Organisation) -> None:
    organisation.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:  # the name was taken between the check and the write
        raise NameTaken from error


def _themes(slugs: Sequence[str]) -> list[Theme]:
    found = list(Theme.objects.filter(slug__in=slugs))
    if missing := sorted(set(slugs) - {theme.slug for theme in found}):
        raise ReferenceUnknown(missing, field="themes")
    return found


def _parent(organisation: Organisation, parent_id: int | None) -> Organisation | None:
    if parent_id is None:
        return None
    parent = Organisation.objects.filter(pk=parent_id).first()
    if parent is None:
        raise ReferenceUnknown([str(parent_id)], field="parent")
    check_parent(organisation, parent)
    return parent


def check_parent(row: Parented, parent: Parented | None) -> None:
    """Raise TreeLoop when the parent lies below the row itself, or is that row."""
    above = parent
    while above is not None:
        if above.pk == row.pk and row.pk:
            raise TreeLoop
        above = above.parent


def _set_aliases(organisation: Organisation, names: Sequence[str]) -> None:
    """Let these be the other names; of two spellings of one the last counts."""
    wanted = {name_key(name): name for name in names if name_key(name)}
    wanted.pop(organisation.name_key, None)
    rows = OrganisationAlias.objects.filter(organisation=organisation)
    rows.exclude(name_key__in=wanted).delete()
    known = {row.name_key: row for row in rows}
    for key, name in wanted.items():
        row = known.get(key) or OrganisationAlias(organisation=organisation, name_key=key)
        row.name = name
        row.save()


def _set_mail_domains(organisation: Organisation, domains: Sequence[str]) -> None:
    wanted = set(map(mail_domain, domains))
    others = MailDomain.objects.filter(domain__in=wanted).exclude(organisation=organisation)
    for other in others[:1]:
        raise DomainInvalid(_("Another organisation has the mail domain %s.") % other.domain)
    rows = MailDomain.objects.filter(organisation=organisation)
    rows.exclude(domain__in=wanted).delete()
    new = wanted - set(rows.values_list("domain", flat=True))
    try:
        with transaction.atomic():
            MailDomain.objects.bulk_create(
                MailDomain(organisation=organisation, domain=domain) for domain in sorted(new)
            )
    except IntegrityError as error:  # taken between the check and the write
        raise DomainInvalid(_("Another organisation has one of these mail domains.")) from error


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

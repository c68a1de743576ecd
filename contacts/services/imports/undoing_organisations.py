"""Undoing what an import did to organisations: those it made, and what it changed of others."""

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from contacts.models import ContactImport, Membership, Organisation, OrganisationAlias
from contacts.services.imports.undone import Undone, changed_since, in_use, kept, references

Items = list[Any]

_THEME_LINK = Organisation.themes.through


def remove_organisations(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Remove organisations that the import made, unless they are in use or were looked at."""
    rows = Organisation.objects.select_for_update()
    organisations = rows.in_bulk([pk for pk, _memberships, _aliases in items])
    own: dict[int, set[tuple[type[Model], Any]]] = {
        pk: {(Membership, each) for each in memberships}
        | {(OrganisationAlias, each) for each in aliases}
        for pk, memberships, aliases in items
    }
    used = references(Organisation, organisations.keys())
    reasons: dict[int, str] = {}
    for pk, organisation in sorted(organisations.items()):
        others = [row for row in used.get(pk, ()) if row not in own[pk]]
        models = [model for model, _row in others if model is not _THEME_LINK]
        if models:
            reasons[pk] = in_use(models)
        elif organisation.reviewed:
            reasons[pk] = _("Somebody has looked at it since.")
    going = organisations.keys() - reasons.keys()
    Organisation.objects.filter(pk__in=going).delete()
    remarks = [kept("organisation", pk, text) for pk, text in reasons.items()]
    return Undone(removed=len(going), kept=remarks)


def restore_organisations(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Give organisations back the values they had, where they still have those of the import."""
    rows = Organisation.objects.select_for_update()
    organisations = rows.in_bulk([pk for pk, _pairs in items])
    restored, remarks = 0, []
    for pk, pairs in items:
        organisation = organisations.get(pk)
        values = {
            name: before
            for name, (before, after) in pairs.items()
            if organisation and getattr(organisation, name) == after
        }
        if values:
            Organisation.objects.filter(pk=pk).update(**values)
            restored += 1
        if len(values) < len(pairs):
            remarks.append(kept("organisation", pk, changed_since()))
    return Undone(restored=restored, kept=remarks)


def remove_memberships(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Remove memberships that came from the file, but for one that was given an end since."""
    rows = Membership.objects.select_for_update().in_bulk(items)
    ended = [each for each in rows.values() if each.valid_until]
    going = [pk for pk, each in rows.items() if not each.valid_until]
    Membership.objects.filter(pk__in=going).delete()
    remarks = [kept("organisation", each.organisation_id, changed_since()) for each in ended]
    return Undone(restored=len(going), kept=remarks)


def remove_aliases(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Remove other names that came from the file."""
    going = OrganisationAlias.objects.filter(pk__in=items)
    count = going.count()
    going.delete()
    return Undone(restored=count)


def remove_themes(items: Items, found: ContactImport, now: datetime) -> Undone:
    """Let organisations no longer work on the themes that came from the file."""
    count = 0
    for organisation_id, theme_id in items:
        links = _THEME_LINK.objects.filter(organisation_id=organisation_id, theme_id=theme_id)
        count += links.delete()[0]
    return Undone(restored=count)

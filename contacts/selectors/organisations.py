"""Organisations by what people call them and by the domain of an address."""

from datetime import date

from django.db.models import Q, QuerySet

from contacts.errors import AmbiguousName
from contacts.models import MailDomain, Organisation, OrganisationAlias
from contacts.names import name_key
from contacts.selectors.representation import members_on


def find_organisation(name: str) -> Organisation | None:
    """Return the organisation with this name, else the one with this alias.

    Raises AmbiguousName when the alias belongs to more than one.
    """
    key = name_key(name)
    if not key:
        return None
    if own := Organisation.objects.filter(name_key=key).first():
        return own
    found = list(Organisation.objects.filter(aliases__name_key=key).distinct().order_by("name"))
    if len(found) > 1:
        raise AmbiguousName(name, [organisation.name for organisation in found])
    return found[0] if found else None


def organisation_of_domain(address_key: str) -> Organisation | None:
    """Return the organisation whose mail domain the address (an address key) is in."""
    domain = address_key.rpartition("@")[2]
    row = MailDomain.objects.select_related("organisation").filter(domain=domain).first()
    return row.organisation if row else None


def search_organisations(
    *, text: str, member: bool | None, theme_slug: str, day: date
) -> QuerySet[Organisation]:
    """Organisations whose name or alias has the text, that are a member on `day` or not."""
    found = Organisation.objects.all()
    if key := name_key(text):
        aliases = OrganisationAlias.objects.filter(name_key__contains=key)
        found = found.filter(Q(name_key__contains=key) | Q(pk__in=aliases.values("organisation")))
    if member is not None:
        found = found.filter(members_on(day) if member else ~members_on(day))
    if theme_slug:
        found = found.filter(themes__slug=theme_slug)
    return found


def organisations_in_full(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """The same organisations with everything that the API tells of them: four more queries."""
    return organisations.prefetch_related("themes", "aliases", "mail_domains", "memberships")

"""Organisations by what people call them and by the domain of an address."""

from collections.abc import Iterable
from datetime import date

from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Replace

from contacts.errors import AmbiguousName
from contacts.models import (
    CommunityOrganisation,
    MailDomain,
    Membership,
    Organisation,
    OrganisationAlias,
)
from contacts.names import name_key, spelling_key
from contacts.selectors.representation import members_on, spoken_on
from contacts.selectors.themes import theme_and_parts

#: SQLite refuses to compare with a text that is very long.
_TEXT_MAX = 500
_WORDS_MAX = 8


def find_organisation(name: str) -> Organisation | None:
    """Return the organisation with this name, else the one with this alias.

    Else the one of which a name differs in nothing but spaces and hyphens. Raises AmbiguousName
    when the alias, or the spelling, is that of more than one.
    """
    key = name_key(name)
    if not key:
        return None
    if own := Organisation.objects.filter(name_key=key).first():
        return own
    for called in (Q(aliases__name_key=key), spelled_alike([spelling_key(name)])):
        found = list(Organisation.objects.filter(called).distinct().order_by("name"))
        if len(found) > 1:
            raise AmbiguousName(name, [organisation.name for organisation in found])
        if found:
            return found[0]
    return None


def spelled_alike(keys: Iterable[str]) -> Q:
    """Organisations with one of these keys of a name or an alias (contacts.names.spelling_key).

    Looks at every name, which is quick for the thousands there are; no column has to be kept true.
    """
    spelling = Replace("name_key", Value(" "), Value(""))
    spelled = {"spelling__in": set(keys)}
    own = Organisation.objects.annotate(spelling=spelling).filter(**spelled)
    aliases = OrganisationAlias.objects.annotate(spelling=spelling).filter(**spelled)
    return Q(pk__in=own.values("pk")) | Q(pk__in=aliases.values("organisation"))


def organisation_of_domain(address_key: str) -> Organisation | None:
    """Return the organisation whose mail domain the address (an address key) is in."""
    domain = address_key.rpartition("@")[2]
    row = MailDomain.objects.select_related("organisation").filter(domain=domain).first()
    return row.organisation if row else None


def search_organisations(text: str) -> QuerySet[Organisation]:
    """Organisations in whose names or mail domains every word of the text occurs.

    Aliases are names as well. Of a text longer than any name the beginning counts.
    """
    found = Organisation.objects.all()
    for word in text[:_TEXT_MAX].split()[:_WORDS_MAX]:
        key = name_key(word)
        aliases = OrganisationAlias.objects.filter(name_key__contains=key)
        domains = MailDomain.objects.filter(domain__contains=word.casefold())
        found = found.filter(
            Q(name_key__contains=key)
            | Q(pk__in=aliases.values("organisation"))
            | Q(pk__in=domains.values("organisation"))
        )
    return found


def narrowed_organisations(
    *,
    day: date,
    q: str = "",
    member: bool | None = None,
    kind: str | None = None,
    country: str = "",
    theme: str = "",
    community: str = "",
    reviewed: bool | None = None,
) -> QuerySet[Organisation]:
    """Organisations of which all of this holds on `day`; what is not given says nothing.

    Theme (which has its parts with it) and community are slugs.
    """
    found = search_organisations(q)
    if member is not None:
        found = found.filter(members_on(day) if member else ~members_on(day))
    if kind:
        found = found.filter(kind=kind)
    if country:
        found = found.filter(country=country)
    if theme:
        found = found.filter(themed(theme))
    if community:
        places = CommunityOrganisation.objects.filter(community__slug=community)
        found = found.filter(pk__in=places.values("organisation"))
    if reviewed is not None:
        found = found.filter(reviewed=reviewed)
    return found


def themed(theme_slug: str) -> Q:
    """Organisations that work on the theme or a part of it."""
    through = Organisation.themes.through.objects.filter(
        theme__in=theme_and_parts(theme_slug), organisation=OuterRef("pk")
    )
    return Q(Exists(through))


def organisations_in_full(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """The same organisations with everything that the API tells of them: five more queries."""
    return organisations.select_related("parent").prefetch_related(
        "themes",
        "aliases",
        "mail_domains",
        Prefetch("memberships", Membership.objects.order_by("valid_from", "id")),
    )


def organisations_counted(
    organisations: QuerySet[Organisation], day: date
) -> QuerySet[Organisation]:
    """The same organisations as they stand on `day`.

    `membership_now` is the kind of the membership (None without one), `people_count` the number of
    people who speak for it.
    """
    current = Membership.objects.on(day).filter(organisation=OuterRef("pk"))
    people = (
        spoken_on(day)
        .filter(organisation=OuterRef("pk"))
        .order_by()
        .values("organisation")
        .annotate(number=Count("contact", distinct=True))
        .values("number")
    )
    return organisations.annotate(
        membership_now=Subquery(current.order_by("-kind", "id").values("kind")[:1]),
        people_count=Coalesce(Subquery(people, output_field=IntegerField()), 0),
    )

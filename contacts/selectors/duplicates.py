"""People and organisations that may be there twice, with the reason, the likeliest first."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.enums import Kin, MembershipKind
from contacts.lookalikes import (
    Likeness,
    OrganisationRow,
    Pairs,
    PersonRow,
    alike_organisations,
    alike_people,
)
from contacts.models import (
    Contact,
    DistinctPair,
    MailDomain,
    Organisation,
    OrganisationAlias,
    Representation,
)
from contacts.selectors.organisations import organisations_counted
from contacts.selectors.people import contacts_with_places


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two rows that may be the same; the first was there first."""

    first_id: int
    second_id: int
    likeness: Likeness


def suggested_people() -> list[Suggestion]:
    """Return pairs of people. Four queries, however many people there are."""
    places: dict[int, set[int]] = defaultdict(set)
    spoken = Representation.objects.order_by("pk").values_list("contact", "organisation")
    for contact_id, organisation_id in spoken.iterator():
        places[contact_id].add(organisation_id)
    names = ("pk", "given_name", "initials", "family_name", "address_key", "phone")
    people = Contact.objects.present().order_by().values_list(*names)
    rows = (
        PersonRow(pk, given, initials, family, key or "", phone, frozenset(places.get(pk, ())))
        for pk, given, initials, family, key, phone in people.iterator()
    )
    domains = dict(MailDomain.objects.values_list("domain", "organisation"))
    return _suggestions(Kin.CONTACT, alike_people(rows, domains))


def suggested_organisations() -> list[Suggestion]:
    """Return pairs of organisations. Four queries, however many organisations there are."""
    aliases: dict[int, list[str]] = defaultdict(list)
    names = OrganisationAlias.objects.order_by("pk").values_list("organisation", "name")
    for organisation_id, name in names.iterator():
        aliases[organisation_id].append(name)
    hosts: dict[int, set[str]] = defaultdict(set)
    domains = MailDomain.objects.order_by("pk").values_list("organisation", "domain")
    for organisation_id, domain in domains.iterator():
        hosts[organisation_id].add(domain)
    rows = [
        OrganisationRow(
            id=pk,
            name=name,
            aliases=tuple(aliases.get(pk, ())),
            hosts=frozenset(hosts.get(pk, set()) | _host(website)),
            parent_id=parent_id,
        )
        for pk, name, website, parent_id in Organisation.objects.order_by().values_list(
            "pk", "name", "website", "parent"
        )
    ]
    return _suggestions(Kin.ORGANISATION, alike_organisations(rows))


@dataclass(frozen=True, slots=True)
class Described:
    """A person or an organisation with what tells it from its like: (label, text)."""

    row: Contact | Organisation
    facts: tuple[tuple[str, str], ...]


def described(kin: Kin | str, ids: Collection[int], day: date) -> dict[int, Described]:
    """Return, by id, the rows with their facts on `day`. A fixed number of queries."""
    if kin == Kin.CONTACT:
        people = contacts_with_places(Contact.objects.filter(pk__in=ids), day)
        return {person.pk: Described(person, _facts_of_person(person)) for person in people}
    organisations = organisations_counted(Organisation.objects.filter(pk__in=ids), day)
    return {
        row.pk: Described(row, _facts_of_organisation(row))
        for row in organisations.prefetch_related("aliases", "mail_domains", "themes")
    }


def _facts_of_person(person: Contact) -> tuple[tuple[str, str], ...]:
    return (
        (_("Name"), person.full_name),
        (_("E-mail address"), person.email),
        (_("Phone"), person.phone),
        (_("Organisations"), ", ".join(place.organisation.name for place in person.current)),
        (_("Tags"), ", ".join(person.tags)),
        (_("Known since"), date_format(timezone.localtime(person.created_at))),
    )


def _facts_of_organisation(row: Organisation) -> tuple[tuple[str, str], ...]:
    membership = MembershipKind(row.membership_now).label if row.membership_now else _("no member")
    return (
        (_("Name"), row.name),
        (_("Other names"), ", ".join(each.name for each in row.aliases.all())),
        (_("Membership"), str(membership)),
        (_("People"), str(row.people_count)),
        (_("Website"), row.website),
        (_("Mail domains"), ", ".join(each.domain for each in row.mail_domains.all())),
        (_("Themes"), ", ".join(sorted(theme.name_nl for theme in row.themes.all()))),
    )


def _host(website: str) -> set[str]:
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    return {host} - {""}


def _suggestions(kin: Kin, pairs: Pairs) -> list[Suggestion]:
    told_apart = set(
        DistinctPair.objects.filter(kin=kin).values_list("first_id", "second_id").iterator()
    )
    found = [
        Suggestion(first, second, likeness)
        for (first, second), likeness in pairs.found.items()
        if (first, second) not in told_apart
    ]
    return sorted(found, key=lambda each: (-each.likeness.strength, each.first_id, each.second_id))

"""People: by address, by text, by what holds for them, and with the places where they work."""

import json
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, StrIndex

from contacts.addresses import address_key
from contacts.errors import AddressInvalid
from contacts.models import Community, Contact, OrganisationAlias, Representation
from contacts.models.folding import folded
from contacts.names import name_key
from contacts.selectors.communities import speaking
from contacts.selectors.representation import represents_member
from contacts.selectors.themes import theme_and_parts

#: SQLite refuses to compare with a text that is very long.
_TEXT_MAX = 500
_WORDS_MAX = 8


def contact_of_address(email: str) -> Contact | None:
    """Return the person with this address, if there is one.

    An address of somebody who was merged into another leads to that other.
    """
    try:
        key = address_key(email)
    except AddressInvalid:
        return None
    found = Contact.objects.select_related("merged_into").filter(address_key=key).first()
    return found.whoever_stayed if found else None


def search_people(text: str, day: date) -> QuerySet[Contact]:
    """People who are there, and whom every word of the text is about.

    A word occurs in the name, in the address, or in a name of an organisation for which the person
    speaks on `day`. Accents do not count, as far as the database folds them (models.folding).
    Of a text longer than any name or address the beginning counts.
    """
    found = Contact.objects.present()
    for word in text[:_TEXT_MAX].split()[:_WORDS_MAX]:
        own = Q(sort_key__contains=folded(word, connection.vendor))
        found = found.filter(own | Q(pk__in=_speaking_for_named(name_key(word), day)))
    return found


def _speaking_for_named(key: str, day: date) -> QuerySet[Representation, int]:
    """The ids of people who speak for an organisation with the key in its name or an alias."""
    aliases = OrganisationAlias.objects.filter(name_key__contains=key)
    called = Q(organisation__name_key__contains=key) | Q(
        organisation__in=aliases.values("organisation")
    )
    return Representation.objects.on(day).filter(called).values_list("contact", flat=True)


def contacts_with_places(people: QuerySet[Contact], day: date) -> QuerySet[Contact]:
    """The same people with `current`: their representations on `day`. One more query."""
    live = Representation.objects.on(day).select_related("organisation").order_by("id")
    return people.prefetch_related(Prefetch("representations", live, to_attr="current"))


def narrowed_people(
    *,
    day: date,
    q: str = "",
    email: str = "",
    tag: str = "",
    language: str | None = None,
    member: bool | None = None,
    theme: str = "",
    community: str = "",
    organisation: int | None = None,
) -> QuerySet[Contact]:
    """People who are there and of whom all of this holds on `day`; what is not given says nothing.

    `email` is one whole address; theme and community are slugs, organisation an id.
    """
    found = search_people(q, day)
    if email:
        found = found.filter(pk__in=[who.pk for who in [contact_of_address(email)] if who])
    if tag:
        found = found.filter(tagged(tag))
    if language:
        found = found.filter(language=language)
    if member is not None:
        found = found.filter(represents_member(day) if member else ~represents_member(day))
    if theme:
        found = found.filter(works_on(theme, day))
    if community:
        spoken = speaking(day).filter(community__in=Community.objects.filter(slug=community))
        found = found.filter(pk__in=spoken.values("contact"))
    if organisation is not None:
        found = found.filter(speaks(day, Q(organisation=organisation)))
    return found


def speaks(day: date, what: Q | None = None) -> Q:
    """People who on `day` speak for an organisation; `what` is a condition on Representation."""
    rows = Representation.objects.on(day).filter(what or Q(), contact=OuterRef("pk"))
    return Q(Exists(rows))


def works_on(theme_slug: str, day: date) -> Q:
    """People who on `day` speak for an organisation that works on the theme or a part of it."""
    return speaks(day, Q(organisation__themes__in=theme_and_parts(theme_slug)))


def tagged(tag: str) -> Q:
    """People who carry this tag, letter for letter."""
    if connection.features.supports_json_field_contains:
        return Q(tags__contains=[tag])
    # SQLite keeps the list as JSON text, in which each tag stands between quotes.
    place = StrIndex(Cast("tags", TextField()), Value(json.dumps(tag)))
    return Q(pk__in=Contact.objects.annotate(place=place).filter(place__gt=0).values("pk"))


def tags_in_use() -> list[str]:
    """Every tag that somebody carries, by the alphabet. One query, a row for each combination."""
    lists = Contact.objects.present().exclude(tags=[]).order_by().values_list("tags", flat=True)
    return sorted({tag for tags in lists.distinct() for tag in tags}, key=str.casefold)

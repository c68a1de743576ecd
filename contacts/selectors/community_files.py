"""Communities and the log of contacts as rows of a file, in the words of the active language.

A file is written after its page was answered, when that language is active no more: what is in
words is looked up before.
"""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from base.spreadsheets import Cell
from contacts.countries import country_name
from contacts.enums import ContactMomentKind, Tier
from contacts.models import Community, ContactMoment
from contacts.selectors.communities import seats
from contacts.selectors.exports import Export


def author_of(moment: ContactMoment) -> str:
    """The name of whoever wrote the entry, "" when they are gone."""
    user = moment.written_by
    return (user.get_full_name() or user.get_username()) if user else ""


def export_communities(communities: QuerySet[Community], day: date) -> Export:
    """A row for each community with its figures (`counted`)."""
    headings = [
        _("name"), _("theme"), *(str(tier.label) for tier in Tier), _("organisations"),
        _("countries"), _("people"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Cell]]:
        yield [capfirst(heading) for heading in headings]
        for each in communities:
            yield [
                each.name,
                str(each.theme or ""),
                *(getattr(each, f"{tier}_count") for tier in Tier),
                each.organisation_count,
                each.country_count,
                each.people_count,
            ]

    return Export(_("Communities"), rows())


def export_seats(community: Community, day: date) -> Export:
    """A row for each organisation of one community, from the core outward."""
    headings = [
        _("tier"), _("organisation"), _("country"), _("since"), _("named representatives"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            str(tier.label),
            seat.place.organisation.name,
            country_name(seat.place.organisation.country),
            seat.place.since or "",
            ", ".join(str(voice.contact) for voice in seat.named),
        ]
        for tier, seated in seats(community, day).items()
        for seat in seated
    ]
    return Export(community.name, iter([[capfirst(each) for each in headings], *rows]))


def export_moments(moments: QuerySet[ContactMoment], day: date) -> Export:
    """A row for each entry of the log."""
    kinds = {kind.value: str(kind.label) for kind in ContactMomentKind}
    headings = [
        _("date"), _("kind"), _("person"), _("organisation"), _("community"), _("what was said"),
        _("written by"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Cell]]:
        yield [capfirst(heading) for heading in headings]
        for each in moments:
            yield [
                each.happened_on,
                kinds[each.kind],
                str(each.contact or ""),
                str(each.organisation or ""),
                str(each.community or ""),
                each.text,
                author_of(each),
            ]

    return Export(_("Contact moments"), rows())

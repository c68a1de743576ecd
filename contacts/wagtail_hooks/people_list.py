"""The list of people: what it shows, how it is narrowed and searched."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_filters import MultipleChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column

from contacts import holdings
from contacts.enums import MAILING_PURPOSES, MembershipKind, Purpose, Tier
from contacts.models import Community, Contact, Theme
from contacts.selectors.communities import speaking
from contacts.selectors.exports import export_people
from contacts.selectors.mailability import suppressed
from contacts.selectors.people import search_people, speaks, tagged, tags_in_use, works_on
from contacts.selectors.representation import represents_member
from contacts.selectors.suppressions import STOPPED_ALL, STOPPED_BOUNCED, stopped
from contacts.wagtail_hooks.exports import RoundTripExport
from contacts.wagtail_hooks.listing import GuardedIndex, choice, one_of

#: Whom a person speaks for today; of each person one or both of the first, or the last holds.
_SPEAKS_FOR = [
    (MembershipKind.MEMBER.value, _("a member")),
    (MembershipKind.ASPIRANT.value, _("an aspirant member")),
    ("none", _("no member")),
]

#: What mail is stopped; "none" are those whom every mailing may reach.
_NOT_MAILED = [
    *((purpose.value, purpose.label) for purpose in Purpose if purpose in MAILING_PURPOSES),
    ("all", _("all mailings")),
    ("bounced", _("anything: the address does not exist")),
    ("none", _("nothing is stopped")),
]

_WITHOUT_LABELS = [("address", _("an address")), ("organisation", _("an organisation"))]

_ASKED_FOR = [("pause", _("no mailings for now")), ("less", _("less mail"))]


class PeopleFilters(WagtailFilterSet):
    """Every filter holds for today; those of other rooms come from contacts.holdings."""

    speaks_for = choice(_("speaks for"), "by_membership", _SPEAKS_FOR)
    theme = one_of(_("theme"), "by_theme", Theme.objects.order_by("name_nl"))
    community = one_of(_("community"), "with_tier", Community.objects.order_by("name"))
    tier = choice(_("tier in a community"), "with_tier", Tier.choices)
    tag = choice(_("tag"), "by_tag")
    not_mailed = choice(_("does not get"), "by_suppression", _NOT_MAILED)
    asked_for = choice(_("asked for"), "by_own_choice", _ASKED_FOR)
    without = MultipleChoiceFilter(
        label=capfirst(_("without")),
        method="by_absence",
        choices=_WITHOUT_LABELS,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Contact
        fields = ["speaks_for", "theme", "community", "tier", "language", "tag"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self.filters["tag"].extra["choices"] = [(tag, tag) for tag in tags_in_use()]
        for each in _filters_of_other_rooms():
            narrow = partial(self.by_other_room, narrow=each.narrow)
            self.filters[each.name] = choice(each.label, narrow, each.choices)

    def filter_queryset(self, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        people: QuerySet[Contact] = super().filter_queryset(queryset)
        community = self.form.cleaned_data.get("community")
        tier = self.form.cleaned_data.get("tier")
        if not (community or tier):
            return people
        spoken = speaking(self.today)
        if community:
            spoken = spoken.filter(community=community.pk)
        if tier:
            spoken = spoken.filter(tier=tier)
        return people.filter(pk__in=spoken.values("contact"))

    def by_membership(self, people: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        if value == "none":
            return people.filter(~represents_member(self.today))
        return people.filter(represents_member(self.today, MembershipKind(value)))

    def by_theme(self, people: QuerySet[Contact], name: str, value: Theme) -> QuerySet[Contact]:
        return people.filter(works_on(value.slug, self.today))

    def with_tier(self, people: QuerySet[Contact], name: str, value: Any) -> QuerySet[Contact]:
        """The community and the tier are asked together, of one and the same place."""
        return people

    def by_tag(self, people: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return people.filter(tagged(value))

    def by_suppression(self, people: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        match value:
            case "all":
                return people.filter(stopped(STOPPED_ALL))
            case "bounced":
                return people.filter(stopped(STOPPED_BOUNCED))
            case "none":
                return people.filter(~stopped())
        return people.filter(suppressed(Purpose(value)))

    def by_own_choice(self, people: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        if value == "pause":
            return people.filter(paused_until__gte=self.today)
        return people.filter(wants_less_mail=True)

    def by_absence(
        self, people: QuerySet[Contact], name: str, value: list[str]
    ) -> QuerySet[Contact]:
        if "address" in value:
            people = people.filter(address_key=None)
        if "organisation" in value:
            people = people.filter(~speaks(self.today))
        return people

    def by_other_room(
        self, people: QuerySet[Contact], name: str, value: str, *, narrow: Any
    ) -> QuerySet[Contact]:
        return narrow(people, value, self.now)


def _filters_of_other_rooms() -> Iterator[holdings.PeopleFilter]:
    for holding in holdings.registered():
        yield from holding.filters


def _columns_of_other_rooms() -> Iterator[holdings.PeopleColumn]:
    for holding in holdings.registered():
        yield from holding.columns


def organisations_of(contact: Contact) -> str:
    """The organisations that the person speaks for today, in one line."""
    return ", ".join(place.organisation.name for place in contact.current)


def places_of(contact: Contact) -> str:
    """The same, each with the person's function there as far as it is known."""
    return ", ".join(
        f"{place.organisation.name} ({place.function})"
        if place.function
        else str(place.organisation)
        for place in contact.current
    )


def _shown(contact: Contact, *, column: str) -> Any:
    return getattr(contact, "shown", {}).get(column)


class PeopleIndex(RoundTripExport, GuardedIndex):
    """The list; what other rooms know of the people on a page comes in one query a column."""

    export = staticmethod(export_people)

    @property
    def show_export_buttons(self) -> bool:
        """Whoever keeps the base may take it along as a file; who only reads it may not."""
        return bool(self.user_has_permission("change"))

    def as_spreadsheet(self, queryset: QuerySet[Contact], spreadsheet_format: str) -> Any:
        if not self.show_export_buttons:
            raise PermissionDenied
        return super().as_spreadsheet(queryset, spreadsheet_format)

    def _get_title_column(self, *args: Any, **kwargs: Any) -> BaseColumn:
        column: BaseColumn = super()._get_title_column(*args, **kwargs)
        column.sort_key = "sort_key"
        return column

    @cached_property
    def columns(self) -> list[BaseColumn]:
        others = [
            Column(
                each.name,
                label=capfirst(str(each.label)),
                accessor=partial(_shown, column=each.name),
            )
            for each in _columns_of_other_rooms()
        ]
        return [*super().columns, *others]

    def order_queryset(self, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        return queryset.order_by(self.ordering, "pk")

    def search_queryset(self, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        if not self.is_searching:
            return queryset
        found = search_people(self.search_query, timezone.localdate())
        return queryset.filter(pk__in=found.values("pk"))

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        people = [] if self.is_export else context["object_list"]
        read = {
            each.name: each.read([who.pk for who in people]) for each in _columns_of_other_rooms()
        }
        for who in people:
            who.shown = {name: values.get(who.pk) for name, values in read.items()}
        return context

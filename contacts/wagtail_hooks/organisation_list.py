"""The list of organisations: what it shows, how it is narrowed and searched."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import BooleanRadioSelect

from contacts.countries import country_name
from contacts.enums import MembershipKind, Tier
from contacts.models import Community, CommunityOrganisation, Membership, Organisation, Theme
from contacts.selectors.exports import export_organisations
from contacts.selectors.organisations import search_organisations, themed
from contacts.selectors.representation import members_on, spoken_on
from contacts.wagtail_hooks.exports import RoundTripExport
from contacts.wagtail_hooks.listing import GuardedIndex, choice, one_of

_MEMBERSHIP = [
    *MembershipKind.choices,
    ("none", _("not a member")),
    ("former", _("not a member any more")),
]


class OrganisationFilters(WagtailFilterSet):
    """Every filter holds for today."""

    membership = choice(_("membership"), "by_membership", _MEMBERSHIP)
    theme = one_of(_("theme"), "by_theme", Theme.objects.order_by("name_nl"))
    community = one_of(_("community"), "with_tier", Community.objects.order_by("name"))
    tier = choice(_("tier in a community"), "with_tier", Tier.choices)
    country = choice(_("country"))
    has_people = BooleanFilter(
        label=capfirst(_("has people")), method="by_people", widget=BooleanRadioSelect
    )

    class Meta:
        model = Organisation
        fields = ["membership", "kind", "theme", "community", "tier", "country", "reviewed"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate()
        codes = Organisation.objects.order_by().values_list("country", flat=True).distinct()
        names = sorted((country_name(code), code) for code in codes)
        self.filters["country"].extra["choices"] = [(code, name) for name, code in names]

    def filter_queryset(self, queryset: QuerySet[Organisation]) -> QuerySet[Organisation]:
        organisations: QuerySet[Organisation] = super().filter_queryset(queryset)
        asked = {name: self.form.cleaned_data.get(name) for name in ("community", "tier")}
        asked = {name: value for name, value in asked.items() if value}
        if not asked:
            return organisations
        places = CommunityOrganisation.objects.filter(**asked, organisation=OuterRef("pk"))
        return organisations.filter(Exists(places))

    def by_membership(
        self, organisations: QuerySet[Organisation], name: str, value: str
    ) -> QuerySet[Organisation]:
        if value in MembershipKind.values:
            return organisations.filter(members_on(self.today, MembershipKind(value)))
        found = organisations.filter(~members_on(self.today))
        if value == "former":
            ended = Membership.objects.filter(
                organisation=OuterRef("pk"), valid_until__lt=self.today
            )
            found = found.filter(Exists(ended))
        return found

    def by_theme(
        self, organisations: QuerySet[Organisation], name: str, value: Theme
    ) -> QuerySet[Organisation]:
        return organisations.filter(themed(value.slug))

    def with_tier(
        self, organisations: QuerySet[Organisation], name: str, value: Any
    ) -> QuerySet[Organisation]:
        """The community and the tier are asked together, of one and the same place."""
        return organisations

    def by_people(
        self, organisations: QuerySet[Organisation], name: str, value: bool
    ) -> QuerySet[Organisation]:
        spoken_for = Q(Exists(spoken_on(self.today).filter(organisation=OuterRef("pk"))))
        return organisations.filter(spoken_for if value else ~spoken_for)


def themes_of(organisation: Organisation) -> str:
    """The names of the organisation's themes, in one line."""
    language = get_language() or "nl"
    return ", ".join(sorted(theme.name(language) for theme in organisation.themes.all()))


def membership_of(organisation: Organisation) -> str:
    """What the organisation is today: a member, an aspirant member, or neither."""
    kind = organisation.membership_now
    return str(MembershipKind(kind).label) if kind else "–"


class OrganisationIndex(RoundTripExport, GuardedIndex):
    """The list of organisations, found by name, alias or mail domain."""

    export = staticmethod(export_organisations)

    def _get_title_column(self, *args: Any, **kwargs: Any) -> Any:
        column = super()._get_title_column(*args, **kwargs)
        column.sort_key = "name_key"
        return column

    def search_queryset(self, queryset: QuerySet[Organisation]) -> QuerySet[Organisation]:
        if not self.is_searching:
            return queryset
        return queryset.filter(pk__in=search_organisations(self.search_query).values("pk"))

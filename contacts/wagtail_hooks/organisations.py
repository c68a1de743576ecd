"""Organisations and themes in the admin."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import SnippetViewSet

from base.choosers import GuardedChooser
from contacts.forms.admin import OrganisationForm, ThemeForm
from contacts.models import Membership, Organisation, Theme
from contacts.selectors.organisations import search_organisations
from contacts.selectors.representation import members_on
from contacts.wagtail_hooks.listing import GuardedIndex


class OrganisationFilters(WagtailFilterSet):
    member = BooleanFilter(label=_("member"), method="by_member")

    class Meta:
        model = Organisation
        fields = ["member", "kind", "themes", "reviewed", "country"]

    def by_member(
        self, organisations: QuerySet[Organisation], name: str, value: bool
    ) -> QuerySet[Organisation]:
        found = members_on(timezone.localdate())
        return organisations.filter(found if value else ~found)


def themes_of(organisation: Organisation) -> str:
    """The names of the organisation's themes, in one line."""
    return ", ".join(sorted(theme.name_nl for theme in organisation.themes.all()))


class OrganisationIndex(GuardedIndex):
    """The list of organisations, found by name or alias."""

    def search_queryset(self, queryset: QuerySet[Organisation]) -> QuerySet[Organisation]:
        if not self.is_searching:
            return queryset
        found = search_organisations(
            text=self.search_query, member=None, theme_slug="", day=timezone.localdate()
        )
        return queryset.filter(pk__in=found.values("pk"))

    def to_row_dict(self, item: Organisation) -> dict[str, Any]:
        names = [name for name in self.list_export if name != "theme_names"]
        row: dict[str, Any] = {name: getattr(item, name) for name in names}
        return row | {"theme_names": themes_of(item)}


class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    chooser_viewset_class = GuardedChooser
    icon = "home"
    menu_label = _("Organisations")
    menu_name = "organisations"
    url_prefix = "contacts/organisations"
    index_view_class = OrganisationIndex
    filterset_class = OrganisationFilters
    search_fields = ["name"]
    search_backend_name = None
    list_display = [
        "name",
        Column("kind", label=_("kind"), accessor="get_kind_display"),
        BooleanColumn("is_member_now", label=_("member")),
        Column("themes", label=_("themes"), accessor=themes_of),
        BooleanColumn("reviewed", label=_("reviewed")),
    ]
    list_export = ["name", "kind", "country", "website", "is_member_now", "theme_names", "reviewed"]
    export_headings = {"is_member_now": _("member"), "theme_names": _("themes")}
    export_filename = "organisations"
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = ["name", "kind", "country", "website", "themes", "parent", "reviewed"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name"),
                    FieldRowPanel([FieldPanel("kind"), FieldPanel("country")]),
                    FieldPanel("website"),
                    FieldPanel("parent"),
                    FieldPanel("reviewed"),
                ],
                heading=_("Organisation"),
            ),
            FieldPanel("themes"),
            InlinePanel(
                "memberships",
                panels=[
                    FieldPanel("kind"),
                    FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
                ],
                heading=_("Membership"),
                label=_("Period"),
            ),
            InlinePanel(
                "aliases",
                panels=[FieldPanel("name")],
                heading=_("Other names"),
                label=_("Other name"),
            ),
            InlinePanel(
                "mail_domains",
                panels=[FieldPanel("domain")],
                heading=_("Mail domains"),
                label=_("Mail domain"),
            ),
        ],
        base_form_class=OrganisationForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        current = Membership.objects.on(timezone.localdate()).filter(organisation=OuterRef("pk"))
        return (
            Organisation.objects.annotate(is_member_now=Exists(current))
            .prefetch_related("themes")
            .order_by("name_key")
        )


class ThemeViewSet(SnippetViewSet):
    model = Theme
    icon = "tag"
    menu_label = _("Themes")
    menu_name = "themes"
    url_prefix = "contacts/themes"
    search_fields = ["name_nl", "name_en"]
    search_backend_name = None
    list_display = [
        "name_nl",
        "name_en",
        "parent",
        Column("organisation_count", label=_("organisations")),
    ]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [FieldPanel("name_nl"), FieldPanel("name_en"), FieldPanel("parent")],
        base_form_class=ThemeForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Theme]:
        return (
            Theme.objects.select_related("parent")
            .annotate(organisation_count=Count("organisations"))
            .order_by("name_nl")
        )

"""Communities in the admin: the list, the form, and the page of one."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ChoiceFilter, ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    IndexView,
    InspectView,
    SnippetViewSet,
)

from base.choosers import GuardedChooser
from contacts.countries import country_name
from contacts.enums import Tier
from contacts.forms.communities import CommunityForm
from contacts.models import Community, CommunityOrganisation, ContactMoment, Organisation, Theme
from contacts.selectors.communities import counted, search_communities, seats
from contacts.selectors.community_files import export_communities, export_seats
from contacts.services.communities import named_in, note_representatives
from contacts.wagtail_hooks.exports import RoundTripExport, export_response
from contacts.wagtail_hooks.moments import add_moment_url, moments_url

_NAMESPACE = "wagtailsnippets_contacts_community"
#: So many lines of the log stand on the page of a community; the rest is a link away.
_MOMENTS = 20


def _countries() -> list[tuple[str, str]]:
    """The countries of the organisations that are in a community, by their names."""
    codes = set(CommunityOrganisation.objects.values_list("organisation__country", flat=True))
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


class CommunityFilters(WagtailFilterSet):
    theme = ModelChoiceFilter(
        label=capfirst(gettext_lazy("theme")), queryset=Theme.objects.order_by("name_nl")
    )
    organisation = ModelChoiceFilter(
        label=capfirst(gettext_lazy("organisation")),
        queryset=Organisation.objects.filter(communities__isnull=False)
        .distinct()
        .order_by("name_key"),
    )
    tier = ChoiceFilter(
        label=capfirst(gettext_lazy("tier of an organisation")), choices=Tier.choices
    )
    country = ChoiceFilter(
        label=capfirst(gettext_lazy("country of an organisation")), choices=_countries
    )

    class Meta:
        model = Community
        fields = ["theme"]

    def filter_queryset(self, queryset: QuerySet[Community]) -> QuerySet[Community]:
        """Tier and country are asked of one and the same organisation: partners in Belgium."""
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        if theme := chosen.pop("theme", None):
            queryset = queryset.filter(theme=theme)
        if country := chosen.pop("country", None):
            chosen["organisation__country"] = country
        if chosen:
            places = CommunityOrganisation.objects.filter(**chosen)
            queryset = queryset.filter(pk__in=places.values("community"))
        return queryset


class CommunityIndex(RoundTripExport, IndexView):
    """The list of communities, found by their name or by that of an organisation in them."""

    export = staticmethod(export_communities)

    def search_queryset(self, queryset: QuerySet[Community]) -> QuerySet[Community]:
        if not self.is_searching:
            return queryset
        found = search_communities(text=self.search_query, theme_slug="")
        return queryset.filter(pk__in=found.values("pk"))

    def get_edit_url(self, instance: Community) -> str | None:
        """The name leads to the page of the community, from which it is edited."""
        return community_url(instance)

    def get_list_more_buttons(self, instance: Community) -> list[Button]:
        buttons = []
        if self.user_has_permission("change"):
            edit = reverse(f"{_NAMESPACE}:edit", args=[instance.pk])
            buttons.append(Button(_("Edit"), url=edit, icon_name="edit", priority=10))
        if delete := self.get_delete_url(instance):
            buttons.append(Button(_("Delete"), url=delete, icon_name="bin", priority=50))
        return buttons


class AddCommunity(CreateView):
    """The form for a new community."""

    def save_instance(self) -> Community:
        saved: Community = super().save_instance()
        note_representatives(
            community=saved, before=frozenset(), by=self.request.user, now=timezone.now()
        )
        return saved

    def get_success_url(self) -> str:
        return community_url(self.object)


class EditCommunity(EditView):
    """The form of a community; the audit log hears who is named, and who no longer is."""

    def save_instance(self) -> Community:
        before = named_in(self.object)
        saved: Community = super().save_instance()
        note_representatives(
            community=saved, before=before, by=self.request.user, now=timezone.now()
        )
        return saved

    def get_success_url(self) -> str:
        return community_url(self.object)


class CommunityPage(SpreadsheetExportMixin, InspectView):
    """One community: its figures, its organisations by tier, who is named for them, the log.

    With `?export=csv` or `xlsx` its organisations as a file.
    """

    template_name = "contacts/admin/community.html"
    show_export_buttons = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export:
            return export_response(
                export_seats(self.object, timezone.localdate()),
                form=request.GET["export"],
                file_name=self.object.slug,
            )
        answer: HttpResponseBase = super().get(request, *args, **kwargs)
        return answer

    def get_object(self, queryset: Any = None) -> Community:
        community: Community = super().get_object(queryset)
        found = Community.objects.filter(pk=community.pk).select_related("theme")
        return counted(found, timezone.localdate()).get()

    def get_page_title(self) -> str:
        return self.object.name

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse(f"{_NAMESPACE}:list"), "label": _("Communities")}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": self.object.name}]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        url = self.get_edit_url()
        return [HeaderButton(_("Edit"), url=url, icon_name="edit")] if url else []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        moments = ContactMoment.objects.filter(community=self.object).select_related(
            "contact", "organisation", "written_by"
        )
        may_add = self.request.user.has_perm("contacts.add_contactmoment")
        may_see = may_add or self.request.user.has_perm("contacts.view_contactmoment")
        here = community_url(self.object)
        return super().get_context_data(**kwargs) | {
            "community": self.object,
            "tiers": [
                (tier.label, [(seat, country_name(seat.place.organisation.country)) for seat in at])
                for tier, at in seats(self.object, timezone.localdate()).items()
            ],
            "may_see_moments": may_see,
            "moments": moments.order_by("-happened_on", "-id")[:_MOMENTS],
            "moment_count": moments.count(),
            "moments_url": moments_url(community=self.object.pk),
            "add_moment_url": add_moment_url(community=self.object.pk, next=here)
            if may_add
            else "",
            "edit_url": self.get_edit_url(),
        }


def community_url(community: Community) -> str:
    """The page of the community in the admin."""
    return reverse(f"{_NAMESPACE}:inspect", args=[community.pk])


class CommunityViewSet(SnippetViewSet):
    model = Community
    chooser_viewset_class = GuardedChooser
    icon = "thumbtack"
    menu_label = gettext_lazy("Communities")
    menu_name = "communities"
    url_prefix = "contacts/communities"
    index_view_class = CommunityIndex
    add_view_class = AddCommunity
    edit_view_class = EditCommunity
    inspect_view_class = CommunityPage
    inspect_view_enabled = True
    filterset_class = CommunityFilters
    search_fields = ["name"]
    search_backend_name = None
    copy_view_enabled = False
    list_display = [
        "name",
        Column("theme", label=capfirst(gettext_lazy("theme")), sort_key="theme__name_nl"),
        *(
            NumberColumn(f"{tier}_count", label=capfirst(tier.label), sort_key=f"{tier}_count")
            for tier in Tier
        ),
        NumberColumn(
            "country_count", label=capfirst(gettext_lazy("countries")), sort_key="country_count"
        ),
        NumberColumn(
            "people_count", label=capfirst(gettext_lazy("people")), sort_key="people_count"
        ),
    ]
    export_filename = "communities"
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("theme"),
            FieldPanel("description"),
            InlinePanel(
                "places",
                panels=[
                    FieldPanel("organisation"),
                    FieldRowPanel([FieldPanel("tier"), FieldPanel("since")]),
                ],
                heading=gettext_lazy("Organisations"),
                label=gettext_lazy("Organisation"),
            ),
            InlinePanel(
                "representatives",
                panels=[
                    FieldPanel("contact"),
                    FieldPanel(
                        "organisation",
                        help_text=gettext_lazy(
                            "Leave it empty if the person speaks for only one organisation here."
                        ),
                    ),
                ],
                heading=gettext_lazy("Named representatives"),
                help_text=gettext_lazy(
                    "Of an organisation for which nobody is named, everybody who speaks for it "
                    "belongs to the community."
                ),
                label=gettext_lazy("Representative"),
            ),
        ],
        base_form_class=CommunityForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Community]:
        found = Community.objects.select_related("theme").order_by("name")
        return counted(found, timezone.localdate())

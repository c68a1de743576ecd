"""Who must not be mailed: added by hand, and lifted only by the person, or by signing up anew."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import SnippetViewSet

from base.choosers import GuardedChooser
from contacts.models import Contact, OptInGroup, Suppression
from contacts.wagtail_hooks.consents import StopMail, stop_url
from contacts.wagtail_hooks.listing import GuardedIndex


def _groups() -> list[tuple[str, str]]:
    return list(OptInGroup.objects.order_by("name_nl").values_list("slug", "name_nl"))


class SuppressionFilters(WagtailFilterSet):
    topic = ChoiceFilter(label=_("group"), choices=_groups)

    class Meta:
        model = Suppression
        fields = ["scope", "purpose", "topic", "reason", "source"]


class SuppressionIndex(GuardedIndex):
    """The list with the address, as far as a person has it; the row itself keeps only its hash."""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(StopMail.permission):
            return []
        return [HeaderButton(_("Stop mail to an address"), url=stop_url(), icon_name="plus")]

    def search_queryset(self, queryset: QuerySet[Suppression]) -> QuerySet[Suppression]:
        if not self.is_searching:
            return queryset
        people = Contact.objects.filter(email__icontains=self.search_query)
        return queryset.filter(address_hash__in=people.values("address_hash"))


class SuppressionViewSet(SnippetViewSet):
    model = Suppression
    chooser_viewset_class = GuardedChooser
    icon = "no-view"
    menu_label = _("Not mailed")
    menu_name = "suppressions"
    url_prefix = "contacts/suppressions"
    index_view_class = SuppressionIndex
    filterset_class = SuppressionFilters
    search_fields = ["address_hash"]
    search_backend_name = None
    list_display = [
        Column("address", label=_("e-mail address")),
        Column("scope", label=_("scope"), accessor="get_scope_display"),
        Column("purpose", label=_("purpose"), accessor="get_purpose_display"),
        Column("group", label=_("group")),
        Column("reason", label=_("reason"), accessor="get_reason_display"),
        Column("source", label=_("source"), accessor="get_source_display"),
        DateColumn("created_at", label=_("since")),
    ]
    list_export = ["address", "scope", "purpose", "topic", "reason", "source", "created_at"]
    export_headings = {"address": _("e-mail address"), "topic": _("group")}
    export_filename = "suppressions"
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suppression]:
        person = Contact.objects.filter(address_hash=OuterRef("address_hash"))
        group = OptInGroup.objects.filter(slug=OuterRef("topic"))
        return Suppression.objects.annotate(
            address=Subquery(person.values("email")[:1]),
            group=Subquery(group.values("name_nl")[:1]),
        ).order_by("-created_at", "-id")

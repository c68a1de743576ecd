"""Who must not be mailed, to look at: only the person, or signing up anew, lifts it."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from base.choosers import GuardedChooser
from contacts.models import Contact, Suppression
from contacts.wagtail_hooks.listing import GuardedIndex


class SuppressionFilters(WagtailFilterSet):
    class Meta:
        model = Suppression
        fields = ["scope", "purpose", "reason", "source"]


class SuppressionIndex(GuardedIndex):
    """The list with the address, as far as a person has it; the row itself keeps only its hash."""

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
        Column("reason", label=_("reason"), accessor="get_reason_display"),
        Column("source", label=_("source"), accessor="get_source_display"),
        DateColumn("created_at", label=_("since")),
    ]
    list_export = ["address", "scope", "purpose", "reason", "source", "created_at"]
    export_headings = {"address": _("e-mail address")}
    export_filename = "suppressions"
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suppression]:
        person = Contact.objects.filter(address_hash=OuterRef("address_hash"))
        return Suppression.objects.annotate(address=Subquery(person.values("email")[:1])).order_by(
            "-created_at", "-id"
        )

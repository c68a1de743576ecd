"""Opt-in groups in the admin: the list, the form, and the page of one with who is in it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.snippets.views.snippets import CreateView, InspectView, SnippetViewSet

from base.choosers import GuardedChooser
from base.spreadsheets import guarded_cell
from contacts.enums import ConsentBasis
from contacts.forms.consents import GroupForm
from contacts.models import Contact, OptInGroup
from contacts.selectors.groups import groups_with_counts, members_of
from contacts.selectors.people import contacts_with_places
from contacts.selectors.streams import written
from contacts.wagtail_hooks.consents import GROUPS, RecordConsent, record_url
from contacts.wagtail_hooks.listing import GuardedIndex

_PER_PAGE = 100


class GroupFilters(WagtailFilterSet):
    class Meta:
        model = OptInGroup
        fields = ["purpose", "theme", "community", "is_open"]


class GroupIndex(GuardedIndex):
    """The list of groups."""

    page_title = gettext_lazy("Groups")
    add_item_label = gettext_lazy("Add a group")

    def get_edit_url(self, instance: OptInGroup) -> str | None:
        """The name leads to the page of the group, from which it is edited."""
        return group_url(instance)

    def get_list_more_buttons(self, instance: OptInGroup) -> list[Button]:
        buttons = []
        if self.user_has_permission("change"):
            edit = reverse(f"{GROUPS}:edit", args=[instance.pk])
            buttons.append(Button(_("Edit"), url=edit, icon_name="edit", priority=10))
        if delete := self.get_delete_url(instance):
            buttons.append(Button(_("Delete"), url=delete, icon_name="bin", priority=50))
        return buttons


class AddGroup(CreateView):
    """The form for a new group."""

    def get_success_url(self) -> str:
        return group_url(self.object)


class GroupPage(SpreadsheetExportMixin, InspectView):
    """One group: what one agrees to, and who is in it since when, which is derived from consents.

    With `?export=csv` or `xlsx` its members as a file.
    """

    template_name = "contacts/admin/group.html"
    list_export = ["name", "email", "organisations", "language", "since", "basis", "is_mailed"]
    export_headings = {
        "name": gettext_lazy("name"),
        "email": gettext_lazy("e-mail address"),
        "organisations": gettext_lazy("organisations"),
        "language": gettext_lazy("language"),
        "since": gettext_lazy("since"),
        "basis": gettext_lazy("basis"),
        "is_mailed": gettext_lazy("gets the mail"),
    }
    custom_value_preprocess = SpreadsheetExportMixin.custom_value_preprocess | {
        str: {"csv": guarded_cell}
    }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export and self.may_see_people:
            answer: HttpResponseBase = self.as_spreadsheet(self.members, request.GET["export"])
            return answer
        return super().get(request, *args, **kwargs)

    @property
    def may_see_people(self) -> bool:
        return self.request.user.has_perm("contacts.view_contact")

    @cached_property
    def members(self) -> QuerySet[Contact]:
        return contacts_with_places(members_of(self.object), timezone.localdate())

    def get_filename(self) -> str:
        return self.object.slug

    def get_heading(self, queryset: Any, field: str) -> str:
        return str(self.export_headings[field])

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return {
            "name": str(item),
            "email": item.email,
            "organisations": ", ".join(place.organisation.name for place in item.current),
            "language": item.get_language_display(),
            "since": timezone.localtime(item.since).date(),
            "basis": str(ConsentBasis(item.basis).label),
            "is_mailed": _("yes") if item.is_mailed else _("no"),
        }

    def get_page_title(self) -> str:
        return self.object.name_nl

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse(f"{GROUPS}:list"), "label": _("Groups")}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": self.object.name_nl}]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = []
        if self.request.user.has_perm(RecordConsent.permission):
            about = written(self.object.purpose, self.object.slug)
            url = record_url(about=about)
            buttons.append(HeaderButton(_("Add a person"), url=url, icon_name="plus"))
        if edit_url := self.get_edit_url():
            buttons.append(HeaderButton(_("Edit"), url=edit_url, icon_name="edit"))
        return buttons

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = []
        if self.may_see_people:
            buttons = [
                Button(text, url=f"?export={kind}", icon_name="download", priority=15)
                for kind, text in (("xlsx", _("Members as XLSX")), ("csv", _("Members as CSV")))
            ]
        if delete_url := self.get_delete_url():
            buttons.append(Button(_("Delete"), url=delete_url, icon_name="bin", priority=20))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(self.members, _PER_PAGE).get_page(self.request.GET.get("p"))
        for member in page.object_list:
            member.basis_label = ConsentBasis(member.basis).label
        return super().get_context_data(**kwargs) | {
            "group": self.object,
            "page": page,
            "may_see_people": self.may_see_people,
            "may_see_ledger": self.request.user.has_perm("contacts.view_consentrecord"),
        }


def group_url(group: OptInGroup) -> str:
    """The page of the group in the admin."""
    return reverse(f"{GROUPS}:inspect", args=[group.pk])


class GroupViewSet(SnippetViewSet):
    model = OptInGroup
    chooser_viewset_class = GuardedChooser
    icon = "check"
    menu_label = gettext_lazy("Groups")
    menu_name = "opt-in-groups"
    url_prefix = "contacts/groups"
    index_view_class = GroupIndex
    add_view_class = AddGroup
    inspect_view_class = GroupPage
    inspect_view_enabled = True
    filterset_class = GroupFilters
    search_fields = ["name_nl", "name_en"]
    search_backend_name = None
    copy_view_enabled = False
    list_display = [
        "name_nl",
        Column("purpose", label=gettext_lazy("kind"), accessor="get_purpose_display"),
        Column("theme", label=gettext_lazy("theme")),
        Column("community", label=gettext_lazy("community")),
        BooleanColumn("is_open", label=gettext_lazy("open to join")),
        NumberColumn("member_count", label=gettext_lazy("people")),
    ]
    list_export = ["name_nl", "name_en", "purpose", "slug", "is_open", "member_count"]
    export_headings = {"member_count": gettext_lazy("people")}
    export_filename = "groups"
    edit_handler = ObjectList(
        [
            FieldPanel(
                "purpose",
                help_text=gettext_lazy(
                    "A subgroup gets mailings of its own; a coalition speaks with one voice. "
                    "This cannot be changed later."
                ),
            ),
            FieldRowPanel([FieldPanel("name_nl"), FieldPanel("name_en")]),
            MultiFieldPanel(
                [FieldPanel("wording_nl"), FieldPanel("wording_en")],
                heading=gettext_lazy("What people agree to when they join"),
                help_text=gettext_lazy(
                    "One sentence, such as: I want to hear of the work on youth. It is kept with "
                    "each consent as the person saw it."
                ),
            ),
            FieldRowPanel([FieldPanel("theme"), FieldPanel("community")]),
            FieldPanel(
                "is_open",
                help_text=gettext_lazy(
                    "Everybody sees it on the page on which they choose their mail. Otherwise only "
                    "those who are in it do, so that they can leave."
                ),
            ),
        ],
        base_form_class=GroupForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OptInGroup]:
        return groups_with_counts().select_related("theme", "community")

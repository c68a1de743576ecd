"""Organisations in the admin."""

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import SnippetViewSet

from base.services import emit
from contacts.forms.admin import OrganisationForm
from contacts.models import Organisation
from contacts.selectors.organisations import organisations_counted
from contacts.wagtail_hooks.choosers import OrganisationChooser
from contacts.wagtail_hooks.dossier import OrganisationDossier
from contacts.wagtail_hooks.organisation_list import (
    OrganisationFilters,
    OrganisationIndex,
    membership_of,
    themes_of,
)


class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    chooser_viewset_class = OrganisationChooser
    icon = "home"
    menu_label = _("Organisations")
    menu_name = "organisations"
    url_prefix = "contacts/organisations"
    index_view_class = OrganisationIndex
    inspect_view_class = OrganisationDossier
    filterset_class = OrganisationFilters
    search_fields = ["name"]
    search_backend_name = None
    ordering = "name_key"
    list_per_page = 50
    list_display = [
        "name",
        Column("membership", label=capfirst(_("membership")), accessor=membership_of),
        Column("kind", label=capfirst(_("kind")), accessor="get_kind_display"),
        Column("themes", label=capfirst(_("themes")), accessor=themes_of),
        Column("people_count", label=capfirst(_("people"))),
        BooleanColumn("reviewed", label=capfirst(_("reviewed"))),
    ]
    export_filename = "organisations"
    copy_view_enabled = False
    inspect_view_enabled = True
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
        found = organisations_counted(Organisation.objects.all(), timezone.localdate())
        return found.prefetch_related("themes")


@hooks.register("after_edit_snippet")
def tell_of_change(request: HttpRequest, instance: Model) -> None:
    """Its name may stand on public pages, which are kept until something happens."""
    if isinstance(instance, Organisation):
        now = timezone.now()
        emit(kind="organisation.changed", data={"organisation": instance.pk}, now=now)

"""Themes in the admin."""

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from base.choosers import GuardedChooser
from contacts.forms.admin import ThemeForm
from contacts.models import Theme
from contacts.wagtail_hooks.listing import GuardedIndex


class ThemeViewSet(SnippetViewSet):
    model = Theme
    chooser_viewset_class = GuardedChooser
    icon = "tag"
    menu_label = _("Themes")
    menu_name = "themes"
    url_prefix = "contacts/themes"
    index_view_class = GuardedIndex
    search_fields = ["name_nl", "name_en"]
    search_backend_name = None
    list_display = [
        "name_nl",
        "name_en",
        "parent",
        Column("organisation_count", label=capfirst(_("organisations"))),
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

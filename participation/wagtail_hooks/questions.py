"""The inventory of learning questions in the admin."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from base.choosers import GuardedChooser
from base.spreadsheets import guarded_cell
from participation.models import LearningQuestion


class LearningQuestionIndex(IndexView):
    """The list, of which visitors wrote the texts; its CSV is safe to open."""

    custom_value_preprocess = IndexView.custom_value_preprocess | {str: {"csv": guarded_cell}}

    def to_row_dict(self, item: LearningQuestion) -> dict[str, Any]:
        row = {name: getattr(item, name) for name in self.list_export}
        return row | {"session": item.session.slug if item.session else ""}

    def get_base_queryset(self) -> QuerySet[LearningQuestion]:
        questions: QuerySet[LearningQuestion] = super().get_base_queryset()
        return questions.select_related("session")


class LearningQuestionViewSet(SnippetViewSet):
    model = LearningQuestion
    chooser_viewset_class = GuardedChooser
    index_view_class = LearningQuestionIndex
    menu_label = _("Learning questions")
    icon = "help"
    menu_order = 130
    add_to_admin_menu = True
    list_display = ["__str__", "session", "state", "language", "is_public"]
    list_filter = ["session", "state", "language", "is_public"]
    search_fields = ["text", "remark"]
    search_backend_name = None
    list_export = ["text", "session", "state", "language", "remark", "is_public"]
    export_filename = "leervragen"
    panels = [
        FieldPanel("text"),
        FieldPanel("language"),
        FieldPanel("organisations"),
        FieldPanel("session"),
        FieldPanel("state"),
        FieldPanel("remark"),
        FieldPanel("is_public"),
    ]

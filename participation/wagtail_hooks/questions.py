"""The inventory of learning questions in the admin."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    IndexView,
    SnippetViewSet,
)

from base.choosers import GuardedChooser
from base.spreadsheets import guarded_cell
from participation.models import LearningQuestion
from participation.services.questions import announce_question


class LearningQuestionIndex(IndexView):
    """The list, of which visitors wrote the texts; its CSV is safe to open."""

    custom_value_preprocess = IndexView.custom_value_preprocess | {str: {"csv": guarded_cell}}
    export_headings = {"organisations": capfirst(_("organisations"))}

    def to_row_dict(self, item: LearningQuestion) -> dict[str, Any]:
        row = {name: getattr(item, name) for name in self.list_export}
        session = item.session.slug if item.session else ""
        return row | {"session": session, "organisations": organisation_names(item)}

    def get_base_queryset(self) -> QuerySet[LearningQuestion]:
        questions: QuerySet[LearningQuestion] = super().get_base_queryset()
        return questions.select_related("session").prefetch_related("organisations")


def organisation_names(question: LearningQuestion) -> str:
    """Return the names of the organisations that ask it, in order."""
    names = sorted((each.name for each in question.organisations.all()), key=str.casefold)
    return " / ".join(names)


class _Added(CreateView):
    def get_initial_form_instance(self) -> LearningQuestion:
        return LearningQuestion(created_at=timezone.now())

    def save_instance(self) -> LearningQuestion:
        question: LearningQuestion = super().save_instance()
        announce_question(question, now=timezone.now())
        return question


class _Edited(EditView):
    def save_instance(self) -> LearningQuestion:
        was_public = LearningQuestion.objects.filter(pk=self.object.pk, is_public=True).exists()
        question: LearningQuestion = super().save_instance()
        announce_question(question, was_public=was_public, now=timezone.now())
        return question


class _Deleted(DeleteView):
    @transaction.atomic
    def delete_action(self) -> None:
        announce_question(self.object, now=timezone.now())
        super().delete_action()


@hooks.register("before_bulk_action")
def announce_deleted(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any
) -> None:
    """Many questions at once are deleted past the page for one."""
    if action_type == "delete" and action.model is LearningQuestion:
        for question in objects:
            announce_question(question, now=timezone.now())


class LearningQuestionViewSet(SnippetViewSet):
    model = LearningQuestion
    chooser_viewset_class = GuardedChooser
    index_view_class = LearningQuestionIndex
    add_view_class = _Added
    edit_view_class = _Edited
    delete_view_class = _Deleted
    menu_label = _("Learning questions")
    icon = "help"
    menu_order = 130
    add_to_admin_menu = True
    list_display = ["__str__", "session", "state", "language", "is_public"]
    list_filter = ["session", "organisations", "state", "language", "is_public"]
    search_fields = ["text", "remark"]
    search_backend_name = None
    list_export = [
        "organisations", "text", "session", "state", "language", "remark", "is_public",
    ]  # fmt: skip
    export_filename = "leervragen"
    panels = [
        FieldPanel("text"),
        FieldPanel("language"),
        FieldPanel("organisations"),
        FieldPanel("session"),
        FieldPanel("series"),
        FieldPanel("state"),
        FieldPanel("remark"),
        FieldPanel("is_public"),
    ]

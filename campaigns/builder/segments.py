"""Segments: audiences with a name, in a list and in the same builder."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from base.choosers import GuardedChooser
from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.builder.drafts import Draft
from campaigns.builder.pages import Asked, BuilderPage, Line, user_of
from campaigns.errors import AudienceInvalid
from campaigns.models import Segment
from campaigns.selectors.choosing import chosen_people, count_chosen
from campaigns.selectors.explaining import explanation_of_choice
from campaigns.selectors.recipients import DryRun
from campaigns.services.segments import save_segment
from contacts.models import Contact


class SegmentPage(BuilderPage):
    """A new segment, or one to change; it counts people apart from any mailing."""

    viewset: Any = None
    has_rules = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        act = "change" if "pk" in self.kwargs else "add"
        if not request.user.has_perm(f"campaigns.{act}_segment"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def segment(self) -> Segment:
        if "pk" not in self.kwargs:
            return Segment()
        return get_object_or_404(Segment, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Segment") if self.segment.pk else _("New segment")

    def get_page_subtitle(self) -> str:
        return self.segment.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = reverse(self.viewset.get_url_name("list"))
        return [
            *self.breadcrumbs_items,
            {"url": listing, "label": _("Segments")},
            {"url": "", "label": self.segment.name or _("New segment")},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        delete = ""
        if self.segment.pk and self.request.user.has_perm("campaigns.delete_segment"):
            delete = reverse(self.viewset.get_url_name("delete"), args=[self.segment.pk])
        return super().get_context_data(**kwargs) | {
            "back": reverse(self.viewset.get_url_name("list")),
            "delete": delete,
        }

    def _tree(self, draft: Draft, was: str, typed: str) -> dict[str, Any]:
        name = self.request.POST.get("segment_name", self.segment.name)
        return super()._tree(draft, was, typed) | {"segment_name": name[:200], "is_segment": True}

    # --- what the builder asks ------------------------------------------------------------------

    def stored(self) -> Any:
        return self.segment.audience

    def count(self, data: dict[str, Any], condition: c.Condition) -> DryRun:
        return count_chosen(condition, timezone.localdate())

    def people(
        self, data: dict[str, Any], condition: c.Condition, asked: Asked, limit: int
    ) -> list[Line]:
        start = (asked.page - 1) * (limit - 1)
        found = chosen_people(condition, timezone.localdate())[start : start + limit]
        return [Line(contact) for contact in found]

    def why(self, data: dict[str, Any], condition: c.Condition, contact: Contact) -> str:
        return explanation_of_choice(condition, contact, timezone.now())

    def save(self, data: dict[str, Any]) -> HttpResponse:
        segment = save_segment(
            segment=self.segment,
            name=self.request.POST.get("segment_name", ""),
            audience=data,
            by=user_of(self.request),
            now=timezone.now(),
        )
        messages.success(self.request, _("The segment “%s” is kept.") % segment.name)
        return redirect(self.viewset.get_url_name("list"))


class SegmentIndex(IndexView):
    """The list; what all its segments name takes a fixed number of queries."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        say(context["object_list"])
        return context


def say(segments: Any) -> None:
    """Give each segment its `sentence`, and `problem`: what it names and is gone."""
    language, conditions = get_language() or "nl", {}
    for segment in segments:
        segment.sentence, segment.problem = "", ""
        try:
            conditions[segment.pk] = audience.parse(segment.audience)
        except AudienceInvalid as error:
            segment.problem = str(error)
    names = audience.names_of(conditions.values())
    for segment in segments:
        if condition := conditions.get(segment.pk):
            segment.sentence = audience.sentence(condition, language, names)
            gone = [audience.lost(leaf, names) for leaf, _positive in c.leaves(condition)]
            segment.problem = " ".join(dict.fromkeys(filter(None, gone)))


class _Said(Column):
    cell_template_name = "campaigns/admin/segment_cell.html"


class SegmentViewSet(SnippetViewSet):
    """Segments."""

    model = Segment
    chooser_viewset_class = GuardedChooser
    icon = "group"
    menu_label = gettext_lazy("Segments")
    menu_name = "segments"
    menu_order = 222
    add_to_admin_menu = True
    list_display = [
        "name",
        _Said("sentence", label=gettext_lazy("Who"), accessor="sentence"),
    ]
    search_fields = ["name"]
    search_backend_name = None
    ordering = ["name"]
    index_view_class = SegmentIndex
    copy_view_enabled = False

    @property
    def add_view(self) -> Any:
        return SegmentPage.as_view(viewset=self)

    @property
    def edit_view(self) -> Any:
        return SegmentPage.as_view(viewset=self)


segments = SegmentViewSet()

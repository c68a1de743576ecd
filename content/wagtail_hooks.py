"""The admin of this room: sessions and Q&A in the main menu, a shortcut on the dashboard."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import (
    BulkActionsColumn,
    PageStatusColumn,
    PageTitleColumn,
    ParentPageColumn,
)
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from base.services import emit
from content import dates
from content.errors import SessionWithoutPage
from content.models import QAPage, ReportPage, Session, SessionPage, SiteSettings
from content.selectors import (
    answers_to_review,
    draft_session,
    sessions_without_report,
    source_page,
)
from content.services import draft_report

#: Of so many sessions the list of reports asks for a report.
MOST_WITHOUT_REPORT = 5


def _date_in_words(page: SessionPage) -> str:
    """The published date, or the one being drafted as long as nothing is published."""
    language = "nl" if (get_language() or "nl").startswith("nl") else "en"
    return dates.when(page.session or draft_session(page), language)


def _date_of_report(page: ReportPage) -> str:
    language = "nl" if (get_language() or "nl").startswith("nl") else "en"
    return dates.when(page.session, language) if page.session else ""


def _session_status(page: SessionPage) -> str:
    return (page.session or page).get_status_display()


class SearchedIndexView(IndexView):
    """A list of pages that is searched, narrowed and sorted at once.

    Wagtail's own fails (500) where a search meets a field that the index does not know.
    """

    def search_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        if not self.is_searching:
            return queryset
        found = self.model.objects.autocomplete(self.search_query)
        return queryset.filter(pk__in=[page.pk for page in found])


class SessionIndexView(SearchedIndexView):
    """The list of session pages; their sessions come in one query, however many there are."""

    def get_base_queryset(self) -> QuerySet[SessionPage]:
        return super().get_base_queryset().prefetch_related("session")


class SessionListing(PageListingViewSet):
    """All session pages, whichever series they stand in.

    The room that knows who signed up registers it, with its numbers (participation.wagtail_hooks).
    """

    model = SessionPage
    name = "content_sessions"
    url_prefix = "sessions"
    icon = "date"
    menu_label = _("Sessions")
    menu_order = 100
    add_to_admin_menu = True
    index_view_class = SessionIndexView
    list_filter = ["status", "precision", "locale"]
    ordering = "-latest_revision_created_at"
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn(
            "title", label=_("Title"), sort_key="title", classname="title", width="25%"
        ),
        Column("when", label=_("When"), accessor=_date_in_words, sort_key="first_day"),
        Column("session_status", label=_("Status"), accessor=_session_status),
        ParentPageColumn("parent", label=_("Series")),
        PageStatusColumn("live", label=_("Page"), sort_key="live"),
    ]


class AnswerListing(PageListingViewSet):
    """All Q&A entries, agreed or not."""

    model = QAPage
    index_view_class = SearchedIndexView
    name = "content_answers"
    url_prefix = "answers"
    icon = "help"
    menu_label = _("Questions and answers")
    menu_order = 400
    add_to_admin_menu = True
    list_filter = ["state", "locale"]
    ordering = "-latest_revision_created_at"
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Question"), sort_key="title", classname="title"),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        DateColumn("review_by", label=_("Review by"), sort_key="review_by"),
        PageStatusColumn("live", label=_("Page"), sort_key="live"),
    ]


class ReportIndexView(SearchedIndexView):
    """The list of reports; above it, the sessions of which the report is still to be made."""

    results_template_name = "content/admin/reports_results.html"

    def get_base_queryset(self) -> QuerySet[ReportPage]:
        return super().get_base_queryset().prefetch_related("session")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(*args, **kwargs) | {
            "without_report": [
                session
                for session in sessions_without_report(timezone.now())[:MOST_WITHOUT_REPORT]
                if may_make_report(self.request.user, session)
            ],
            "is_empty": not self.is_searching and not self.is_filtering,
        }


class MakeReport(View):
    """Make the draft of a report, and go on in the editor."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        session = get_object_or_404(Session, pk=session_id)
        if source_page(session) and not may_make_report(request.user, session):
            raise PermissionDenied
        try:
            report = draft_report(session=session, by=cast("User", request.user))
        except SessionWithoutPage as error:
            messages.error(request, str(error))
            return redirect("content_reports:index")
        return redirect("wagtailadmin_pages:edit", report.pk)


def may_make_report(user: Any, session: Session) -> bool:
    """Whether somebody may add a page where the report of the session would stand."""
    page = source_page(session)
    return bool(page and page.get_parent().permissions_for_user(user).can_add_subpage())


class ReportListing(PageListingViewSet):
    """All reports, published or not. (Wagtail's own reports are about the work of editors.)"""

    model = ReportPage
    index_view_class = ReportIndexView
    name = "content_reports"
    url_prefix = "session-reports"
    icon = "doc-full"
    menu_label = _("Session reports")
    menu_order = 110
    add_to_admin_menu = True
    list_filter = ["locale"]
    ordering = "-latest_revision_created_at"
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("session", label=_("Session"), accessor="session"),
        Column("when", label=_("When"), accessor=_date_of_report),
        DateColumn("public_since", label=_("Published on"), sort_key="public_since"),
        PageStatusColumn("live", label=_("Page"), sort_key="live"),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        make = path("make/<int:session_id>/", MakeReport.as_view(), name="make")
        return [*super().get_urlpatterns(), make]


answers = AnswerListing()


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[PageListingViewSet]:
    return [answers, ReportListing()]


class ShortcutsPanel(Component):
    """Buttons on the dashboard for what is done most; other rooms add theirs by a hook."""

    name = "bijeen_shortcuts"
    template_name = "content/admin/shortcuts.html"
    order = 50

    def __init__(self, buttons: list[Button]) -> None:
        self.buttons = buttons

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"buttons": self.buttons}


@hooks.register("first_page_buttons")
def begin_pages(request: HttpRequest) -> list[Button]:
    if not page_permission_policy.user_has_permission(request.user, "add"):
        return []
    session = reverse(f"{SessionListing.name}:choose_parent")
    answer = reverse(answers.get_url_name("choose_parent"))
    return [
        Button(_("New session"), url=session, icon_name="date", priority=10),
        Button(_("New question and answer"), url=answer, icon_name="help", priority=30),
    ]


class ReviewPanel(Component):
    """Entries whose day of review has passed."""

    name = "answers_to_review"
    order = 65
    template_name = "content/admin/reviews.html"

    def __init__(self, entries: list[QAPage]) -> None:
        self.entries = entries

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"entries": self.entries}


@hooks.register("construct_homepage_panels")
def add_reviews(request: HttpRequest, panels: list[Component]) -> None:
    may_edit = page_permission_policy.user_has_permission(request.user, "change")
    if may_edit and (entries := answers_to_review(timezone.localdate())):
        panels.append(ReviewPanel(entries))


@hooks.register("construct_homepage_panels")
def add_shortcuts(request: HttpRequest, panels: list[Component]) -> None:
    buttons = [button for hook in hooks.get_hooks("first_page_buttons") for button in hook(request)]
    if buttons:
        panels.append(ShortcutsPanel(sorted(buttons)))


@hooks.register("after_edit_setting")
def make_kept_pages_old(request: HttpRequest, setting: Model) -> None:
    """What is set stands on every page."""
    if isinstance(setting, SiteSettings):
        emit(kind="site.changed", data={}, now=timezone.now())


@hooks.register("on_serve_page")
def say_what_is_public(serve: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say of a page that anybody may see, and that nobody is signed in to see, that it is public.

    A browser asks each time whether it changed: whoever signed up sees that at once. A page behind
    a password keeps what Wagtail says of it.
    """

    def served(page: Page, request: HttpRequest, args: list[Any], kwargs: Any) -> HttpResponse:
        response = serve(page, request, args, kwargs)
        if request.method in ("GET", "HEAD") and not request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "public, no-cache")
        return response

    return served

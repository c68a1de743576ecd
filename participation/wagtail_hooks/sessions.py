"""The list of sessions, with how many people signed up: that of content, for who may see people."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn

from content.models import SessionPage
from content.wagtail_hooks import SessionIndexView, SessionListing
from participation.selectors.listing import with_sign_up_counts
from participation.wagtail_hooks.desk.pages import VIEW_PERMISSION


def _seats(page: SessionPage) -> str | SafeString:
    """How many of how many, leading to the desk; how often people went on to a partner."""
    if page.session is None:
        return ""
    if page.session.is_partner_hosted:
        text = _("%(number)s times to the partner") % {"number": page.visit_count}
    elif page.session.capacity is None:
        text = str(page.seated_count)
    else:
        text = f"{page.seated_count} / {page.session.capacity}"
    url = reverse("session_desk:desk", args=[page.session.pk])
    return format_html('<a href="{}">{}</a>', url, text)


def _count(name: str) -> Any:
    """Zeros would hide the numbers that ask for something."""
    return lambda page: getattr(page, name) or "" if page.session else ""


def _desk_url(page: SessionPage) -> str | None:
    return reverse("session_desk:desk", args=[page.session_id]) if page.session_id else None


DESK_COLUMN = TitleColumn(
    "title", label=gettext_lazy("Title"), sort_key="title", get_url=_desk_url, width="30%"
)
SIGN_UP_COLUMNS = [
    Column("seats", label=gettext_lazy("Signed up"), accessor=_seats),
    Column("waiting", label=gettext_lazy("Waiting list"), accessor=_count("waiting_count")),
    Column("pending", label=gettext_lazy("To approve"), accessor=_count("pending_count")),
    Column(
        "unconfirmed", label=gettext_lazy("Not confirmed"), accessor=_count("unconfirmed_count")
    ),
    Column("unanswered", label=gettext_lazy("No answer"), accessor=_count("unanswered_count")),
]


class SignUpIndexView(SessionIndexView):
    """The list of session pages, its numbers counted in the same query."""

    columns: list[Column]
    any_permission_required: Any

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.sees_people = request.user.has_perm(VIEW_PERMISSION)
        self.edits_pages = self.user_has_any_permission(self.any_permission_required)
        if self.sees_people:
            place = 1 + [column.name for column in self.columns].index("session_status")
            self.columns = [*self.columns[:place], *SIGN_UP_COLUMNS, *self.columns[place:]]
        if self.sees_people and not self.edits_pages:
            # An organiser need not write pages to see who comes.
            self.any_permission_required = None
            self.columns = [DESK_COLUMN, *self.columns[2:-2]]

    def get_base_queryset(self) -> QuerySet[SessionPage]:
        if not self.sees_people:
            return super().get_base_queryset()
        if self.edits_pages:
            return with_sign_up_counts(super().get_base_queryset())
        # A session once, not once a language.
        source = SessionPage.objects.filter(
            alias_of=None, locale__language_code=F("session__source_language")
        )
        pages = self.annotate_queryset(source)
        return with_sign_up_counts(pages.prefetch_related("session"))


class SignUpListing(SessionListing):
    index_view_class = SignUpIndexView

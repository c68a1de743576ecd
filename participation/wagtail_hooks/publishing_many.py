"""Several pages published at once: whom that mails stands on the page that confirms it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.views.pages.bulk_actions import PublishBulkAction
from wagtail.models import Page

from base.figures import figure
from content.models import SessionPage
from participation.checks import problems_of_page
from participation.enums import MAY_TELL
from participation.errors import ChangeSettled
from participation.selectors.changes import ChangeAhead, change_ahead, open_changes_of
from participation.services.changes import mark_correction
from participation.wagtail_hooks.changes import consequences
from participation.wagtail_hooks.desk.pages import VIEW_PERMISSION


@dataclass(frozen=True, slots=True)
class Ahead:
    """A session page that is about to be published, and to whom that is news."""

    page: SessionPage
    draft: SessionPage
    change: ChangeAhead

    @property
    def goes_live_at(self) -> datetime | None:
        later = self.draft.go_live_at
        return later if later and later > timezone.now() else None

    @property
    def mark(self) -> str:
        """Equal as long as the same facts take the place of the same facts."""
        version = self.change.published.schedule_version
        return f"{self.page.pk}-{self.page.latest_revision_id}-{version}"


class PublishPages(PublishBulkAction):
    """Wagtail's own, which mails nobody before its page has shown to whom."""

    template_name = "participation/admin/publish_many.html"

    def prepare_action(
        self, objects: Sequence[Page], objects_without_access: Any
    ) -> HttpResponse | None:
        """Show the page again when it did not show all that would be mailed."""
        below = bool(self.cleaned_form.cleaned_data["include_descendants"])
        drafts = self._drafts(objects, with_descendants=below)
        ahead = _ahead(drafts)
        shown, choice = self.request.POST.getlist("shown"), self.request.POST.get("choice")
        may_tell, problem = self.request.user.has_perm(MAY_TELL), _in_the_past(drafts)
        if not problem and not {each.mark for each in ahead} <= set(shown):
            problem = _("Look first whom this mails, and then publish.")
        elif not problem and ahead and may_tell and choice not in ("tell", "correction"):
            problem = _("Choose whether people are mailed.")
        if problem:
            context = self.get_context_data(form=self.cleaned_form, problem=problem)
            return self.render_to_response(context, status=422)
        now = [each.page for each in ahead if not each.goes_live_at]
        self.corrected = now if choice == "correction" else []
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        pages = [row["item"] for row in context["items"]]
        chosen = {page.pk for page in pages}
        user = self.request.user
        ahead = _ahead(self._drafts(pages, with_descendants=True))
        total = sum(len(each.change.people) for each in ahead)
        return context | {
            "ahead": [
                consequences(each.change, each.draft)
                | {
                    "page": each.page,
                    "mark": each.mark,
                    "is_below": each.page.pk not in chosen,
                    "goes_live_at": each.goes_live_at,
                    "people_url": self._people_url(each),
                }
                for each in ahead
            ],
            "total": total,
            "figure": figure(total),
            "may_tell": user.has_perm(MAY_TELL),
        }

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "corrected": self.corrected}

    @classmethod
    def execute_action(
        cls,
        objects: Sequence[Page],
        include_descendants: bool = False,
        user: User | None = None,
        corrected: Sequence[Page] = (),
        **kwargs: Any,
    ) -> tuple[int, int]:
        done: tuple[int, int] = super().execute_action(objects, include_descendants, user, **kwargs)
        if user is not None and user.has_perm(MAY_TELL):
            for change in open_changes_of(corrected):
                with suppress(ChangeSettled):
                    mark_correction(change_id=change.pk, by=user, now=timezone.now())
        return done

    def _drafts(
        self, pages: Sequence[Page], *, with_descendants: bool
    ) -> list[tuple[SessionPage, SessionPage]]:
        """The session pages among these, and drafts below them where that is asked, each with what
        would be published of it."""
        ids = {page.pk for page in pages}
        if with_descendants:
            for page in pages:
                ids.update(page.get_descendants().not_live().values_list("pk", flat=True))
        user = self.request.user
        return [
            (page, page.get_latest_revision_as_object())
            for page in SessionPage.objects.filter(pk__in=ids).order_by("pk")
            if page.permissions_for_user(user).can_publish()
        ]

    def _people_url(self, ahead: Ahead) -> str:
        """Where the people stand by name, for who may see them."""
        if not self.request.user.has_perm(VIEW_PERMISSION):
            return ""
        return reverse("session_desk:desk", args=[ahead.change.published.pk])


def _ahead(drafts: Sequence[tuple[SessionPage, SessionPage]]) -> list[Ahead]:
    """Those of which the publication is news to somebody."""
    now = timezone.now()
    changes = ((page, draft, change_ahead(draft, now)) for page, draft in drafts)
    return [Ahead(page, draft, change) for page, draft, change in changes if change]


def _in_the_past(drafts: Sequence[tuple[SessionPage, SessionPage]]) -> str:
    """What the editor would refuse, and did not when the draft was saved: its day has passed."""
    now = timezone.now()
    return " ".join(
        f"“{draft.title}”: {error}"
        for _page, draft in drafts
        for error in problems_of_page(draft, now).values()
    )

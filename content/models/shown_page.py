"""What every page of ours has: it is shown to visitors with few queries."""

from django.db.models import QuerySet
from wagtail.models import PageViewRestriction

from base import memory


class ShownPage:
    """A page that visitors see, beside Wagtail's own Page."""

    #: What is read together with the page when it is shown.
    shown_with: tuple[str, ...] = ("locale",)

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """As Wagtail has it, without a query as long as no page at all is restricted."""
        if not any_restricted():
            return PageViewRestriction.objects.none()
        found: QuerySet[PageViewRestriction] = super().get_view_restrictions()  # type: ignore[misc]  # of Page
        return found


def any_restricted() -> bool:
    """Whether an editor put a password or a group on any page."""
    return memory.kept("restricted", PageViewRestriction.objects.exists)

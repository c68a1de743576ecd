"""Which page sets the facts of a session, who published it, and what was not followed up."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet
from wagtail.models import PageLogEntry

from content.models.report import ReportPage
from content.models.session import Session
from content.models.session_page import SessionPage
from content.selectors.site import OfSession

#: Whoever planned a publication for later published it.
_PUBLISHED = ("wagtail.publish", "wagtail.publish.schedule")


def source_page(session: Session) -> SessionPage | None:
    """Return the page in the source language: the oldest of the translations that are left."""
    if session.page_key is None:
        return None
    pages = SessionPage.objects.filter(translation_key=session.page_key, alias_of=None)
    return pages.order_by("pk").first()


def is_source(page: SessionPage) -> bool:
    """Whether publishing this page sets the facts; a translation or an alias does not."""
    if page.alias_of_id:
        return False
    older = SessionPage.objects.filter(
        translation_key=page.translation_key, alias_of=None, pk__lt=page.pk
    )
    return not older.exists()


def publisher_of(revision_id: int | None) -> User | None:
    """Return who published this revision, or planned that; None when that is not known."""
    if revision_id is None:
        return None
    entries = PageLogEntry.objects.filter(revision_id=revision_id, action__in=_PUBLISHED)
    latest = entries.order_by("-timestamp", "-pk").values_list("user_id", flat=True).first()
    return get_user_model().objects.filter(pk=latest).first()


def untaken_pages(before: datetime) -> QuerySet[SessionPage]:
    """Return the pages that went live until `before` without what follows from it: whoever
    published them was killed halfway. An alias follows its page; one that was made a page of its
    own has a younger revision, and was not published by that."""
    return _untaken(SessionPage.objects.live(), before)


def untaken_reports(before: datetime) -> QuerySet[ReportPage]:
    """The same of reports."""
    return _untaken(ReportPage.objects.live(), before)


def _untaken(pages: QuerySet[OfSession], before: datetime) -> QuerySet[OfSession]:
    other = Q(taken_revision=None) | ~Q(taken_revision=F("live_revision_id"))
    went_live = pages.filter(other, alias_of=None, last_published_at__lte=before)
    published = went_live.filter(live_revision__created_at__lte=F("last_published_at"))
    return published.order_by("last_published_at", "pk")

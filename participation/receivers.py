"""Wagtail tells when a page was published; what follows for people is a service."""

from typing import Any

from django.utils import timezone
from wagtail.log_actions import get_active_log_context
from wagtail.models import Revision
from wagtail.signals import page_published

from content import receivers  # noqa: F401 -- connected first: it publishes the session itself
from content.models import ReportPage, SessionPage
from participation.services.publications import follow_publication
from participation.services.reports import freeze_report


def on_session_page_published(instance: SessionPage, revision: Revision, **kwargs: Any) -> None:
    if not instance.live:  # it is planned; the session keeps its facts
        return
    by, now = get_active_log_context().user, timezone.now()
    follow_publication(page=instance, revision_id=revision.pk, by=by, now=now)


def on_report_published(instance: ReportPage, revision: Revision, **kwargs: Any) -> None:
    if instance.live:
        freeze_report(page=instance, revision_id=revision.pk, now=timezone.now())


page_published.connect(
    on_session_page_published, sender=SessionPage, dispatch_uid="participation.record_publication"
)
page_published.connect(
    on_report_published, sender=ReportPage, dispatch_uid="participation.freeze_report"
)

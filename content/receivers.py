"""Wagtail tells when a page was published; what follows from it is a service."""

from typing import Any

from django.utils import timezone
from wagtail.signals import page_published, page_unpublished

from content.models import ReportPage, SessionPage
from content.services import note_gone, note_public, publish_session


def on_session_page_published(instance: SessionPage, **kwargs: Any) -> None:
    if instance.live:  # Wagtail also tells of one that is only planned
        publish_session(page=instance, now=timezone.now())


def on_report_published(instance: ReportPage, **kwargs: Any) -> None:
    if instance.live:
        note_public(page=instance)


def on_report_unpublished(instance: ReportPage, **kwargs: Any) -> None:
    note_gone(page=instance)


page_published.connect(
    on_session_page_published, sender=SessionPage, dispatch_uid="content.publish_session"
)
page_published.connect(on_report_published, sender=ReportPage, dispatch_uid="content.note_public")
page_unpublished.connect(on_report_unpublished, sender=ReportPage, dispatch_uid="content.note_gone")

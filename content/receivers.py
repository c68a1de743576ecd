"""Wagtail tells when a page was published; what follows from it is a service."""

from typing import Any

from django.utils import timezone
from wagtail.signals import page_published

from content.models import SessionPage
from content.services import publish_session


def on_session_page_published(instance: SessionPage, **kwargs: Any) -> None:
    if instance.live:  # Wagtail also tells of one that is only planned
        publish_session(page=instance, now=timezone.now())


page_published.connect(
    on_session_page_published, sender=SessionPage, dispatch_uid="content.publish_session"
)

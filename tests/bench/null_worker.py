"""The Celery application with a transport that sends nothing: for sizes beyond the wire."""

import django

django.setup()

from worker import tasks  # noqa: E402 -- its models need Django set up
from worker.app import app  # noqa: E402 -- the same
from worker.transport import NullTransport  # noqa: E402 -- the same

__all__ = ["app"]

tasks._transport = NullTransport()

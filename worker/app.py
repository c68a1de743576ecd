"""The Celery application: three queues, one schedule, ids only.

Redis carries hints, the database is the queue: a lost or doubled message does no harm, so there are
no results, no ETA and no countdown (with Redis those come again after the visibility timeout).
"""

import gc
import os

from celery import Celery  # noqa: TID251 -- this is the place
from celery.signals import setup_logging, worker_init  # noqa: TID251 -- this is the place
from django.conf import settings
from django.urls import get_resolver
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

#: tick: the clock, alone. swift: notices. bulk: mailings and imports. Each has its own worker, so
#: that a large mailing delays neither the clock nor a confirmation.
QUEUES = ("tick", "swift", "bulk")

app = Celery("bijeen")
app.config_from_object(
    {
        "broker_url": settings.BROKER_URL,
        "broker_transport": "worker.broker:Transport",
        "task_queues": [Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
        "task_default_queue": "bulk",
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 500,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "visibility_timeout": 600,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_enable_remote_control": False,
        "beat_scheduler": "celery.beat:Scheduler",  # keeps no file
        "beat_schedule": {
            "tick": {
                "task": "worker.tasks.tick",
                "schedule": 1.0,
                # One that waited longer is of no use: the next is there already.
                "options": {"queue": "tick", "expires": 2},
            }
        },
        "timezone": "UTC",
        "imports": ["worker.tasks"],
    }
)


@setup_logging.connect
def _keep_our_logging(**kwargs: object) -> None:
    """Django has set up the logs; Celery must not do it again."""


@worker_init.connect
def keep_what_is_loaded(**kwargs: object) -> None:
    """Load what every mail needs, and let the garbage collector look at it no more.

    It would go through a million objects that stay for ever, again and again while rows are read,
    which takes as long as making the mails does. The processes that are forked share them, too.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()

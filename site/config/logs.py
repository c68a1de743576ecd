"""Structured logs, one line an event: ids, not addresses.

JSON when nobody is looking at a terminal, readable words when somebody is.
"""

import logging
import re
import sys
from typing import Any

import structlog

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


#: The path of a personal link, whose token is a key.
_PERSONAL = re.compile(r"/([a-z])/[^/\s]*:[^/\s]*")


class WithoutLinks(logging.Filter):
    """Takes the token of a personal link out of what Django says of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django."):
            record.msg, record.args = _PERSONAL.sub(r"/\1/…", record.getMessage()), ()
        return True


def logging_config(level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, so that both write the same lines."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
            }
        },
        "filters": {"without_links": {"()": WithoutLinks}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "filters": ["without_links"],
            }
        },
        # These tell of every page that is indexed and every tick; their warnings are worth reading.
        "loggers": {name: {"level": "WARNING"} for name in ("celery", "django_tasks", "wagtail")},
        "root": {"handlers": ["console"], "level": level},
    }

"""The smallest Django project that sends mail, on SQLite: M4 compares with it."""

import os
from pathlib import Path

FOLDER = Path(os.environ["PEER_FOLDER"])

SECRET_KEY = "peer"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["tests.bench.peers", *os.environ.get("PEER_APPS", "").split()]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "peer.sqlite3",
        # As ours: without it, two processes that write would fail.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [FOLDER], "OPTIONS": {}}
]

EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["PEER_PORT"])
DEFAULT_FROM_EMAIL = "bijeen@example.org"

# As many at once as its own example of a configuration; what it logs is not looked at.
POST_OFFICE = {"BATCH_SIZE": 1000, "LOG_LEVEL": 1}
LOGGING = {
    "version": 1,
    "handlers": {"nowhere": {"class": "logging.NullHandler"}},
    "loggers": {"post_office": {"handlers": ["nowhere"], "propagate": False}},
}

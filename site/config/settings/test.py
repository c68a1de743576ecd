"""The test suite: fixed secrets, quick passwords, a data folder of its own."""

import os
import tempfile
from datetime import timedelta

# Every process of a suite that runs in several has its own.
if "BIJEEN_DATA" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["BIJEEN_DATA"] = tempfile.mkdtemp(prefix="bijeen-test-")

from config.settings.base import *  # noqa: F403 -- after the data folder is chosen
from config.settings.base import CACHES

DEBUG = False
SECRET_KEY = "test-secret-key-that-is-long-enough-for-every-check-of-django"  # noqa: S105 -- a test's
SUPPRESSION_KEY = "test-suppression-key"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
SHOW_INBOX = True
# Tests change rows behind the back of whatever notices that a page is old.
CACHES["pages"] = CACHES["pieces"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
WITHDRAWAL_TIME = timedelta(0)

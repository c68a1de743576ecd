"""The product with Wagtail's own API v2 beside it, which M9 compares with."""

from config.settings.local import *  # noqa: F403 -- settings are layered this way by Django's custom
from config.settings.local import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "wagtail.api.v2", "rest_framework"]
ROOT_URLCONF = "tests.bench.pages.urls"

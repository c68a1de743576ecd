"""A server on the internet. Refuses to start without its secrets, and says which are missing."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403 -- settings are layered this way by Django's custom
from config.settings.base import MIDDLEWARE, SITE_HOST, SITE_URL, STORAGES, env

_required = ("SECRET_KEY", "SUPPRESSION_KEY", "SITE_URL", "EMAIL_URL")
_missing = [
    name
    for name in _required
    if not (env.str(name, default="") or env.str(f"{name}_FILE", default=""))
]
if _missing:
    raise ImproperlyConfigured(
        f"Set {', '.join(_missing)} (or the same names with _FILE): see docs/operations.md."
    )
if not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured("SITE_URL must begin with https:// in production.")

MIDDLEWARE = ["config.middleware.client_address", *MIDDLEWARE]

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SUPPRESSION_KEY = env.str("SUPPRESSION_KEY")
# Loopback is for health checks from the same machine.
ALLOWED_HOSTS = [SITE_HOST, "127.0.0.1", "localhost", *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
}

SHOW_INBOX = False

"""What holds for every installation. Each address and secret comes from the environment.

Docs: docs/operations.md lists the variables. A secret `NAME` may also come as `NAME_FILE`.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from environ import FileAwareEnv

from config.logs import logging_config

env = FileAwareEnv()

ROOT = Path(__file__).resolve().parents[3]
SITE_DIR = ROOT / "site"
DATA_DIR = Path(env.str("BIJEEN_DATA", default=str(ROOT / "var"))).resolve()

PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
FRONTEND_URL = env.str("FRONTEND_URL", default=SITE_URL).rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"

# --- applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "base",
    "contacts",
    "content",
    "participation",
    "campaigns",
    "worker",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "ninja",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.refuse_unreadable",
    "config.page_cache.keep_public_pages",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "participation.wagtail_hooks.approvals.AskBeforeApproval",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

# Public pages, in the memory of each web process: no server has to be there for them.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 60,
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
    # What pages made anew share (base.memory): some ten pieces of 1 kB to a page.
    "pieces": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pieces",
        "TIMEOUT": 60,
        "OPTIONS": {"MAX_ENTRIES": 3000},
    },
}

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'bijeen.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a writer waits for its turn instead of failing with "database is locked" halfway.
    # FULL: a commit is on the disk. With NORMAL a loss of power takes the last ones away, and what
    # was claimed and sent in them would be sent again.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # The pages of an index that is being filled stay in memory (16 MB); the default is 2 MB.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        " PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# To open SQLite's file and set it up costs more than all else of a page that comes from memory.
DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where `up` puts the servers that it starts itself.
CATCHER_PORT = env.int("CATCHER_PORT", default=PORT + 1)
VALKEY_PORT = env.int("VALKEY_PORT", default=PORT + 2)
REDIS_URL = env.str("REDIS_URL", default="")
BROKER_URL = REDIS_URL or f"redis://127.0.0.1:{VALKEY_PORT}/0"
JOURNAL_DIR = DATA_DIR / "journal"
INBOX_DIR = DATA_DIR / "inbox"

# --- people -----------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/admin/login/"

# --- languages and time -----------------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [SITE_DIR / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [SITE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- mail -------------------------------------------------------------------------------------
# The worker alone speaks SMTP. Mail that Django or Wagtail sends by themselves becomes a Notice.
MAIL_URL = env.str("EMAIL_URL", default="") or f"smtp://127.0.0.1:{CATCHER_PORT}"
EMAIL_BACKEND = "contacts.email_backend.NoticeBackend"
BOUNCE_DOMAIN = env.str("BOUNCE_DOMAIN", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"bijeen@{SITE_HOST}")
# Seconds; a relay may take up to ten minutes to answer the final dot (RFC 5321, 4.5.3.2.6).
MAIL_TIMEOUT = env.int("MAIL_TIMEOUT", default=60)
# What the relay takes ("10/s 5000/h 40000/d"), and what single domains do ("gmail.com=20/m").
MAIL_PACE = env.str("MAIL_PACE", default="")
MAIL_DOMAIN_PACE = env.str("MAIL_DOMAIN_PACE", default="")
# So long a mailing that somebody sends now can be withdrawn.
WITHDRAWAL_TIME = timedelta(seconds=env.int("WITHDRAWAL_SECONDS", default=60))
# Octets of all files of one mail together, before they grow by a third on the wire.
MAIL_ATTACHMENTS_MAX = env.int("MAIL_ATTACHMENTS_MAX", default=5 * 1024 * 1024)

# --- Wagtail ----------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Bijeen"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no foreign host sees who works here
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "ics", "odt", "pdf", "pptx", "txt", "xlsx"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAILEMBEDS_FINDERS = [{"class": "wagtail.embeds.finders.oembed"}]

# --- what a visitor's browser is told ---------------------------------------------------------
X_FRAME_OPTIONS = "SAMEORIGIN"  # the admin shows previews in a frame of its own
# Not "no-referrer": with it a browser sends `Origin: null` with a form, which CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # SAMEORIGIN on purpose, as said above
CONTENT_SECURITY_POLICY = {
    # Wagtail's admin and the pages of the API's documentation bring inline scripts of their own.
    "EXCLUDE_URL_PREFIXES": ("/admin/", "/api/", "/django-admin/"),
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}

# --- limits -----------------------------------------------------------------------------------
CONFIRM_VALID = timedelta(days=7)

# --- logs -------------------------------------------------------------------------------------
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))

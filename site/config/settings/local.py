"""One machine, no preparation: secrets are made on the first start and kept in the data folder."""

import secrets

from config.settings.base import *  # noqa: F403 -- settings are layered this way by Django's custom
from config.settings.base import DATA_DIR, PORT, SITE_HOST, env


def _kept_secret(name: str) -> str:
    """Return the secret from the environment, else the one kept in the data folder (mode 0600)."""
    if given := env.str(name, default=""):
        return given
    path = DATA_DIR / "secrets" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = _kept_secret("SECRET_KEY")
SUPPRESSION_KEY = _kept_secret("SUPPRESSION_KEY")
ALLOWED_HOSTS = [SITE_HOST, "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"http://127.0.0.1:{PORT}", f"http://localhost:{PORT}"]

# Static files are served from where they lie: no collectstatic before the first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# /inbox/ shows what the built-in catcher received.
SHOW_INBOX = True

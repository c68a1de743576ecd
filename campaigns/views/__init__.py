"""Pages of this room: one's own mail as a page, its counted links, and the public archive."""

from campaigns.views.archive import archive, archived_mail
from campaigns.views.browser import browser
from campaigns.views.feeds import archive_atom, archive_json
from campaigns.views.links import link

__all__ = ["archive", "archive_atom", "archive_json", "archived_mail", "browser", "link"]

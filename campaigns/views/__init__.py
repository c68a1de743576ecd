"""Pages of this room: one's own mail as a page, and the archive that everybody may read."""

from campaigns.views.archive import archive, archived_mail
from campaigns.views.browser import browser
from campaigns.views.feeds import archive_atom, archive_json

__all__ = ["archive", "archive_atom", "archive_json", "archived_mail", "browser"]

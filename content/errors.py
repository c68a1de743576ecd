"""What can stand in the way in this room. Messages are for people and name the remedy."""

from django.utils.translation import gettext as _


class ContentError(Exception):
    """An expected failure; `str()` of it is shown to people."""


class SessionWithoutPage(ContentError):
    """There is no page beside which the report of the session could stand."""

    def __init__(self) -> None:
        super().__init__(_("This session has no page, so its report has no place. Make its page."))

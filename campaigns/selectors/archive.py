"""The public archive: which mailings everybody may read. Nothing here says to whom they went."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.enums import MailingState
from campaigns.models import Mailing
from contacts.enums import Purpose

#: What is for everybody; mail to participants or to a group is not.
PUBLIC_PURPOSES = (Purpose.ANNOUNCEMENTS, Purpose.INVITATIONS)

#: Begun, and not taken back.
_STARTED = (MailingState.SENDING, MailingState.PAUSED, MailingState.DONE)

#: A feed holds the last so many.
IN_FEED = 50


def archived_mailings() -> QuerySet[Mailing]:
    """Return the mailings that everybody may read, the latest first."""
    rows = Mailing.objects.filter(
        in_archive=True,
        is_template=False,
        state__in=_STARTED,
        purpose__in=PUBLIC_PURPOSES,
        started_at__isnull=False,
    )
    return rows.order_by("-started_at", "-pk")


def archive_problem(mailing: Mailing) -> str:
    """Return why a mailing cannot be shown to everybody; empty when it can."""
    if mailing.purpose in PUBLIC_PURPOSES:
        return ""
    names = ", ".join(str(Purpose(each).label) for each in PUBLIC_PURPOSES)
    return _("In the public archive only stands what is for everybody: %s.") % names


def is_filled() -> bool:
    """Whether there is anything in the archive, in one query."""
    return archived_mailings().exists()


def mail_path(number: int, language: str) -> str:
    """Return the path of an archived mailing in this language."""
    with translation.override(language):
        return reverse("archive:mailing", args=[number])


def list_path(language: str) -> str:
    """Return the path of the archive in this language."""
    with translation.override(language):
        return reverse("archive:list")


def feed_paths(language: str) -> dict[str, str]:
    """Return the paths of the feeds of the archive in this language."""
    query = f"?lang={language}"
    return {kind: reverse(f"campaigns:archive_{kind}") + query for kind in ("atom", "json")}

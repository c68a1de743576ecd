"""What stands in the public archive: put in and taken out, also after it was sent."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from wagtail.log_actions import log

from base.services import emit
from campaigns.errors import MailingNotReady
from campaigns.models import Mailing
from campaigns.selectors.archive import archive_problem


@transaction.atomic
def show_in_archive(
    *, mailing_id: int, in_archive: bool, now: datetime, by: User | None = None
) -> Mailing:
    """Put a mailing in the public archive or take it out; pages that were kept are made anew.

    Raises MailingNotReady for mail that is not for everybody.
    """
    rows = Mailing.objects.select_for_update(of=("self",))
    mailing = rows.select_related("session", "series").get(pk=mailing_id)
    if in_archive and (words := archive_problem(mailing)):
        raise MailingNotReady([words])
    if mailing.in_archive == in_archive:
        return mailing
    mailing.in_archive = in_archive
    mailing.save(update_fields=["in_archive"])
    log(instance=mailing, action=f"campaigns.{'archive' if in_archive else 'unarchive'}", user=by)
    note_archive(mailing_id=mailing_id, now=now)
    return mailing


def note_archive(*, mailing_id: int, now: datetime) -> None:
    """Write down that the public archive changed: pages kept from before are old from then on."""
    emit(kind="archive.changed", data={"mailing": mailing_id}, now=now)

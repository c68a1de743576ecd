"""What erasing a person does here, in numbers."""

from collections.abc import Collection, Iterator

from django.utils.translation import ngettext

from campaigns.models import Delivery
from contacts.enums import MAIL_DUE


def consequences_here(contact_ids: Collection[int]) -> Iterator[str]:
    """The sentences of this room."""
    rows = Delivery.objects.filter(contact__in=contact_ids)
    waiting = rows.filter(state__in=MAIL_DUE).count()
    if waiting:
        yield ngettext(
            "%(number)s mail of a mailing still waits, and does not go.",
            "%(number)s mails of mailings still wait, and do not go.",
            waiting,
        ) % {"number": waiting}
    sent = rows.filter(sent_at__isnull=False).count()
    if sent:
        yield ngettext(
            "%(number)s mail that was sent stays counted, without a name and an address.",
            "%(number)s mails that were sent stay counted, without a name and an address.",
            sent,
        ) % {"number": sent}

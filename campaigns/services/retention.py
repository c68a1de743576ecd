"""What this room keeps of people for how long. The periods stand here alone."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Delivery, MailingFile
from contacts.enums import MAIL_OPEN
from contacts.holdings import RetentionRule


def heard_of_here(since: datetime) -> list[QuerySet[Any]]:
    """Ids of people who were mailed since then, or are about to be."""
    mailed = Delivery.objects.filter(Q(sent_at__gte=since) | Q(state__in=MAIL_OPEN))
    return [mailed.values("contact")]


def _old_deliveries(before: datetime) -> QuerySet[Delivery]:
    done = Delivery.objects.filter(mailing__finished_at__lt=before).exclude(state__in=MAIL_OPEN)
    return done.exclude(address_key=None, reply_text="", holds=None)


def _empty_deliveries(deliveries: QuerySet[Delivery], now: datetime) -> None:
    deliveries.update(address_key=None, reply_text="", holds=None)


def _old_files(before: datetime) -> QuerySet[MailingFile]:
    return MailingFile.objects.filter(mailing__finished_at__lt=before)


def _delete(files: QuerySet[MailingFile], now: datetime) -> None:
    files.delete()


RULES = (
    RetentionRule(
        code="deliveries",
        label=_("the address, and for whom the mail was made, in the ledger of a mailing"),
        reason=_("to answer what came of a mail; that it was sent, and to whom, stays"),
        kept=timedelta(days=365),
        rows=_old_deliveries,
        remove=_empty_deliveries,
    ),
    RetentionRule(
        code="mailing_files",
        label=_("the files that went with a mailing"),
        reason=_("to send again what was refused or is in doubt, as long as there is an address"),
        kept=timedelta(days=365),
        rows=_old_files,
        remove=_delete,
        is_about_people=False,
    ),
)

"""The gate before a next step: what a mailing waits for, until somebody says that it is settled."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaigns.enums import EDITABLE, MailingState
from campaigns.errors import MoveForbidden
from campaigns.models import Mailing

SETTLE, UNSETTLE = "campaigns.settle", "campaigns.unsettle"


@transaction.atomic
def settle(*, mailing_id: int, by: User, now: datetime) -> Mailing:
    """Say that what the mailing waits for is settled: it may go out. Nothing is sent by that.

    Raises MoveForbidden when it waits for nothing (any more), or has started.
    """
    rows = _open(mailing_id).exclude(waits_for="").filter(settled_at=None)
    return _changed(mailing_id, rows.update(settled_at=now, settled_by=by), SETTLE, by)


@transaction.atomic
def unsettle(*, mailing_id: int, by: User, now: datetime) -> Mailing:
    """Say that it is not settled after all: the mailing waits again. Raises as settle."""
    rows = _open(mailing_id).filter(settled_at__isnull=False)
    return _changed(mailing_id, rows.update(settled_at=None, settled_by=None), UNSETTLE, by)


def _open(mailing_id: int) -> QuerySet[Mailing]:
    return Mailing.objects.filter(pk=mailing_id, state__in=EDITABLE, is_template=False)


def _changed(mailing_id: int, moved: int, action: str, by: User) -> Mailing:
    mailing = Mailing.objects.select_related("session").get(pk=mailing_id)
    if not moved:
        words = _("There is nothing here to settle (any more).")
        raise MoveForbidden(MailingState(mailing.state), [], words)
    log(instance=mailing, action=action, user=by, data={"waits_for": mailing.waits_for})
    return mailing

"""Giving a mailing another moment, from the time line."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns.enums import MailingState
from campaigns.errors import MailingNotReady
from campaigns.models import Mailing
from campaigns.services.mailings import plan_mailing, save_mailing


@transaction.atomic
def move_mailing(
    *, mailing_id: int, plan: dict[str, Any], now: datetime, by: User | None = None
) -> Mailing:
    """Give a mailing another plan: a planned one stays planned, any other stays a draft.

    Whether it may be repeated, and how late it may be, stays as it was. Raises MailingNotReady
    with every problem, MoveForbidden once it is being sent.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing_id)
    plan = {name: mailing.plan[name] for name in _STAYS if name in mailing.plan} | plan
    if mailing.state == MailingState.PLANNED:
        return plan_mailing(mailing_id=mailing_id, plan=plan, by=by, now=now)
    mailing.plan = plan
    try:
        return save_mailing(mailing=mailing, by=by, now=now)
    except ValidationError as error:
        raise MailingNotReady(error.messages) from error


_STAYS = ("late", "repeat")

"""The audience of a mailing, chosen apart from its text."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaigns.models import Mailing
from campaigns.services.mailings import save_mailing


@transaction.atomic
def set_audience(
    *, mailing_id: int, audience: dict[str, Any], by: User | None, now: datetime
) -> Mailing:
    """Write the audience with a revision; as after any edit, the mailing is a draft again.

    Raises ValidationError (by field) and MoveForbidden once it is being sent.
    """
    if not audience:
        raise ValidationError({"audience": [_("Add at least one condition.")]})
    rows = Mailing.objects.select_for_update(of=("self",)).select_related("session", "series")
    mailing = rows.get(pk=mailing_id)
    mailing.audience = audience
    save_mailing(mailing=mailing, by=by, now=now)
    log(instance=mailing, action="wagtail.edit", user=by)
    return mailing

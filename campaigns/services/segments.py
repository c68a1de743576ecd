"""Audiences with a name: kept, changed, and copied by whoever uses them."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaigns.checks import audience_problems
from campaigns.models import Segment


@transaction.atomic
def save_segment(
    *, segment: Segment, name: str, audience: dict[str, Any], by: User | None, now: datetime
) -> Segment:
    """Write a new or changed segment; mailings that copied it stay as they are.

    Raises ValidationError by field (`name`, `audience`).
    """
    is_new = segment._state.adding
    segment.name, segment.audience = name.strip(), audience
    if is_new:
        segment.created_at, segment.created_by = now, by
    problems: dict[str, list[str]] = {}
    if not audience:
        problems["audience"] = [_("Add at least one condition.")]
    elif found := audience_problems(audience):
        problems["audience"] = found
    try:
        segment.full_clean(exclude=["audience", "created_at", "created_by"])
    except ValidationError as error:
        problems |= error.message_dict
    if problems:
        raise ValidationError(problems)
    segment.save()
    log(instance=segment, action="wagtail.create" if is_new else "wagtail.edit", user=by)
    return segment

"""What is kept for how long, and what of it is due to go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.holdings import RetentionRule, registered
from contacts.models import RetentionRun

_DAYS_A_MONTH = 30.4
_DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Due:
    """How many rows the rule would remove now."""

    rule: RetentionRule
    count: int

    @property
    def period(self) -> str:
        return period_in_words(self.rule.kept)


def retention_rules() -> list[RetentionRule]:
    """The rules of every room, in the order in which they are applied."""
    return [rule for holding in registered() for rule in holding.retention]


def what_is_due(now: datetime) -> list[Due]:
    """Count, rule by rule, what would go now. One query for each; nothing changes."""
    return [Due(rule, rule.rows(now - rule.kept).count()) for rule in retention_rules()]


def unfinished_run() -> RetentionRun | None:
    """The cleaning that was stopped halfway, or is still at it."""
    return RetentionRun.objects.filter(finished_at=None).order_by("-id").first()


def period_in_words(kept: timedelta) -> str:
    """Say a period in days, in months when it is longer than two of them, or in whole years."""
    if not kept:
        return _("not at all")
    years, rest = divmod(kept.days, _DAYS_A_YEAR)
    if years and not rest:
        return ngettext("%(number)s year", "%(number)s years", years) % {"number": years}
    months = round(kept.days / _DAYS_A_MONTH)
    if months > 2:
        return ngettext("%(number)s month", "%(number)s months", months) % {"number": months}
    return ngettext("%(number)s day", "%(number)s days", kept.days) % {"number": kept.days}

"""What an organiser should know about the moment of a mailing. A hint never blocks."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.calendar_hints import holiday_names
from campaigns.errors import PlanInvalid
from campaigns.models import Mailing
from campaigns.plan import parse_plan
from campaigns.selectors.moments import (
    due_at,
    planned_without_window,
    site_window,
    waits_for,
    zone_of,
)


def plan_hints(mailing: Mailing, *, now: datetime) -> list[str]:
    """Return what is worth a second look about when the mailing goes out, in sentences.

    What it waits for, a moment that was moved because of the hours of the site, one outside these
    hours, and a holiday. Of a planned mailing its moment is meant, else what its plan comes to.
    """
    try:
        plan = parse_plan(mailing.plan)
        moment = mailing.due_at or due_at(mailing, now=now)
        wanted = None if plan.is_now else planned_without_window(mailing)
    except PlanInvalid:
        return []
    if moment is None:
        waiting = waits_for(mailing)
        return [waiting] if waiting else []
    zone, window = zone_of(mailing.session), site_window()
    local = moment.astimezone(zone)
    hints = []
    if wanted is not None and wanted != moment and not window.is_open(wanted, zone):
        words = {"planned": _moment(wanted.astimezone(zone)), "moment": _moment(local)}
        hints.append(
            _("Moved from %(planned)s to %(moment)s: no mailings go out at that time.") % words
        )
    if not window.is_open(moment, zone):
        hints.append(
            _("%(moment)s is outside the hours in which mailings go out here.")
            % {"moment": _moment(local)}
        )
    for name in holiday_names(local.date(), (get_language() or "nl")[:2]):
        words = {"day": _day(local.date()), "name": name}
        hints.append(_("%(day)s is %(name)s: many people do not read their mail then.") % words)
    return [capfirst(hint) for hint in hints]


def _moment(local: datetime) -> str:
    return date_format(local, "l j F, H:i")


def _day(day: date) -> str:
    return date_format(day, "l j F")

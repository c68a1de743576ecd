"""What pages tell of the dates of sessions: the feeds of them, and from when one moved."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from content.models import SeriesPage, Session
from participation.enums import ChangeState
from participation.models import ScheduleChange

register = template.Library()

#: Session.schedule(): the start, and the day.
_START, _DAY = 1, 3


@register.simple_tag
def previous_start(session: Session | None) -> str:
    """Return the start or the day from which the session moved last, in ISO 8601; else "".

    What was taken back or only corrected never held.
    """
    if session is None or session.pk is None:
        return ""
    now = session.schedule()
    changes = ScheduleChange.objects.filter(session=session).exclude(
        state__in=(ChangeState.WITHDRAWN, ChangeState.CORRECTION)
    )
    for before in changes.order_by("-version").values_list("before", flat=True):
        if len(before) <= _DAY:
            continue
        was, at_present = (before[_START], before[_DAY]), (now[_START], now[_DAY])
        if any(was) and was != at_present:
            return str(was[0] or was[1])
    return ""


@register.simple_tag
def feeds(series: SeriesPage | None = None) -> dict[str, str]:
    """Return the addresses of the feeds of the agenda, or of a series, in the current language.

    "subscribe" is that of the calendar for programs that take webcal.
    """
    language = get_language() or settings.LANGUAGE_CODE
    name, kwargs = "agenda", dict[str, str]()
    if series is not None and series.slug:  # a preview of a new page has none yet
        name, kwargs = "series", {"slug": series.slug}
    found = {
        kind: f"{settings.SITE_URL}{reverse(f'participation:{name}_{kind}', kwargs=kwargs)}"
        f"?lang={language}"
        for kind in ("ics", "atom", "json")
    }
    return found | {"subscribe": f"webcal:{found['ics'].partition(':')[2]}"}

"""How much mail is too much: what people asked of us, and the cap that the site sets itself."""

from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.enums import Exclusion, MailingKind
from campaigns.models import Delivery
from campaigns.selectors.terms import Terms, local_day
from contacts.enums import MAIL_OPEN, MailState, Purpose
from contacts.models import Contact

#: Within so long somebody who asked for less mail gets one mailing.
MONTH = timedelta(days=30)
#: Within so long nobody gets more mailings than the site allows.
WEEK = timedelta(days=7)

_ARRIVED = (MailState.SENT, MailState.COMPLAINED)
_UNDER_WAY = (*MAIL_OPEN, MailState.UNKNOWN)


def held_back(terms: Terms) -> list[tuple[Q, Exclusion]]:
    """Return whom this mailing spares. Mail about their own session, and changes, spare nobody."""
    if not terms.is_held_back:
        return []
    paused = Q(paused_until__gte=local_day(terms.now))
    this_month = _lately(terms, MONTH).filter(contact=OuterRef("pk"))
    had_one = Q(wants_less_mail=True) & Q(Exists(this_month))
    found = [(paused, Exclusion.PAUSED), (had_one, Exclusion.LESS_MAIL)]
    if terms.per_week is not None:
        this_week = _lately(terms, WEEK).filter(contact=OuterRef("pk")).order_by()
        number = Subquery(this_week.values("contact").annotate(number=Count("pk")).values("number"))
        enough = Q(GreaterThanOrEqual(Coalesce(number, 0), terms.per_week))
        found.append((enough, Exclusion.FATIGUE))
    return found


def reason_in_words(reason: str, contact: Contact, terms: Terms) -> str:
    """Return the reason with its date, where it has one: "asked for no mail until 3 March 2026"."""
    if reason == Exclusion.PAUSED and contact.paused_until:
        return _("asked for no mail until %(day)s") % {"day": _day(contact.paused_until)}
    if reason == Exclusion.LESS_MAIL:
        rows = _lately(terms, MONTH).filter(contact=contact, sent_at__isnull=False)
        latest = rows.order_by("-sent_at").values_list("sent_at", flat=True).first()
        if latest:
            return _("asked for less mail and had one on %(day)s") % {"day": _day(latest)}
    if reason == Exclusion.FATIGUE and terms.per_week is not None:
        return ngettext(
            "had a mailing this week already: the site allows %(number)s a week",
            "had %(number)s mailings this week already: as many as the site allows",
            terms.per_week,
        ) % {"number": terms.per_week}
    return str(Exclusion(reason).label) if reason else ""


def _lately(terms: Terms, period: timedelta) -> QuerySet[Delivery]:
    """Rows of other mailings that count: what arrived in the period, and what is still to be sent.

    Of two mailings that run at once the one that started first goes on, so that somebody gets one
    of them, and never both or neither.
    """
    since = terms.now - period
    earlier = Q(mailing__started_at__lt=terms.started_at)
    if terms.mailing_id:
        earlier |= Q(mailing__started_at=terms.started_at, mailing_id__lt=terms.mailing_id)
    under_way = Q(state__in=_UNDER_WAY, mailing__started_at__gte=since) & earlier
    rows = Delivery.objects.filter(Q(state__in=_ARRIVED, sent_at__gte=since) | under_way)
    rows = rows.exclude(mailing__purpose=Purpose.PARTICIPATION)
    rows = rows.exclude(mailing__kind=MailingKind.CHANGE)
    return rows.exclude(mailing=terms.mailing_id) if terms.mailing_id else rows


def _day(moment: date) -> str:
    day = local_day(moment) if isinstance(moment, datetime) else moment
    return date_format(day, "j F Y")

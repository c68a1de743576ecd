"""When people were last sent a mailing: a filter and a column of the list of people."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import Delivery
from contacts.holdings import PeopleColumn, PeopleFilter
from contacts.models import Contact
from contacts.selectors.days import start_of


def last_mailed(contact_ids: Collection[int]) -> dict[int, date]:
    """Return the day of the last mailing that was sent to each of these people. One query."""
    sent = Delivery.objects.filter(contact__in=contact_ids, sent_at__isnull=False)
    last = sent.order_by().values_list("contact").annotate(at=Max("sent_at"))
    return {contact_id: timezone.localdate(at) for contact_id, at in last}


def narrow_by_last_mailing(
    people: QuerySet[Contact], value: str, now: datetime
) -> QuerySet[Contact]:
    """People who were sent no mailing ever, one in this calendar month, or none for a year.

    Days are those of the house's zone. Who was mailed on the same day of last year was mailed
    within the year.
    """
    today = timezone.localdate(now)
    sent = Delivery.objects.filter(contact=OuterRef("pk"), sent_at__isnull=False)
    match value:
        case "month":
            return people.filter(Exists(sent.filter(sent_at__gte=start_of(today.replace(day=1)))))
        case "year":
            within = sent.filter(sent_at__gte=start_of(_year_before(today)))
            return people.filter(Exists(sent), ~Exists(within))
    return people.filter(~Exists(sent))


def _year_before(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


PEOPLE_FILTERS = (
    PeopleFilter(
        name="last_mailing",
        label=_("last mailing"),
        choices=(
            ("never", _("never")),
            ("month", _("this month")),
            ("year", _("longer than a year ago")),
        ),
        narrow=narrow_by_last_mailing,
    ),
)
PEOPLE_COLUMNS = (PeopleColumn(name="last_mailing", label=_("last mailing"), read=last_mailed),)

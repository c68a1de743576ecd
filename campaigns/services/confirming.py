"""A mailing to very many people: somebody types the number, and the start keeps to it."""

from datetime import datetime

from django.db import transaction

from campaigns.errors import AudienceInvalid, NumberUnconfirmed, TooManyRecipients
from campaigns.models import Delivery, Mailing
from campaigns.selectors.recipients import count_recipients
from campaigns.selectors.terms import terms_of
from contacts.enums import MailState
from content.selectors import site_settings

#: The number may have changed by so much between looking and sending: somebody signed up.
_SLACK = 0.1


def confirmed_number(number: int, *, confirmed: int | None) -> int | None:
    """Return what to keep of a mailing that goes to this `number` of people: what was confirmed.

    None when it is too small to be asked for.

    Raises NumberUnconfirmed when it has to be given and was not, or is not what it comes to.
    """
    if number < site_settings().recipients_limit:
        return None
    if confirmed is None or abs(confirmed - number) > number * _SLACK:
        raise NumberUnconfirmed(number)
    return confirmed


@transaction.atomic
def confirm_earlier_plans(*, now: datetime) -> None:
    """Take what was planned before anybody was asked for the number as confirmed as it stands now.

    For the end of an update, after the migration that marked those mailings with 0: they would all
    be missed otherwise.
    """
    for mailing in Mailing.objects.filter(confirmed_recipients=0).select_related("session"):
        try:
            number = count_recipients(terms_of(mailing, now))
        except AudienceInvalid:  # cannot start either; says so then
            number = 0
        confirmed = number if number >= site_settings().recipients_limit else None
        Mailing.objects.filter(pk=mailing.pk, confirmed_recipients=0).update(
            confirmed_recipients=confirmed
        )


def hold_to_number(mailing: Mailing) -> None:
    """Raise TooManyRecipients when the ledger reaches far more people than somebody said yes to.

    Far more is over the number that was confirmed and a tenth; below the site's limit nobody is
    asked, so that is always allowed.
    """
    number = Delivery.objects.filter(mailing=mailing, state=MailState.QUEUED).count()
    confirmed, limit = mailing.confirmed_recipients, site_settings().recipients_limit
    if number > max(limit, (confirmed or 0) * (1 + _SLACK)):
        raise TooManyRecipients(number, confirmed=confirmed, limit=limit)

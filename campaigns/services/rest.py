"""A mailing that is done goes to the rest: whoever is in its audience since, or signed up since.

By a person, of any mailing that is done; by the tick, of reminders to people who signed up, until
the session begins. Every function may run twice at once or again after a kill: the mailing is held
while its rows are written, and everybody has at most one row.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaigns.enums import Exclusion, MailingKind, MailingState
from campaigns.errors import CampaignError, MailingNotReady, MoveForbidden
from campaigns.models import Delivery, Mailing
from campaigns.selectors.terms import is_past, terms_of
from campaigns.services.batches import lay_out
from campaigns.services.confirming import confirmed_number
from campaigns.services.ledger import queue_again, write_rows
from contacts.enums import MailState, Purpose
from content.enums import SessionStatus
from participation.enums import RegistrationState
from participation.models import Registration


@transaction.atomic
def add_the_rest(
    *, mailing_id: int, now: datetime, by: User | None = None, confirmed: int | None = None
) -> int:
    """Write rows for people in the audience who have none yet; return how many will get it.

    By the same rules as at the start, with membership as it is now; who does not get it has a row
    with the reason. With somebody to mail, the mailing is being sent again. Raises MoveForbidden
    when it is not done, MailingNotReady when what it is about is over, AudienceInvalid,
    NumberUnconfirmed when it goes to so many more that `confirmed`, their number, has to be given.
    """
    number = _add(mailing_id=mailing_id, now=now, by=by)
    confirmed_number(number, confirmed=confirmed)
    return number


def _add(*, mailing_id: int, now: datetime, by: User | None = None) -> int:
    rows = Mailing.objects.select_for_update(of=("self",)).select_related("session")
    mailing = rows.get(pk=mailing_id)
    if mailing.state != MailingState.DONE:
        words = _("Only a mailing that is done can be sent to the rest.")
        raise MoveForbidden(mailing.state, [], words)
    terms = terms_of(mailing, now).for_the_rest()
    if terms.is_over:
        raise MailingNotReady([_("The session has begun or was cancelled.")])
    write_rows(mailing, terms)
    queue_again(terms)
    number = Delivery.objects.filter(mailing=mailing, state=MailState.QUEUED).count()
    if number:
        lay_out(mailing_id)
        Mailing.objects.filter(pk=mailing_id).update(
            state=MailingState.SENDING,
            finished_at=None,
            told=terms.told,
            frozen=mailing.frozen | {"day": terms.day.isoformat()},
        )
        log(instance=mailing, action="campaigns.rest", user=by, data={"number": number})
    return number


def send_to_late_sign_ups(*, now: datetime) -> list[int]:
    """Send reminders that are done to whoever signed up since; return the ids of those mailings.

    The latest goes first: whoever gets that needs no earlier one that says the same. Nobody types
    their number: each of them signed up for it.
    """
    reopened = []
    for mailing in _reminders_with_late_sign_ups(now):
        try:
            with transaction.atomic():
                if _add(mailing_id=mailing.pk, now=now):
                    reopened.append(mailing.pk)
        except CampaignError:  # moved meanwhile, or its audience names what is gone
            continue
    return reopened


def _reminders_with_late_sign_ups(now: datetime) -> list[Mailing]:
    signed_up = Registration.objects.filter(
        ~Exists(_own_row()),
        session=OuterRef("session"),
        state=RegistrationState.REGISTERED,
        contact__isnull=False,
        no_reminders=False,
    )
    reminders = Mailing.objects.filter(
        Exists(signed_up),
        state=MailingState.DONE,
        kind=MailingKind.REMINDER,
        purpose=Purpose.PARTICIPATION,
        session__starts_at__gt=now,
    ).exclude(session__status=SessionStatus.CANCELLED)
    found = reminders.select_related("session").defer("frozen", "body_nl", "body_en")
    return [each for each in found.order_by("-started_at", "-pk") if not _is_past(each, now)]


def _own_row() -> QuerySet[Delivery]:
    """The row of a registration's person in the mailing, unless it says that they had none."""
    rows = Delivery.objects.filter(mailing=OuterRef(OuterRef("pk")), contact=OuterRef("contact"))
    return rows.exclude(state=MailState.EXCLUDED, reason=Exclusion.NOT_REGISTERED)


def _is_past(mailing: Mailing, now: datetime) -> bool:
    return mailing.session is not None and is_past(mailing.session, now)

"""The people and the mailings of the faults. Import it with Django set up."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from campaigns.services import mailings
from contacts.enums import MAIL_OPEN
from contacts.models import Organisation
from tests.bench.scene import make_people
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import make_contact, make_representation
from tests.factories.content import lift_limit, make_session


def invite_people(count: int, *, faults: tuple[str, ...] = (), each: int = 3) -> None:
    """Make that many people who speak for members, and in the middle of them so many for whom
    each fault is meant."""
    make_people(count // 2)
    with transaction.atomic():
        organisation = Organisation.objects.order_by("pk")[0]
        # Two with the same fault are no neighbours: three in a row are more than bad luck.
        for number in range(each):
            for fault in faults:
                contact = make_contact(email=f"{fault}{number}@leden.example.org")
                make_representation(contact, organisation)
    make_people(count - count // 2, first=count // 2)


def plan_mailing(*, now: datetime | None = None) -> Mailing:
    """Plan an invitation to all of them, to a session of its own, to be sent now."""
    now = now or timezone.now()
    lift_limit()
    starts_at = now + timedelta(days=21)
    session = make_session(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))
    mailing = make_mailing(session=session, audience={"member": True})
    return mailings.start(mailing_id=mailing.pk, now=now)


def is_done(mailing: Mailing) -> bool:
    return Mailing.objects.filter(pk=mailing.pk, state=MailingState.DONE).exists()


def open_rows(mailing: Mailing) -> int:
    """How many are not settled yet; of a mailing that has not started nobody knows."""
    return Delivery.objects.filter(mailing=mailing, state__in=MAIL_OPEN).count()

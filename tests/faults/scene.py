"""The contacts and the mailing that the fault scenarios need."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.models import Mailing
from campaigns.services import mailings
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import make_contact, make_member, make_representation
from tests.factories.content import make_session


def plan_mailing_to(recipients: int) -> Mailing:
    """Make that many people of members and plan an invitation to them, to be sent now."""
    now = timezone.now()
    with transaction.atomic():
        organisation = make_member()
        for number in range(recipients):
            contact = make_contact(email=f"person{number}@leden.example.org")
            make_representation(contact, organisation)
        starts_at = now + timedelta(days=21)
        session = make_session(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))
        mailing = make_mailing(session=session, audience={"member": True})
    return mailings.start(mailing_id=mailing.pk, now=now)

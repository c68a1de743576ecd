"""The people and the mailing that the measures of sending need. Import it with Django set up."""

import statistics
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.markdown import to_blocks
from campaigns.models import Delivery, Mailing
from campaigns.selectors import load_deliveries
from campaigns.services import mailings, planning
from contacts.addresses import address_hash
from contacts.models import Contact, Organisation, Representation
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import make_member
from tests.factories.content import lift_limit, make_session
from worker.sources import MailingSource

ORGANISATIONS = 500
FIRST_NAMES = ("Amina", "Bo", "Carla", "Dirk", "Eva", "Farid", "Gerda", "Hassan", "Noor", "Zoë")

#: Eight merge fields; what stands at the top and at the foot of every mail adds its own.
FIELDS = (
    "Beste {{ contact.given_name }}, namens {{ organisation.name }} nodigen we je uit voor "
    "{{ session.title }} op {{ session.when }}. Doe je mee? {{ link.sign_up }} "
    "Kun je niet? {{ link.decline }} Lees meer: {{ session.url }} ({{ session.where }})."
)
WORDS = "Samen werken we aan een constructief verhaal over migratie en ontwikkeling. " * 6
#: As many paragraphs as make a mail of 20 kB: text and HTML both carry the words.
PARAGRAPHS = 9

_AT_ONCE = 5000
_SAMPLE = 200


def make_people(count: int, *, first: int = 0) -> None:
    """Make that many people who speak for members, numbered from `first`."""
    now = timezone.now()
    members = list(Organisation.objects.order_by("pk")) or [
        make_member(name=f"Stichting Voorbeeld {number}") for number in range(ORGANISATIONS)
    ]
    for start in range(first, first + count, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, first + count))
        with transaction.atomic():
            people = Contact.objects.bulk_create(
                Contact(
                    given_name=FIRST_NAMES[number % len(FIRST_NAMES)],
                    family_name_prefix="de",
                    family_name=f"Vries{number}",
                    email=f"persoon{number}@leden.example.org",
                    address_key=f"persoon{number}@leden.example.org",
                    address_hash=address_hash(f"persoon{number}@leden.example.org"),
                    address_source="ledenlijst",
                    created_at=now,
                )
                for number in numbers
            )
            Representation.objects.bulk_create(
                Representation(contact=person, organisation=members[number % len(members)])
                for number, person in zip(numbers, people, strict=True)
            )


def make_invitation() -> Mailing:
    """Make an invitation of about 20 kB to everybody who speaks for a member: a draft."""
    lift_limit()
    starts_at = timezone.now() + timedelta(days=21)
    session = make_session(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))
    paragraphs = "\n\n".join([WORDS] * PARAGRAPHS)
    body = to_blocks(f"{FIELDS}\n\n{paragraphs}\n\n[Ik doe mee]({{{{ link.sign_up }}}})")
    # In Dutch alone: everybody gets that.
    words = {"body_nl": body, "subject_en": "", "body_en": []}
    return make_mailing(session=session, audience={"member": True}, **words)


def start(mailing: Mailing) -> None:
    """Write the ledger of a mailing, as the tick does when its moment has come."""
    now = timezone.now()
    mailings.start(mailing_id=mailing.pk, now=now)
    if not planning.start_mailing(mailing_id=mailing.pk, now=now):
        raise RuntimeError("The mailing did not start.")


def mean_octets(mailing: Mailing) -> int:
    """Return the mean size of its messages, and leave the mailing as it is."""
    with transaction.atomic():
        start(mailing)
        rows = Delivery.objects.filter(mailing=mailing).order_by("pk")[:_SAMPLE]
        source = MailingSource(mailing.pk)
        mails = (
            source.compose(row, timezone.now())
            for row in load_deliveries(rows.values_list("pk", flat=True))
        )
        mean = statistics.mean(len(mail.content) for mail in mails)
        transaction.set_rollback(True)
    return round(mean)

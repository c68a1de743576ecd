"""Mail that waits, or is on its way, at the moment when its person is erased."""

from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Delivery
from campaigns.services.planning import start_mailing
from contacts.enums import MailState, NoticeKind, Source
from contacts.models import Contact, Notice
from contacts.services.erasure import erase_contact
from contacts.services.notices import create_notice
from tests.contacts.dump import tables_that_hold
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import make_contact, make_member, make_representation
from tests.factories.participation import make_registration
from tests.worker.conftest import NOW, Wire
from worker.engine import send_batch
from worker.ledger import release_rows
from worker.sources import MailingSource, NoticeSource
from worker.transport import Reply

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ADDRESS = "zwaluw@example.org"


def make_person() -> Contact:
    contact = make_contact(given_name="Quirine", family_name="Zwaluw", email=ADDRESS)
    make_representation(contact, make_member())
    return contact


def erase(contact: Contact) -> None:
    erase_contact(contact_id=contact.pk, by=None, source=Source.FORM, now=NOW)


def make_ledger_row(contact: Contact) -> tuple[Any, Any]:
    """A delivery of a mailing that is being sent, and the source it is sent from."""
    delivery = make_delivery(contact=contact)
    return delivery, MailingSource(delivery.mailing_id)


def make_notice(contact: Contact) -> tuple[Any, Any]:
    """A link to one's own sign-up: of the kind that even a bounced address gets."""
    registration = make_registration(contact=contact, session=make_far_session())
    create_notice(
        kind=NoticeKind.LINK,
        address=ADDRESS,
        contact=contact,
        language="nl",
        context={"registration": registration.pk},
        key="link:1",
        now=NOW,
    )
    return Notice.objects.get(), NoticeSource(NOW)


MAILS = pytest.mark.parametrize("make_mail", [make_ledger_row, make_notice])


def send(source: Any, wire: Any, folder: Any) -> None:
    send_batch(source, wire, journal_dir=folder, clock=lambda: NOW)


@MAILS
def test_mail_that_waits_is_not_sent(make_mail: Callable[..., Any], tmp_path: Any) -> None:
    contact = make_person()
    row, source = make_mail(contact)
    erase(contact)
    wire = Wire()
    send(source, wire, tmp_path)
    row.refresh_from_db()
    assert (wire.sent, row.state in ("excluded", "expired")) == ([], True)


@MAILS
def test_mail_that_is_claimed_is_stopped_just_before_the_wire(
    make_mail: Callable[..., Any], tmp_path: Any
) -> None:
    contact = make_person()
    row, source = make_mail(contact)
    wire = Wire()
    load = source.load
    loaded = []

    def load_and_erase(claim: str, row_ids: list[int]) -> list[Any]:
        loaded.extend(load(claim, row_ids))
        erase(contact)
        return loaded

    source.load = load_and_erase
    send(source, wire, tmp_path)
    row.refresh_from_db()
    assert (wire.sent, len(loaded), row.state) == ([], 1, MailState.EXCLUDED)
    assert tables_that_hold("zwaluw") == {}


@MAILS
def test_mail_on_the_wire_is_recorded_as_sent_without_the_relays_words(
    make_mail: Callable[..., Any], tmp_path: Any
) -> None:
    contact = make_person()
    row, source = make_mail(contact)
    words = Reply(MailState.SENT, 250, f"2.1.5 <{ADDRESS}> ok")
    wire = Wire({ADDRESS: words}, on_body=lambda mail: erase(contact))
    send(source, wire, tmp_path)
    row.refresh_from_db()
    assert (wire.sent, row.state, row.sent_at, row.reply_text) == (
        [ADDRESS],
        MailState.SENT,
        NOW,
        "",
    )
    assert tables_that_hold("zwaluw") == {}


@MAILS
def test_claim_of_a_dead_worker_comes_back_and_is_stopped_then(
    make_mail: Callable[..., Any], tmp_path: Any
) -> None:
    contact = make_person()
    row, source = make_mail(contact)
    assert source.claim("gone", 9) == [row.pk]
    erase(contact)
    assert release_rows(type(row), claim="gone", row_ids=[row.pk]) == 1
    wire = Wire()
    send(source, wire, tmp_path)
    row.refresh_from_db()
    assert (wire.sent, row.state) == ([], MailState.EXCLUDED)


def test_mail_of_others_keeps_the_relays_words(tmp_path: Any) -> None:
    contact = make_person()
    row, source = make_ledger_row(contact)
    wire = Wire({ADDRESS: Reply(MailState.REFUSED, 550, "5.1.1 unknown")})
    send(source, wire, tmp_path)
    row.refresh_from_db()
    assert (row.state, row.reply_text) == (MailState.REFUSED, "5.1.1 unknown")


def test_erased_person_is_not_in_a_mailing_that_starts_later() -> None:
    contact, other = make_person(), make_person_of_a_member()
    mailing = make_mailing(state="planned", due_at=NOW, plan={"now": True})
    erase(contact)
    assert start_mailing(mailing_id=mailing.pk, now=NOW)
    rows = Delivery.objects.filter(address_key__isnull=False)
    assert [row.contact_id for row in rows] == [other.pk]


def make_person_of_a_member() -> Contact:
    contact = make_contact()
    make_representation(contact, make_member())
    return contact

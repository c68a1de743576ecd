"""Pause, cancel and shutdown reach a worker in the middle of a batch, within one message."""

import select
import threading

import pytest
from django.db import connection, transaction

from base.bell import Listener, ring
from campaigns.enums import MailingState
from campaigns.models import Batch, Delivery
from campaigns.services import mailings
from campaigns.services.batches import lay_out
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import make_contact, make_member, make_representation
from tests.worker.conftest import NOW, Notices, Wire, states
from worker.engine import send_batch
from worker.sources import MailingSource

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def elsewhere(act) -> None:
    """Do it in another thread, which has a connection of its own, and wait until it rang here."""
    failed = []

    def run():
        try:
            with transaction.atomic():
                act()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failed == []
    if connection.vendor == "postgresql":
        # A notification is on its way when the commit returns; the next mail of a test is faster.
        arrived, _, _ = select.select([connection.connection.fileno()], [], [], 30)
        assert arrived


def test_bell_is_heard_once(file_database):
    listener = Listener()
    assert not listener.rang()

    def change() -> None:
        make_contact()
        ring()

    elsewhere(change)
    assert listener.rang()
    assert not listener.rang()


@pytest.fixture
def mailing(file_database):
    found = make_mailing(state=MailingState.SENDING, audience={"everyone": True})
    for number in range(8):
        person = make_contact(email=f"person{number}@example.org")
        make_representation(person, make_member())
        make_delivery(mailing=found, contact=person, address_key=person.address_key)
    Batch.objects.all().delete()
    lay_out(found.pk)
    return found


@pytest.mark.parametrize("act", [mailings.pause_mailing, mailings.cancel_mailing])
def test_batch_hears_a_person_at_the_next_message(mailing, tmp_path, act):
    def third(mail):
        if mail.recipient == "person2@example.org":
            elsewhere(lambda: act(mailing_id=mailing.pk, now=NOW))

    wire = Wire(on_body=third)
    send_batch(MailingSource(mailing.pk), wire, journal_dir=tmp_path, clock=lambda: NOW)
    assert wire.sent == [f"person{number}@example.org" for number in range(3)]
    found = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(found) == ["sent"] * 3 + ["queued"] * 5


def test_paused_mailing_goes_on_where_it_was(mailing, tmp_path):
    def third(mail):
        if mail.recipient == "person2@example.org":
            elsewhere(lambda: mailings.pause_mailing(mailing_id=mailing.pk, now=NOW))

    wire = Wire(on_body=third)
    send_batch(MailingSource(mailing.pk), wire, journal_dir=tmp_path, clock=lambda: NOW)
    again = Wire()
    send_batch(MailingSource(mailing.pk), again, journal_dir=tmp_path, clock=lambda: NOW)
    assert again.sent == []
    mailings.resume_mailing(mailing_id=mailing.pk, now=NOW)
    send_batch(MailingSource(mailing.pk), again, journal_dir=tmp_path, clock=lambda: NOW)
    assert again.sent == [f"person{number}@example.org" for number in range(3, 8)]


def test_worker_that_shuts_down_gives_the_rest_back(notices, tmp_path):
    notices(5)
    wire = Wire()
    result = send_batch(
        Notices(),
        wire,
        journal_dir=tmp_path,
        clock=lambda: NOW,
        is_stopping=lambda: len(wire.sent) == 2,
    )
    assert (len(wire.sent), result.released) == (2, 3)
    assert list(states().values()) == ["sent", "sent", "queued", "queued", "queued"]

"""What the engine asks of a notice before it goes out."""

import pytest

from contacts.models import Notice
from tests.factories.contacts import make_contact, make_suppression
from tests.worker.conftest import NOW
from worker.sources import NoticeSource

pytestmark = pytest.mark.django_db


def test_hard_bounce_stops_notices_but_not_the_way_back():
    contact = make_contact(email="weg@example.org")
    make_suppression(contact, reason="hard_bounce")
    rows = {
        kind: Notice.objects.create(
            kind=kind, address=contact.email, key=kind, created_at=NOW, not_before=NOW
        )
        for kind in ("registered", "confirm", "link")
    }
    stopped = NoticeSource(NOW).exclusions(list(rows.values()), NOW)
    assert stopped == {rows["registered"].pk: "suppressed"}

"""Of a mail with parts for some people only, what was sent stays to be read."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import links
from campaigns.message import preview_for
from campaigns.models import Delivery, Mailing
from campaigns.selectors import load_deliveries
from campaigns.services.forgetting import forget_deliveries
from contacts.models import Contact
from participation.models import Registration
from tests.campaigns.test_parts import BODY, only_for, parts_in, text
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact
from tests.factories.participation import make_registration
from worker.sources import MailingSource

pytestmark = pytest.mark.django_db


def _look(mailing: Mailing, rows: list[Delivery]) -> list[dict[str, Any]]:
    """Do what is done just before these rows go out; return the queries."""
    source = MailingSource(mailing.pk)
    with CaptureQueriesContext(connection) as queries:
        source.exclusions(load_deliveries([row.pk for row in rows]), timezone.now())
    return queries.captured_queries


@pytest.mark.database
def test_page_of_a_mail_shows_the_parts_that_were_sent(client):
    session = make_far_session()
    mailing = make_mailing(
        state="sending",
        session=session,
        purpose="participation",
        kind="follow_up",
        audience={"everyone": True},
        body_nl=BODY,
        body_en=[],
        subject_en="",
    )
    came, stayed = make_contact(), make_contact()
    rows = []
    for contact, mark in ((came, "present"), (stayed, "no_show")):
        make_registration(session=session, contact=contact, attendance=mark)
        rows.append(make_delivery(mailing=mailing, contact=contact))
    _look(mailing, rows)
    Delivery.objects.update(state="sent")
    Registration.objects.update(attendance="excused", state="cancelled")

    def shown(row: Delivery) -> set[str]:
        return parts_in(client.get(links.browser(row.pk)).content.decode())

    assert [shown(row) for row in rows] == [
        {"non_member", "signed_up", "present"},
        {"non_member", "signed_up", "no_show"},
    ]
    preview = preview_for(mailing, came, now=NOW)
    assert preview is not None
    assert parts_in(preview.mail.text) == {"non_member", "signed_up", "present"}
    # Of a mail that was never made, and of one sent by an earlier version, what is true now.
    Delivery.objects.filter(pk=rows[0].pk).update(holds=None)
    assert shown(rows[0]) == {"non_member", "not_signed_up", "excused"}


def test_mail_that_goes_again_is_made_of_what_is_true_then():
    session = make_far_session()
    mailing = make_mailing(
        state="sending",
        session=session,
        kind="change",
        purpose="participation",
        body_nl=BODY,
        body_en=[],
        subject_en="",
    )
    row = make_delivery(mailing=mailing)
    seat = make_registration(session=session, contact=row.contact)
    _look(mailing, [row])
    Delivery.objects.update(state="deferred")
    Registration.objects.filter(pk=seat.pk).update(state="waiting")
    _look(mailing, [row])
    row.refresh_from_db()
    assert row.holds == "non_member,waiting"


def test_mail_that_is_stopped_keeps_nothing_of_the_person():
    session = make_far_session()
    mailing = make_mailing(state="sending", session=session, body_nl=BODY)
    row = make_delivery(mailing=mailing)
    make_registration(session=session, contact=row.contact)  # an invitation goes to nobody who did
    _look(mailing, [row])
    row.refresh_from_db()
    assert row.holds is None


@pytest.mark.database
def test_keeping_what_was_sent_takes_a_statement_for_each_combination_and_none_without_parts():
    session = make_far_session()
    plain = make_mailing(state="sending", session=session)
    body = [only_for("signed_up", "waiting", say="Fijn"), text("Dag")]
    parted = make_mailing(
        state="sending",
        session=session,
        kind="change",
        purpose="participation",
        body_nl=body,
        body_en=[],
        subject_en="",
    )

    def writes(mailing: Mailing, rows: list[Delivery]) -> int:
        found = _look(mailing, rows)
        return sum(query["sql"].startswith("UPDATE") for query in found)

    rows = [make_delivery(mailing=plain) for _ in range(3)]
    assert writes(plain, rows) == 0
    rows = [make_delivery(mailing=parted) for _ in range(6)]
    for number, row in enumerate(rows):
        state = "waiting" if number % 2 else "registered"
        make_registration(session=session, contact=row.contact, state=state)
    assert writes(parted, rows) == 2
    kept = Delivery.objects.filter(mailing=parted).order_by("pk").values_list("holds", flat=True)
    assert list(kept) == ["signed_up", "waiting"] * 3
    other_language = make_mailing(
        state="sending", session=session, body_nl=[only_for("other_language", say="Sorry")]
    )
    assert writes(other_language, [make_delivery(mailing=other_language)]) == 0


def test_somebody_who_is_erased_leaves_nothing_of_it():
    mailing = make_mailing(state="sending", session=make_far_session(), body_nl=BODY)
    row = make_delivery(mailing=mailing, state="sent", holds="non_member,no_show")
    forget_deliveries(Contact.objects.get(pk=row.contact_id))
    row.refresh_from_db()
    assert (row.holds, row.address_key) == (None, None)

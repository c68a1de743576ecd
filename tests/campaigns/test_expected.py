"""What one person will get in the coming weeks, and on a time line."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.selectors.expected import expected_mail, verdicts
from campaigns.timeline.profiles import Answer
from contacts.enums import NoticeKind
from contacts.services.notices import create_notice
from tests.campaigns.people import make_delegate, register
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, make_contact, make_suppression
from tests.factories.content import make_session

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def planned(after, **values):
    due_at = NOW + after
    return make_mailing(state="planned", due_at=due_at, plan={"at": due_at.isoformat()}, **values)


def told(lines, person):
    known = verdicts(person, [line.mailing for line in lines], now=NOW)
    return [
        (
            line.mailing.title,
            str(line.kind),
            line.place,
            (str(known[line.mailing.pk].answer), known[line.mailing.pk].why),
        )
        for line in lines
    ]


def test_everything_planned_stands_there_with_why_or_why_not():
    session = make_session()
    person = make_delegate()
    register(session, person)
    planned(9 * DAY, title="later", audience={"member": True})
    planned(2 * DAY, title="uitnodiging", session=session, audience=_none(session))
    planned(61 * DAY, title="te ver")
    make_mailing(title="concept", plan={"at": (NOW + DAY).isoformat()})
    make_mailing(title="sjabloon", state="planned", due_at=NOW + DAY, is_template=True)
    running = make_mailing(title="loopt", state="sending", started_at=NOW - DAY)
    make_delivery(mailing=running, contact=person, state="queued")
    plan = {"relative": {"anchor": "session_start", "days": -7, "time": "09:00"}}
    undated = make_session(precision="unknown")
    make_mailing(title="wacht", state="planned", session=undated, plan=plan)
    found = expected_mail(person, now=NOW)
    assert told(found.coming, person) == [
        ("loopt", "mailing", NOW - DAY, ("yes", "wacht")),
        ("uitnodiging", "mailing", NOW + 2 * DAY, ("no", "is al aangemeld")),
        ("later", "mailing", NOW + 9 * DAY, ("yes", "")),
    ]
    assert told(found.waiting, person) == [("wacht", "mailing", None, ("yes", ""))]
    assert found.notices == []


def _none(session):
    return {"registration": {"session": session.slug, "states": ["none"]}}


def test_repeated_mailing_stands_there_each_time():
    person = make_delegate()
    mailing = planned(DAY, title="nog eens", kind="reminder")
    mailing.plan |= {"repeat": {"every_days": 30, "times": 4}}
    mailing.save(update_fields=["plan"])
    assert [
        (kind, place)
        for _title, kind, place, _verdict in told(expected_mail(person, now=NOW).coming, person)
    ] == [
        ("mailing", NOW + DAY),
        # Summer time has begun by then: nine o'clock in Utrecht is an hour earlier.
        ("again", NOW + 31 * DAY - timedelta(hours=1)),
    ]


def test_own_mail_that_is_ready_stands_there():
    person, other = make_delegate(), make_delegate()
    for number, who in enumerate((person, other)):
        create_notice(
            kind=NoticeKind.WAITING,
            address=who.email,
            contact=who,
            language="nl",
            context={},
            key=f"k{number}",
            now=NOW,
        )
    found = expected_mail(person, now=NOW)
    assert [(row.kind, row.contact) for row in found.notices] == [(NoticeKind.WAITING, person)]


def test_verdicts_come_from_the_ledger_where_there_is_one():
    person = make_delegate()
    states = {"sent": (Answer.YES, "verstuurd"), "bounced": (Answer.NO, "teruggekomen")}
    found = {}
    for state in states:
        mailing = make_mailing(state="done")
        make_delivery(mailing=mailing, contact=person, state=state)
        found[state] = mailing
    left_out = make_mailing(state="done")
    make_delivery(mailing=left_out, contact=person, state="excluded", reason="suppressed")
    known = verdicts(person, [*found.values(), left_out], now=NOW)
    assert {
        state: (known[row.pk].answer, known[row.pk].why) for state, row in found.items()
    } == states
    assert known[left_out.pk].answer == Answer.NO


def test_unsubscribed_and_unknown_people_get_nothing():
    person, stranger = make_delegate(), make_contact()
    make_suppression(person)
    mailing = planned(DAY, audience={"everyone": True})
    answers = {who: verdicts(who, [mailing], now=NOW)[mailing.pk].why for who in (person, stranger)}
    assert answers == {
        person: "uitgeschreven of geblokkeerd",
        stranger: "geen lidmaatschap of toestemming voor dit soort mail",
    }


def test_mailings_that_were_sent_ask_as_much_for_one_as_for_three():
    person = make_delegate()

    def add():
        mailing = make_mailing(state="sending")
        make_delivery(mailing=mailing, contact=person)

    def ask():
        with CaptureQueriesContext(connection) as queries:
            expected_mail(person, now=NOW)
        return len(queries)

    add()
    one = ask()
    add(), add()
    assert ask() == one

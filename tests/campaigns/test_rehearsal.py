"""A series plan of six mailings, rehearsed over six weeks: who got what when, or why not.

The clock is the scenario's own; the tick and the engine are those that run in earnest.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.utils.translation import override

from campaigns.models import Delivery, Mailing
from campaigns.selectors.hints import plan_hints
from campaigns.selectors.moments import waits_for
from campaigns.selectors.prompts import waiting_for_lists
from campaigns.services import mailings
from content.models import Session
from participation.models import Registration
from participation.services.attendance_lists import close_attendance
from participation.services.cancellation import cancel_registration
from participation.services.invitations import decline_invitation
from tests.campaigns.people import cap, make_delegate, register
from tests.factories.base import make_user
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import make_contact, make_member, make_suppression
from tests.factories.content import make_session
from tests.faults.clockwork import Clockwork

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
THREE_HOURS = timedelta(hours=3)


def at(day, month, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM)


#: A Thursday. Summer time begins on 29 March, Easter Monday is 6 April.
SESSION_AT = at(16, 4, 13, 30)


class Rehearsal:
    """Six mailings, nine people and the clock."""

    def __init__(self, journal_dir):
        self.clock = Clockwork(now=at(10, 3, 12), journal_dir=journal_dir)
        self.session = make_session(
            starts_at=SESSION_AT,
            ends_at=SESSION_AT + THREE_HOURS,
            first_day=SESSION_AT.date(),
        )
        ahorn = make_member()
        self.people = {
            "amina": make_delegate(ahorn),
            "arno": make_delegate(ahorn),
            "bo": make_delegate(),
            "cees": make_delegate(),
            "dia": make_delegate(),
            "els": make_delegate(),
            "fay": make_delegate(),
            "guus": make_delegate(),
            "stan": make_contact(),
        }
        self.organisations = {"amina": ahorn}
        make_suppression(self.people["guus"])
        make_suppression(self.people["fay"], scope="purpose", purpose="announcements")
        self.names = {contact.pk: name for name, contact in self.people.items()}
        cap(2)

    # --- the plan -------------------------------------------------------------------------------

    def plan(self, title, plan, **values):
        mailing = make_mailing(title=title, session=self.session, **values)
        return mailings.plan_mailing(
            mailing_id=mailing.pk, plan=plan, by=make_user(), now=self.clock.now
        )

    # --- the clock ------------------------------------------------------------------------------

    def until(self, moment):
        """Let time pass, with a tick whenever something is due: others would find nothing to do."""
        self._at(self.clock.now + MINUTE)
        while due := self._next(moment):
            self._at(due)
        self._at(moment)

    def _next(self, moment):
        due = Mailing.objects.filter(state="planned", due_at__gt=self.clock.now, due_at__lt=moment)
        return due.order_by("due_at").values_list("due_at", flat=True).first()

    def _at(self, moment):
        for seconds in range(3):  # started and sent, done, the next planned
            self.clock.now = moment + seconds * SECOND
            self.clock.tick()

    # --- what people do -------------------------------------------------------------------------

    def signs_up(self, name):
        return register(
            self.session,
            self.people[name],
            organisation=self.organisations.get(name),
            created_at=self.clock.now,
            changed_at=self.clock.now,
        )

    def moves(self, starts_at):
        Session.objects.filter(pk=self.session.pk).update(
            starts_at=starts_at,
            ends_at=starts_at + THREE_HOURS,
            first_day=starts_at.date(),
            schedule_version=Session.objects.get(pk=self.session.pk).schedule_version + 1,
        )
        self.session.refresh_from_db()

    # --- what came of it ------------------------------------------------------------------------

    def ledger(self):
        """By (title, repetition): who got it and when, and who did not and why."""
        sent = {row: moment for moment, row in self.clock.sent}
        assert len(sent) == len(self.clock.sent), "a row went out twice"
        found: dict[tuple[str, int], dict[str, str]] = {}
        for row in Delivery.objects.select_related("mailing"):
            mails = found.setdefault((row.mailing.title, row.mailing.repetition), {})
            moment = sent.pop(row.pk, None)
            assert (moment is not None) == (row.state == "sent"), (row.pk, row.state)
            told = f"{moment.astimezone(AMSTERDAM):%d-%m %H:%M}" if moment else row.reason
            mails[self.names[row.contact_id]] = told
        assert sent == {}
        return found

    def due(self, title):
        moment = Mailing.objects.get(Q(title=title), state="planned").due_at
        return moment and f"{moment.astimezone(AMSTERDAM):%d-%m %H:%M}"


def _relative(anchor, days, clock="09:00", **more):
    return {"relative": {"anchor": anchor, "days": days, "time": clock}} | more


def _plan_all(rehearsal):
    slug = rehearsal.session.slug
    none = {"registration": {"session": slug, "states": ["none"]}}
    registered = {"registration": {"session": slug, "states": ["registered"]}}
    reminder = {"kind": "reminder", "purpose": "participation", "audience": registered}
    rehearsal.plan("invitation", _relative("session_start", -30))
    rehearsal.plan(
        "no answer",
        _relative("invitation_sent", 5, repeat={"every_days": 7, "times": 2}),
        kind="reminder",
        audience={"all": [{"invited": {"session": slug}}, none]},
        stops_for_colleague=True,
    )
    rehearsal.plan(
        "news",
        {"at": at(24, 3, 10).isoformat()},
        kind="announcement",
        purpose="announcements",
        audience={"member": True},
    )
    rehearsal.plan("in a week", _relative("session_start", -7), **reminder)
    rehearsal.plan("tomorrow", _relative("session_start", -1), **reminder)
    rehearsal.plan(
        "thanks",
        _relative("attendance_closed", 1, "10:00"),
        kind="follow_up",
        purpose="participation",
        audience={"attendance": {"session": slug, "values": ["present"]}},
    )


def test_series_plan_over_six_weeks(tmp_path):
    rehearsal = Rehearsal(tmp_path)
    people = rehearsal.people
    _plan_all(rehearsal)
    rehearsal.until(at(16, 3, 12))
    with override("en"):
        reminder, thanks = (Mailing.objects.get(title=title) for title in ("no answer", "thanks"))
        assert waits_for(reminder) == "Waits until the invitation is sent."
        assert waits_for(thanks).startswith("Waits until the attendance list of")
    assert rehearsal.ledger() == {}

    # The invitation goes on 17 March; the reminder follows five days later, but not on a Sunday.
    rehearsal.until(at(18, 3, 12))
    assert rehearsal.due("no answer") == "23-03 07:00"
    rehearsal.signs_up("amina")
    decline_invitation(session=rehearsal.session, contact=people["bo"], now=rehearsal.clock.now)
    rehearsal.until(at(19, 3, 12))
    rehearsal.signs_up("dia")

    # Its repetitions: in summer time at the same hour, the last one on Easter Monday.
    rehearsal.until(at(31, 3, 12))
    assert rehearsal.due("no answer") == "06-04 07:00"
    with override("nl"):
        easter = Mailing.objects.get(title="no answer", state="planned")
        assert plan_hints(easter, now=rehearsal.clock.now) == [
            "Maandag 6 april is Tweede paasdag: veel mensen lezen dan hun mail niet."
        ]

    # A → B → A, before the first reminder to participants and after it.
    rehearsal.until(at(7, 4, 12))
    rehearsal.moves(SESSION_AT + timedelta(days=7))
    rehearsal.until(at(8, 4, 12))
    assert rehearsal.due("in a week") == "16-04 09:00"
    rehearsal.moves(SESSION_AT)
    rehearsal.until(at(10, 4, 12))
    rehearsal.signs_up("els")
    rehearsal.until(at(11, 4, 12))
    rehearsal.moves(SESSION_AT + timedelta(days=7))
    rehearsal.until(at(12, 4, 12))
    rehearsal.moves(SESSION_AT)

    rehearsal.until(at(14, 4, 12))
    gone = Registration.objects.get(contact=people["dia"])
    cancel_registration(registration=gone, now=rehearsal.clock.now)
    rehearsal.until(at(17, 4, 18))
    assert [mailing.title for mailing, _lists in waiting_for_lists(now=at(17, 4, 18))] == ["thanks"]

    # The list is closed on Saturday; the day after is a Sunday.
    rehearsal.until(at(18, 4, 12))
    Registration.objects.filter(contact=people["amina"]).update(attendance="present")
    close_attendance(session=rehearsal.session, by=None, now=rehearsal.clock.now)
    rehearsal.until(at(30, 4, 12))

    everybody = ("amina", "arno", "bo", "cees", "dia", "els", "fay")
    assert rehearsal.ledger() == {
        ("invitation", 0): dict.fromkeys(everybody, "17-03 09:00")
        | {"guus": "suppressed", "stan": "no_basis"},
        ("no answer", 0): dict.fromkeys(("cees", "els", "fay"), "23-03 07:00")
        | {"arno": "colleague_registered"},
        ("news", 0): dict.fromkeys(("amina", "arno", "bo", "cees", "dia", "els"), "24-03 10:00")
        | {"fay": "suppressed", "guus": "suppressed"},
        ("no answer", 1): {
            "fay": "30-03 07:00",
            "cees": "fatigue",
            "els": "fatigue",
            "arno": "colleague_registered",
        },
        ("no answer", 2): dict.fromkeys(("cees", "els", "fay"), "06-04 07:00")
        | {"arno": "colleague_registered"},
        ("in a week", 0): {"amina": "09-04 09:00", "dia": "09-04 09:00", "els": "10-04 12:01"},
        ("tomorrow", 0): {"amina": "15-04 09:00", "els": "15-04 09:00"},
        ("thanks", 0): {"amina": "20-04 07:00"},
    }
    assert set(Mailing.objects.values_list("state", flat=True)) == {"done"}
    assert Mailing.objects.count() == 8
    assert len(rehearsal.clock.sent) == 7 + 3 + 6 + 1 + 3 + 3 + 2 + 1

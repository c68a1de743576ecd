"""When a planned mailing goes out: what it counts from, what it waits for, and the hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from campaigns.calendar_hints import holiday_names
from campaigns.enums import MailingState
from campaigns.errors import PlanInvalid
from campaigns.message import open_composer
from campaigns.models import Delivery, Mailing
from campaigns.plan import parse_plan
from campaigns.selectors.hints import plan_hints
from campaigns.selectors.moments import waits_for
from campaigns.selectors.prompts import waiting_for_lists
from campaigns.services import mailings
from campaigns.services.planning import recompute_due_times, start_due_mailings, start_mailing
from campaigns.services.prompting import prompt_for_lists
from campaigns.windows import Window
from contacts.models import Notice
from content.models import Session
from participation.services.attendance_lists import close_attendance, reopen_attendance
from tests.campaigns.people import make_delegate, register
from tests.factories.base import make_user
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import NOW
from tests.factories.content import ENDS_AT, make_session, make_session_page

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOT_THEN = "no mailings go out at that time."
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _relative(anchor, days=0, clock="09:00"):
    return {"relative": {"anchor": anchor, "days": days, "time": clock}}


def _planned(**values):
    return make_mailing(
        **{"state": MailingState.PLANNED, "kind": "reminder", "due_at": None} | values
    )


def _due(mailing, now=NOW):
    recompute_due_times(now=now)
    mailing.refresh_from_db()
    return mailing.due_at


def _local(year, month, day, hour, minute):
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM)


# --- the plan as it is written ------------------------------------------------------------


@pytest.mark.parametrize(
    ("repeat", "words"),
    [
        ({"every_days": 7}, "every_days, times"),
        ({"every_days": 0, "times": 1}, "every_days"),
        ({"every_days": 61, "times": 1}, "every_days"),
        ({"every_days": 7, "times": 11}, "times"),
        ({"every_days": 7, "times": True}, "times"),
        ({"every_days": "7", "times": 3}, "every_days"),
        (["weekly"], "every_days, times"),
    ],
)
def test_repeat_that_is_none_is_refused_with_what_it_should_be(repeat, words):
    with pytest.raises(PlanInvalid, match=words):
        parse_plan({"now": True, "repeat": repeat})


def test_repeat_stands_beside_any_plan():
    for when in ({"now": True}, {"at": "2026-03-07T09:00:00+01:00"}, _relative("session_start")):
        plan = parse_plan(when | {"repeat": {"every_days": 7, "times": 3}})
        assert (plan.every_days, plan.times) == (7, 3)


# --- hours and Sundays --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "before", "expected"),
    [
        # Thursday morning, at seven sharp, and at nine in the evening.
        ((2026, 3, 5, 9, 0), None, (2026, 3, 5, 9, 0)),
        ((2026, 3, 5, 7, 0), None, (2026, 3, 5, 7, 0)),
        ((2026, 3, 5, 21, 0), None, (2026, 3, 6, 7, 0)),
        ((2026, 3, 5, 6, 59), None, (2026, 3, 5, 7, 0)),
        # Saturday night goes on Monday, as a Sunday does.
        ((2026, 3, 7, 22, 0), None, (2026, 3, 9, 7, 0)),
        ((2026, 3, 8, 9, 0), None, (2026, 3, 9, 7, 0)),
        # A Sunday morning before a session that same day: on Saturday.
        ((2026, 3, 8, 9, 0), (2026, 3, 8, 14, 0), (2026, 3, 7, 7, 0)),
        # On Monday at seven sharp the session begins: not then.
        ((2026, 3, 8, 9, 0), (2026, 3, 9, 7, 0), (2026, 3, 7, 7, 0)),
        ((2026, 3, 8, 9, 0), (2026, 3, 9, 7, 1), (2026, 3, 9, 7, 0)),
        # Summer time begins in the night of 29 March, a Sunday.
        ((2026, 3, 29, 9, 0), None, (2026, 3, 30, 7, 0)),
        ((2026, 3, 28, 23, 0), (2026, 3, 29, 15, 0), (2026, 3, 28, 7, 0)),
    ],
)
def test_moment_outside_the_hours_moves_to_the_next_opening_and_never_past_the_session(
    moment, before, expected
):
    found = Window().nearest(
        _local(*moment), zone=AMSTERDAM, before=_local(*before) if before else None
    )
    assert found == _local(*expected)


def test_moment_whose_last_opening_has_passed_stays():
    sunday, session = _local(2026, 3, 8, 9, 0), _local(2026, 3, 8, 14, 0)
    for now, expected in ((_local(2026, 3, 7, 6, 0), _local(2026, 3, 7, 7, 0)),):
        found = Window().nearest(sunday, zone=AMSTERDAM, before=session, now=now)
        assert found == expected
    late = _local(2026, 3, 7, 12, 0)
    assert Window().nearest(sunday, zone=AMSTERDAM, before=session, now=late) == sunday


def test_site_may_send_on_sundays_and_at_night():
    site = Window(opens=time(0, 0), closes=time(23, 59), on_sunday=True)
    assert site.is_open(_local(2026, 3, 8, 3, 0), AMSTERDAM)
    assert not Window().is_open(_local(2026, 3, 8, 12, 0), AMSTERDAM)


def test_relative_plan_keeps_to_the_hours_of_the_site():
    # The session is on a Monday; the day before is a Sunday.
    monday = datetime(2026, 3, 16, 12, 30, tzinfo=UTC)
    session = make_session(starts_at=monday, ends_at=monday + 3 * HOUR)
    reminder = _planned(session=session, plan=_relative("session_start", -1))
    follow_up = _planned(
        session=session, kind="follow_up", plan=_relative("session_start", -1, "22:00")
    )
    assert _due(reminder) == _local(2026, 3, 16, 7, 0)
    assert _due(follow_up) == _local(2026, 3, 16, 7, 0)


def test_reminder_is_not_moved_past_the_session_or_the_deadline():
    sunday = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)
    session = make_session(starts_at=sunday, ends_at=sunday + 3 * HOUR)
    same_day = _planned(session=session, plan=_relative("session_start", 0))
    assert _due(same_day) == _local(2026, 3, 14, 7, 0)
    # What is due does not move any more when its opening has passed.
    assert _due(same_day, now=_local(2026, 3, 14, 12, 0)) == _local(2026, 3, 14, 7, 0)

    monday = datetime(2026, 3, 23, 12, 30, tzinfo=UTC)
    closes = _local(2026, 3, 22, 12, 0)
    other = make_session(starts_at=monday, ends_at=monday + 3 * HOUR, registration_closes_at=closes)
    deadline = _planned(session=other, plan=_relative("registration_deadline", 0))
    assert _due(deadline) == _local(2026, 3, 21, 7, 0)


# --- anchors outside the schedule ---------------------------------------------------------


def test_plan_counted_from_the_invitation_follows_the_first_that_was_sent():
    session = make_session()
    reminder = _planned(session=session, plan=_relative("invitation_sent", 3))
    make_mailing(session=session, state="cancelled", started_at=NOW - 9 * DAY)
    make_mailing(session=make_session(), state="done", started_at=NOW - 9 * DAY)
    assert _due(reminder) is None
    with override("en"):
        assert waits_for(reminder) == "Waits until the invitation is sent."
    make_mailing(session=session, state="sending", started_at=NOW)
    make_mailing(session=session, state="done", started_at=NOW - DAY)
    # Sent on Sunday 1 March, so on Wednesday.
    assert _due(reminder) == _local(2026, 3, 4, 9, 0)


def test_plan_counted_from_the_report_waits_for_it():
    mailing = _planned(session=make_session(), kind="follow_up", plan=_relative("report_published"))
    assert _due(mailing, now=NOW + 300 * DAY) is None
    with override("nl"):
        assert waits_for(mailing) == "Wacht op het verslag."
        assert plan_hints(mailing, now=NOW) == ["Wacht op het verslag."]


def test_plan_counted_from_the_closed_list_comes_and_goes_with_it():
    session = make_session()
    mailing = _planned(
        session=session, kind="follow_up", plan=_relative("attendance_closed", 1, "10:00")
    )
    assert _due(mailing, now=ENDS_AT) is None
    close_attendance(session=session, by=None, now=ENDS_AT + HOUR)
    assert _due(mailing, now=ENDS_AT + HOUR) == _local(2026, 3, 13, 10, 0)
    reopen_attendance(session=session, now=ENDS_AT + 2 * HOUR)
    assert _due(mailing, now=ENDS_AT + 2 * HOUR) is None


# --- by attendance ------------------------------------------------------------------------


def _by_attendance(session, values=("present",), **more):
    audience = {"attendance": {"session": session.slug, "values": list(values)}}
    return _planned(
        **{
            "session": session,
            "kind": "follow_up",
            "purpose": "participation",
            "audience": audience,
            "plan": _relative("session_end", 1, "10:00"),
        }
        | more
    )


def test_mailing_by_attendance_waits_for_the_list_when_its_moment_comes_sooner():
    session = make_session()
    register(session, present := make_delegate(), attendance="present")
    register(session, make_delegate(), attendance="present", attendance_at=NOW)
    register(session, absent := make_delegate())
    mailing = _by_attendance(session, ("present", "no_show"))
    friday = _local(2026, 3, 13, 12, 0)
    assert _due(mailing, now=friday) is None
    assert start_due_mailings(now=friday) == []

    closed_at = _local(2026, 3, 14, 23, 0)
    close_attendance(session=session, by=None, now=closed_at)
    # Closed in the night of Saturday: on Monday, when the site sends again.
    assert _due(mailing, now=closed_at) == _local(2026, 3, 16, 7, 0)
    assert start_due_mailings(now=_local(2026, 3, 16, 7, 0)) == [mailing.pk]
    rows = dict(Delivery.objects.values_list("contact", "state"))
    assert len(rows) == 3
    assert {rows[present.pk], rows[absent.pk]} == {"queued"}


def test_mailing_by_attendance_keeps_its_moment_when_the_list_is_closed_before():
    session = make_session()
    mailing = _by_attendance(session)
    close_attendance(session=session, by=None, now=ENDS_AT)
    assert _due(mailing, now=ENDS_AT) == _local(2026, 3, 13, 10, 0)


@pytest.mark.parametrize("plan", [{"now": True}, {"at": "2026-03-13T10:00:00+01:00"}])
def test_any_plan_by_attendance_waits_for_the_list(plan):
    session = make_session()
    register(session, make_delegate(), attendance="present")
    mailing = _by_attendance(session, plan=plan)
    assert _due(mailing, now=_local(2026, 3, 14, 12, 0)) is None
    close_attendance(session=session, by=None, now=_local(2026, 3, 14, 12, 0))
    assert _due(mailing, now=_local(2026, 3, 14, 12, 1)) in (
        _local(2026, 3, 14, 12, 0),
        _local(2026, 3, 14, 12, 1),
    )


def test_list_that_is_opened_at_the_last_moment_keeps_the_mailing_from_starting():
    session = make_session()
    register(session, make_delegate(), attendance="present")
    mailing = _by_attendance(session, due_at=ENDS_AT)
    assert start_mailing(mailing_id=mailing.pk, now=ENDS_AT + DAY) is False
    mailing.refresh_from_db()
    assert (mailing.state, Delivery.objects.count()) == ("planned", 0)


def test_mailing_by_attendance_skips_the_unmarked():
    session = make_session()
    register(session, marked := make_delegate(), attendance="no_show")
    close_attendance(session=session, by=None, now=ENDS_AT)
    register(session, unmarked := make_delegate())
    not_present = {"not": {"attendance": {"session": session.slug, "values": ["present"]}}}
    here = {"registration": {"session": session.slug, "states": ["registered"]}}
    mailing = _by_attendance(session, audience={"all": [here, not_present]}, due_at=ENDS_AT)
    assert start_mailing(mailing_id=mailing.pk, now=ENDS_AT)
    rows = dict(Delivery.objects.values_list("contact", "reason"))
    assert rows == {marked.pk: "", unmarked.pk: "not_in_audience"}


@pytest.mark.capability("C69")
def test_follow_up_says_to_each_what_fits_their_attendance_once_the_list_is_there():
    session = make_session()
    texts = {
        "present": "Fijn dat je er was",
        "excused": "We misten je",
        "no_show": "Je was er niet",
    }
    people = {mark: make_delegate() for mark in texts}
    for mark in ("present", "excused"):
        register(session, people[mark], attendance=mark)
    register(session, people["no_show"])
    parts = [
        {
            "type": "only_for",
            "value": {"whom": [mark], "content": [{"type": "text", "value": f"<p>{words}</p>"}]},
        }
        for mark, words in texts.items()
    ]
    mailing = _by_attendance(
        session,
        tuple(texts),
        body_nl=[*parts, {"type": "text", "value": "<p>Tot ziens</p>"}],
        body_en=[],
        subject_en="",
        plan=_relative("attendance_closed", 1, "10:00"),
    )
    assert _due(mailing, now=ENDS_AT) is None
    close_attendance(session=session, by=None, now=ENDS_AT + HOUR)
    due_at = _due(mailing, now=ENDS_AT + HOUR)
    assert start_due_mailings(now=due_at) == [mailing.pk]

    composer = open_composer(mailing.pk, now=due_at)
    for mark, person in people.items():
        row = Delivery.objects.get(contact=person, state="queued")
        mail = composer.render(composer.recipient_of(row)).text
        assert [each for each in texts.values() if each in mail] == [texts[mark]]


def test_organiser_is_prompted_once_after_a_day():
    session = make_session()
    organiser = make_user(email="noor@example.org")
    mailing = _by_attendance(session)
    revision = mailing.save_revision(user=organiser, clean=False)
    Mailing.objects.filter(pk=mailing.pk).update(frozen_revision=revision)
    # It was to go on Friday at ten.
    almost = _local(2026, 3, 14, 9, 59)
    assert (waiting_for_lists(now=almost), prompt_for_lists(now=almost)) == ([], 0)
    day_after = _local(2026, 3, 14, 10, 0)
    assert [(row.pk, lists) for row, lists in waiting_for_lists(now=day_after)] == [
        (mailing.pk, [session])
    ]
    assert [prompt_for_lists(now=day_after), prompt_for_lists(now=day_after + DAY)] == [1, 0]
    notice = Notice.objects.get()
    assert (notice.address, notice.kind) == ("noor@example.org", "system")
    assert mailing.title in notice.context["body"]
    close_attendance(session=session, by=None, now=day_after)
    _due(mailing, now=day_after)
    assert waiting_for_lists(now=day_after) == []


# --- what is missed -----------------------------------------------------------------------


def test_mailing_about_a_session_without_a_page_is_missed_and_can_be_planned_anew():
    make_delegate()
    page = make_session_page(publish=True)
    session = Session.objects.get()
    mailing = _planned(session=session, kind="invitation", plan=_relative("session_start", -7))
    due_at = _due(mailing)
    page.unpublish()
    assert start_due_mailings(now=due_at) == []
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("missed", "unpublished")

    page.save_revision().publish()
    mailings.plan_mailing(mailing_id=mailing.pk, now=due_at)
    assert start_due_mailings(now=due_at) == [mailing.pk]


def test_deleting_the_page_of_a_session_keeps_the_session_and_its_mailing():
    make_delegate()
    page = make_session_page(publish=True)
    mailing = _planned(
        session=Session.objects.get(), kind="invitation", plan=_relative("session_start", -7)
    )
    due_at = _due(mailing)
    page.delete()
    assert start_due_mailings(now=due_at) == []
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("missed", "unpublished")


def test_late_policy_is_that_of_the_plan():
    make_delegate()
    at = {"at": "2026-03-02T09:00:00+00:00", "late": "skip:PT1H"}
    mailing = _planned(plan=at, due_at=NOW, kind="invitation", session=make_session())
    assert start_due_mailings(now=NOW + HOUR + timedelta(seconds=1)) == []
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("missed", "late")
    with pytest.raises(Exception, match=r"voorbij|passed"):
        mailings.plan_mailing(mailing_id=mailing.pk, now=NOW + 2 * HOUR)
    mailings.plan_mailing(mailing_id=mailing.pk, plan={"now": True}, now=NOW + 2 * HOUR)
    assert start_due_mailings(now=NOW + 2 * HOUR) == [mailing.pk]


# --- hints --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "dutch", "english"),
    [
        (date(2026, 4, 27), ["Koningsdag"], ["King's Day"]),
        (date(2026, 5, 5), ["Bevrijdingsdag"], ["Liberation Day"]),
        (date(2026, 11, 8), ["Divali"], ["Diwali"]),
        (date(2026, 3, 3), ["Holi-Phagwa"], ["Holi"]),
        (date(2026, 3, 20), ["Ied-Ul-Fitre (geschat)"], ["Eid al-Fitr (estimated)"]),
        (date(2026, 7, 1), [], []),
        (date(2026, 3, 5), [], []),
    ],
)
def test_holidays_have_names_in_both_languages(day, dutch, english):
    assert (holiday_names(day, "nl"), holiday_names(day, "en")) == (dutch, english)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"at": "2026-03-05T09:00:00+01:00"}, []),
        (
            {"at": "2026-03-08T09:00:00+01:00"},
            ["Sunday 8 March, 09:00 is outside the hours in which mailings go out here."],
        ),
        (
            {"at": "2026-04-27T09:00:00+02:00"},
            ["Monday 27 April is King's Day: many people do not read their mail then."],
        ),
        (
            _relative("session_start", -4),
            ["Moved from Sunday 8 March, 09:00 to Monday 9 March, 07:00: " + NOT_THEN],
        ),
    ],
)
def test_hints_tell_of_hours_and_holidays(plan, expected):
    mailing = make_mailing(session=make_session(), plan=plan)
    with override("en"):
        assert plan_hints(mailing, now=NOW) == expected

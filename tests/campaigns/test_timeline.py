"""The time line of a series: what stands on it, when, how many, and what collides."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from campaigns.selectors import timeline as timelines
from campaigns.selectors.timeline import series_timeline, session_timeline
from content.models import SiteSettings
from participation.models import AttendanceList
from tests.campaigns.people import invite as note_invitation
from tests.campaigns.people import make_delegate, register
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.content import make_home, make_series, make_session

pytestmark = pytest.mark.django_db

#: A Monday; the sessions of the factory are on Thursday 12 March 2026.
NOW = datetime(2026, 2, 2, 10, tzinfo=UTC)


def at(day, clock="10:00", month=2):
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=UTC)


def planned(moment, **values):
    """A mailing that is planned for a moment."""
    return make_mailing(state="planned", due_at=moment, plan={"at": moment.isoformat()}, **values)


def relative(anchor, days, clock="09:00"):
    return {"relative": {"anchor": anchor, "days": days, "time": clock}}


def set_site(**values):
    make_home()
    site = Site.objects.get(is_default_site=True)
    SiteSettings.objects.update_or_create(site=site, defaults=values)


def told(timeline):
    """What stands on the line, as (kind, title or None, moment, what it waits for)."""
    return [
        (
            str(line.kind),
            line.mailing.title if line.mailing else None,
            line.at or line.about,
            line.waits,
        )
        for line in timeline.lines
    ]


def conflicts(timeline):
    """The codes of what is wrong, by mailing."""
    return {
        line.mailing.title: [conflict.code for conflict in line.conflicts]
        for line in timeline.lines
        if line.mailing and line.conflicts
    }


# --- what stands on it --------------------------------------------------------------------------


def test_line_holds_all_that_happens_in_order():
    series = make_series()
    session = make_session(
        series=series,
        registration_opens_at=at(3),
        registration_closes_at=at(5, month=3),
    )
    summer = make_session(series=series, precision="season", first_day=date(2026, 6, 1))
    unknown = make_session(series=series, precision="unknown")
    elsewhere = make_session(series=make_series())
    make_mailing(title="vreemd", session=elsewhere, plan=relative("session_start", -7))
    planned(at(10), title="uitnodiging", session=session)
    make_mailing(title="concept", session=session, plan=relative("session_start", -7))
    make_mailing(title="verslag", session=session, plan=relative("report_published", 1))
    make_mailing(title="zomer", session=summer, plan=relative("session_start", -7))
    make_mailing(title="ooit", session=unknown, plan=relative("session_start", -7))
    make_mailing(title="zodra", series=series, plan={"now": True})
    make_mailing(title="sjabloon", session=session, is_template=True)
    make_mailing(title="weg", session=session, state="cancelled")
    found = told(series_timeline(series, now=NOW))
    date_waits = "Wacht op de precieze datum van de sessie."
    assert found == [
        ("opens", None, at(3), ""),
        ("mailing", "uitnodiging", at(10), ""),
        ("mailing", "concept", at(5, "08:00", month=3), ""),
        ("closes", None, at(5, month=3), ""),
        ("session", None, session.starts_at, ""),
        ("mailing", "verslag", at(13, "08:00", month=3), "Wacht op het verslag."),
        ("mailing", "zomer", datetime(2026, 8, 24, 7, tzinfo=UTC), date_waits),
        ("session", None, datetime(2026, 8, 31, 21, 59, 59, 999999, tzinfo=UTC), ""),
        ("session", None, None, ""),
        ("mailing", "ooit", None, date_waits),
        ("mailing", "zodra", None, "Gaat weg zodra iemand hem start."),
    ]


def test_line_of_a_session_holds_its_own_mailings_alone():
    series = make_series()
    session, other = make_session(series=series), make_session(series=series)
    planned(at(10), title="eigen", session=session)
    planned(at(10), title="andere", session=other)
    found = [
        line.mailing.title for line in session_timeline(session, now=NOW).lines if line.mailing
    ]
    assert found == ["eigen"]


def test_mailing_by_attendance_waits_for_the_list_and_no_longer():
    session = make_session()
    present = {"attendance": {"session": session.slug, "values": ["present"]}}
    make_mailing(
        title="bedankt",
        session=session,
        kind="follow_up",
        audience=present,
        plan=relative("session_end", 1),
    )
    make_mailing(title="na de lijst", session=session, plan=relative("attendance_closed", 2))
    waits = "Wacht tot de aanwezigheid is afgesloten."
    assert told(session_timeline(session, now=NOW))[1:] == [
        ("mailing", "bedankt", at(13, "08:00", month=3), waits),
        ("mailing", "na de lijst", at(14, "08:00", month=3), waits),
    ]
    AttendanceList.objects.create(session=session, closed_at=at(16, month=3))
    assert told(session_timeline(session, now=NOW))[1:] == [
        ("mailing", "bedankt", at(13, "08:00", month=3), ""),
        ("mailing", "na de lijst", at(18, "08:00", month=3), ""),
    ]


def test_reminder_counts_from_the_invitation_as_it_is_expected_and_as_it_went():
    session = make_session()
    plan = relative("invitation_sent", 7)
    make_mailing(title="herinnering", kind="reminder", session=session, plan=plan)
    invitation = planned(at(4), title="uitnodiging", session=session)
    waits = "Wacht tot de uitnodiging is verstuurd."
    expected = ("mailing", "herinnering", at(11, "08:00"), waits)
    assert told(session_timeline(session, now=NOW))[1] == expected
    type(invitation).objects.filter(pk=invitation.pk).update(state="done", started_at=at(6))
    settled = ("mailing", "herinnering", at(13, "08:00"), "")
    assert told(session_timeline(session, now=NOW))[1] == settled


def test_report_on_the_day_itself_stands_after_the_session():
    session = make_session()
    make_mailing(title="verslag", session=session, plan=relative("report_published", 0))
    found = told(session_timeline(session, now=NOW))
    assert [moment for _kind, _title, moment, _waits in found] == [
        session.starts_at,
        session.ends_at,
    ]


def test_repetitions_are_projected_up_to_the_session_and_only_after_the_last():
    session = make_session()
    first = planned(at(16), title="ben je erbij", kind="reminder", session=session)
    first.plan |= {"repeat": {"every_days": 7, "times": 5}}
    first.save(update_fields=["plan"])

    def again():
        lines = session_timeline(session, now=NOW).lines
        return [(line.about, line.times) for line in lines if line.kind == "again"]

    assert again() == [(at(23), 2), (at(2, month=3), 3), (at(9, month=3), 4)]
    make_mailing(
        session=session,
        kind="reminder",
        plan=first.plan,
        repeats=first,
        repetition=1,
        state="planned",
        due_at=at(24),
    )
    assert again() == [(at(3, month=3), 3), (at(10, month=3), 4)]


def test_repetition_keeps_its_local_time_when_summer_time_begins():
    session = make_session(
        starts_at=datetime(2026, 5, 7, 12, tzinfo=UTC), ends_at=datetime(2026, 5, 7, 14, tzinfo=UTC)
    )
    mailing = planned(datetime(2026, 3, 27, 9, tzinfo=UTC), kind="reminder", session=session)
    mailing.plan |= {"repeat": {"every_days": 7, "times": 1}}
    mailing.save(update_fields=["plan"])
    lines = session_timeline(session, now=NOW).lines
    assert [line.about for line in lines if line.kind == "again"] == [
        datetime(2026, 4, 3, 8, tzinfo=UTC)
    ]


def test_lines_tell_how_many_get_it_or_got_it():
    session = make_session()
    for _each in range(3):
        make_delegate()
    sent = make_mailing(title="verstuurd", session=session, state="done")
    for state in ("sent", "sent", "refused", "excluded"):
        make_delivery(mailing=sent, state=state)
    planned(at(10), title="straks", session=session, audience={"member": True})
    planned(at(11), title="stuk", session=session, audience={"maan": True})
    found = {
        line.mailing.title: line.number
        for line in session_timeline(session, now=NOW).lines
        if line.mailing
    }
    assert found == {"verstuurd": 2, "straks": 3, "stuk": None}


# --- what collides ------------------------------------------------------------------------------


@pytest.fixture
def session():
    return make_session()


def test_two_mailings_within_a_day_to_the_same_people_are_marked(session):
    make_delegate(), make_delegate(language="en")
    planned(at(10), title="eerste", session=session, audience={"member": True})
    planned(at(11, "09:59"), title="tweede", session=session, audience={"language": "en"})
    planned(at(11, "10:00"), title="andere mensen", session=session, audience={"tag": "x"})
    found = session_timeline(session, now=NOW)
    assert conflicts(found) == {"tweede": ["same_people"]}
    (line,) = [line for line in found.lines if line.conflicts]
    assert [conflict.words for conflict in line.conflicts] == [
        "Aan dezelfde mensen als “eerste”, binnen een dag: zoals het nu is 1 persoon."
    ]


def test_mailings_a_day_apart_are_not_marked(session):
    make_delegate()
    planned(at(10), title="eerste", session=session)
    planned(at(11), title="tweede", session=session)
    assert conflicts(session_timeline(session, now=NOW)) == {}


def test_people_who_will_be_the_same_are_marked_before_anybody_was_invited(session):
    none = {"registration": {"session": session.slug, "states": ["none"]}}
    asked = {"all": [{"invited": {"session": session.slug}}, none]}
    planned(at(10), title="uitnodiging", session=session, audience={"member": True})
    planned(at(10, "20:00"), title="herinnering", kind="reminder", session=session, audience=asked)
    assert conflicts(session_timeline(session, now=NOW)) == {
        # 21:00 in Utrecht.
        "herinnering": ["night", "same_people"],
    }


def test_what_was_sent_counts_among_the_same_people(session):
    person = make_delegate()
    sent = make_mailing(title="gisteren", session=session, state="done", started_at=at(2, "08:00"))
    make_delivery(mailing=sent, contact=person, state="sent")
    planned(at(2, "12:00"), title="vandaag", session=session, audience={"member": True})
    assert conflicts(session_timeline(session, now=NOW)) == {"vandaag": ["same_people"]}


def test_reminder_before_its_invitation_is_marked(session):
    planned(at(12), title="uitnodiging", session=session)
    planned(at(10), title="herinnering", kind="reminder", session=session)
    register(session, make_delegate())
    planned(
        at(6),
        title="tot donderdag",
        kind="reminder",
        purpose="participation",
        session=session,
    )
    assert conflicts(session_timeline(session, now=NOW)) == {"herinnering": ["before_invitation"]}


@pytest.mark.parametrize(
    ("moment", "codes"),
    [
        (at(8), ["sunday"]),
        (at(9, "05:59"), ["night"]),
        (at(9, "06:00"), []),
        (at(9, "19:59"), []),
        (at(9, "20:00"), ["night"]),
    ],
)
def test_mailing_outside_the_hours_of_the_site_is_marked(session, moment, codes):
    planned(moment, title="mail", session=session)
    assert conflicts(session_timeline(session, now=NOW)) == ({"mail": codes} if codes else {})


def test_sunday_is_no_conflict_where_mailings_go_out_then(session):
    set_site(sends_on_sunday=True, sends_from=time(9), sends_until=time(11))
    planned(at(8, "08:30"), title="mag", session=session)
    planned(at(8, "10:30"), title="laat", session=session, audience={"tag": "x"})
    assert conflicts(session_timeline(session, now=NOW)) == {"laat": ["night"]}


def test_reminder_after_the_session_began_is_marked(session):
    planned(at(13, month=3), title="te laat", kind="reminder", session=session)
    planned(at(16, month=3), title="bedankt", kind="follow_up", session=session)
    assert conflicts(session_timeline(session, now=NOW)) == {"te laat": ["after_session"]}


def test_guessed_moment_of_a_session_without_a_date_is_no_conflict():
    make_delegate()
    # The last day of March 2026 is a Tuesday, so two days before is a Sunday.
    session = make_session(precision="month", first_day=date(2026, 3, 1))
    for title in ("een", "twee"):
        make_mailing(title=title, session=session, plan=relative("session_start", -2))
    found = session_timeline(session, now=NOW)
    assert [line.place for line in found.lines][:2] == [at(29, "07:00", month=3)] * 2
    assert conflicts(found) == {}


def test_draft_of_which_the_moment_has_passed_is_marked(session):
    make_mailing(title="vergeten", session=session, plan={"at": at(2, "09:00").isoformat()})
    assert conflicts(session_timeline(session, now=NOW)) == {"vergeten": ["passed"]}


def test_audience_that_cannot_be_read_is_marked(session):
    planned(at(10), title="stuk", session=session, audience={"maan": True})
    assert conflicts(session_timeline(session, now=NOW)) == {"stuk": ["audience"]}


def test_week_with_more_mailings_than_the_site_allows_is_marked(session):
    set_site(mailings_per_week=2)
    person = make_delegate()
    make_delegate()
    sent = make_mailing(title="een", session=session, state="done", started_at=at(2))
    make_delivery(mailing=sent, contact=person, state="sent")
    planned(at(4), title="twee", session=session)
    planned(at(6), title="drie", session=session)
    planned(at(11), title="vier", session=session)
    planned(at(6, "11:00"), title="telt niet", kind="change", purpose="participation")
    found = session_timeline(session, now=NOW)
    assert conflicts(found) == {"drie": ["fatigue"]}
    (line,) = [line for line in found.lines if line.conflicts]
    assert line.conflicts[0].words == "Met deze erbij krijgt 1 persoon er meer dan 2 in een week."


def test_invitation_noted_by_hand_is_no_mailing(session):
    note_invitation(session, make_delegate())
    assert [str(line.kind) for line in session_timeline(session, now=NOW).lines] == ["session"]


# --- how much it asks ---------------------------------------------------------------------------


def _queries(series):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        series_timeline(series, now=NOW)
    return len(queries)


def test_time_line_asks_as_much_for_one_row_as_for_three():
    series = make_series()

    def add():
        session = make_session(series=series)
        done = make_mailing(session=session, state="done", started_at=NOW - timedelta(days=40))
        make_delivery(mailing=done, state="sent")

    add()
    one = _queries(series)
    add(), add()
    assert _queries(series) == one


def test_mailings_beyond_the_first_are_not_counted(monkeypatch):
    monkeypatch.setattr(timelines, "COUNTED_MAX", 2)
    series = make_series()
    session = make_session(series=series)
    for day in (10, 12):
        planned(at(day), session=session)
    few = _queries(series)
    for day in (16, 18, 20):
        planned(at(day), session=session)
    assert _queries(series) == few
    numbers = [line.number for line in series_timeline(series, now=NOW).lines if line.mailing]
    assert numbers == [0, 0, None, None, None]

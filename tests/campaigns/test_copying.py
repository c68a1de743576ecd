"""Copying a plan to another session or series: what becomes a draft, about what, and only once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Mailing
from campaigns.selectors.copying import copies_of, repointed
from campaigns.services.copying import CopyRefused, copy_plan
from tests.factories.base import make_user
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import NOW
from tests.factories.content import make_series, make_session

pytestmark = pytest.mark.django_db


def relative(days=-7, **more):
    return {"relative": {"anchor": "session_start", "days": days, "time": "09:00"}} | more


def not_answered(slug):
    return {
        "all": [
            {"invited": {"session": slug}},
            {"not": {"registration": {"session": slug, "states": ["declined"]}}},
        ]
    }


@pytest.fixture
def source():
    return make_session()


@pytest.fixture
def target():
    return make_session(
        starts_at=datetime(2026, 4, 9, 11, 30, tzinfo=UTC),
        ends_at=datetime(2026, 4, 9, 14, tzinfo=UTC),
    )


def copy(source, target, *mailings, **values):
    return copy_plan(
        source=source,
        target=target,
        mailing_ids=[mailing.pk for mailing in mailings],
        by=None,
        now=NOW,
        **values,
    )


def test_copy_is_a_draft_about_the_other_session_with_the_same_text(source, target):
    user = make_user()
    plan = relative(late="skip:P1D")
    mailing = make_mailing(
        title="Ben je erbij?",
        kind="reminder",
        session=source,
        audience=not_answered(source.slug),
        per="organisation",
        reply_to="noor@samenspel.example.org",
        with_calendar=True,
        stops_for_colleague=True,
        in_their_zone=True,
        plan=plan,
        state="planned",
        due_at=NOW,
        confirmed_recipients=12,
        approved_by=user,
    )
    (made,) = copy_plan(source=source, target=target, mailing_ids=[mailing.pk], by=user, now=NOW)
    made = Mailing.objects.get(pk=made.pk)
    assert made.session == target
    assert made.audience == not_answered(target.slug)
    same = (
        *("title", "kind", "purpose", "per", "plan", "subject_nl", "subject_en", "reply_to"),
        *("with_calendar", "stops_for_colleague", "in_their_zone"),
    )
    assert {name: getattr(made, name) for name in same} == {
        name: getattr(mailing, name) for name in same
    }
    assert made.body_nl.get_prep_value() == mailing.body_nl.get_prep_value()
    run = ("state", "due_at", "confirmed_recipients", "approved_by", "frozen", "created_by")
    assert {name: getattr(made, name) for name in run} == {
        "state": "draft",
        "due_at": None,
        "confirmed_recipients": None,
        "approved_by": None,
        "frozen": {},
        "created_by": user,
    }
    assert made.latest_revision is not None


def test_preview_says_when_each_would_go_out_and_what_stays(source, target):
    other = make_session()
    week = make_mailing(title="week", session=source, plan=relative())
    fixed = make_mailing(title="vast", session=source, plan={"at": NOW.isoformat()})
    about_other = make_mailing(
        title="ander",
        session=source,
        plan=relative(-3),
        audience={"registration": {"session": other.slug, "states": ["registered"]}},
    )
    after = make_mailing(
        title="na", session=source, plan=relative(3), audience={"received": {"mailing": week.pk}}
    )
    loose = make_mailing(title="los", session=source, plan={"now": True})
    make_mailing(title="elders", session=other, plan=relative())
    make_mailing(title="sjabloon", session=source, is_template=True)
    found = copies_of(source, target)
    assert [(each.source, each.moment.at, each.others, each.is_chosen) for each in found] == [
        (week, datetime(2026, 4, 2, 7, tzinfo=UTC), (), True),
        (fixed, NOW, (), False),
        (about_other, datetime(2026, 4, 6, 7, tzinfo=UTC), (other.slug,), True),
        (after, datetime(2026, 4, 12, 7, tzinfo=UTC), (), True),
        (loose, None, (), False),
    ]
    assert Mailing.objects.filter(session=target).count() == 0


def test_mailing_to_who_got_another_follows_the_copy_of_that(source, target):
    first = make_mailing(title="eerste", session=source, plan=relative())
    second = make_mailing(
        title="tweede", session=source, audience={"received": {"mailing": first.pk}}
    )
    made = copy(source, target, first, second)
    assert [each.audience for each in made] == [
        {"everyone": True},
        {"received": {"mailing": made[0].pk}},
    ]


def test_mailing_at_a_moment_is_copied_only_with_a_new_one(source, target):
    fixed = make_mailing(
        title="vast", session=source, plan={"at": NOW.isoformat(), "late": "skip:P1D"}
    )
    week = make_mailing(title="week", session=source, plan=relative())
    with pytest.raises(CopyRefused, match="vast"):
        copy(source, target, week, fixed)
    with pytest.raises(CopyRefused, match="vast"):
        copy(source, target, week, fixed, moments={fixed.pk: NOW - timedelta(minutes=1)})
    assert Mailing.objects.filter(session=target).count() == 0
    later = NOW + timedelta(days=9)
    made = copy(source, target, week, fixed, moments={fixed.pk: later})
    assert [each.plan for each in made] == [
        {"at": later.isoformat(), "late": "skip:P1D"},
        relative(),
    ]


def test_copying_twice_makes_nothing_twice_unless_asked(source, target):
    one = make_mailing(title="een", session=source, plan=relative())
    two = make_mailing(title="twee", session=source, plan=relative(-2))
    copy(source, target, one)
    assert [(each.there is not None, each.is_chosen) for each in copies_of(source, target)] == [
        (True, False),
        (False, True),
    ]
    assert [each.title for each in copy(source, target, one, two)] == ["twee"]
    assert copy(source, target, one, two) == []
    assert [each.title for each in copy(source, target, one, two, again=[one.pk])] == ["een"]
    titles = Mailing.objects.filter(session=target).order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["een", "twee", "een"]


def test_copy_that_cannot_be_saved_makes_nothing(source, target):
    good = make_mailing(title="goed", session=source, plan=relative())
    bad = make_mailing(title="stuk", session=source, audience={"theme": "bestaat-niet"})
    with pytest.raises(CopyRefused, match=r"stuk.*bestaat-niet"):
        copy(source, target, good, bad)
    assert Mailing.objects.filter(session=target).count() == 0


def test_series_is_copied_session_by_session_in_order_of_date():
    ours, theirs = make_series(), make_series()
    june = make_session(series=ours, precision="month", first_day=date(2026, 6, 1))
    march = make_session(series=ours)
    autumn = make_session(series=theirs, precision="season", first_day=date(2026, 9, 1))
    whole = make_mailing(title="geheel", series=ours, plan={"now": True})
    first = make_mailing(title="maart", session=march, audience=not_answered(march.slug))
    second = make_mailing(title="juni", session=june)
    assert [(each.source, each.made is not None) for each in copies_of(ours, theirs)] == [
        (whole, True),
        (first, True),
        (second, False),
    ]
    made = copy(ours, theirs, whole, first)
    assert [(each.title, each.session, each.series) for each in made] == [
        ("geheel", None, theirs),
        ("maart", autumn, None),
    ]
    assert made[1].audience == not_answered(autumn.slug)
    with pytest.raises(CopyRefused, match="juni"):
        copy(ours, theirs, second)


def test_repetitions_are_not_copied_themselves(source, target):
    repeat = {"repeat": {"every_days": 7, "times": 2}}
    first = make_mailing(title="eerste", session=source, plan=relative(**repeat))
    make_mailing(title="tweede", session=source, repeats=first, repetition=1)
    assert [each.source for each in copies_of(source, target)] == [first]


@pytest.mark.parametrize(
    "hostile", [{"session": ["x"]}, {"mailing": {"mailing": 4}}, [], "x", None]
)
def test_audience_in_no_known_form_stays_as_it_is(hostile):
    assert repointed(hostile, {"x": "y"}, {4: 5}) in (hostile, {"mailing": {"mailing": 5}})


def test_preview_asks_as_much_for_one_mailing_as_for_three(source, target):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            copies_of(source, target)
        return len(queries)

    make_mailing(session=source, plan=relative())
    one = ask()
    make_mailing(session=source, plan=relative(-2))
    make_mailing(session=source, plan=relative(-1))
    assert ask() == one

"""What is sent about a report: planned from its publication, leading to it, to each their own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from campaigns.checks import send_problems
from campaigns.enums import MailingState
from campaigns.message import open_composer
from campaigns.models import Delivery, Mailing
from campaigns.selectors.moments import waits_for
from campaigns.selectors.timeline import session_timeline
from campaigns.services.planning import recompute_due_times, start_due_mailings
from contacts.models import Contact
from content.models import ReportPage
from participation.services.attendance_lists import close_attendance
from tests.campaigns.people import make_delegate, register
from tests.campaigns.test_parts import only_for, text
from tests.factories.campaigns import make_mailing
from tests.factories.content import (
    ENDS_AT,
    make_held_session,
    make_home,
    make_locale,
    make_report,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: A Tuesday, twelve days after the session. A day later at nine in Amsterdam:
PUBLISHED = datetime(2026, 3, 24, 14, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 25, 8, 0, tzinfo=UTC)
BUTTON = {
    "type": "button",
    "value": {"label": "Lees het verslag", "link": "link.report", "url": "", "quiet": False},
}
TEXTS = {
    "present": "Fijn dat je er was",
    "excused": "Jammer dat je niet kon",
    "no_show": "We hebben je gemist",
}


@pytest.fixture
def session():
    return make_held_session(title="Werkbijeenkomst")


def _publish(report: ReportPage, at: datetime = PUBLISHED) -> ReportPage:
    report = ReportPage.objects.get(pk=report.pk)
    report.save_revision().publish()
    ReportPage.objects.filter(pk=report.pk).update(public_since=at)
    return ReportPage.objects.get(pk=report.pk)


def _follow_up(session, **values) -> Mailing:
    """Planned for the day after publication, to everybody whose attendance is known."""
    marks = {"attendance": {"session": session.slug, "values": list(TEXTS)}}
    planned = {
        "session": session,
        "state": MailingState.PLANNED,
        "kind": "follow_up",
        "purpose": "participation",
        "audience": marks,
        "body_nl": [*(only_for(mark, say=words) for mark, words in TEXTS.items()), BUTTON],
        "body_en": [],
        "subject_en": "",
        "plan": {"relative": {"anchor": "report_published", "days": 1, "time": "09:00"}},
        "due_at": None,
    }
    return make_mailing(**planned | values)


def _due(mailing: Mailing, now: datetime) -> datetime | None:
    recompute_due_times(now=now)
    mailing.refresh_from_db()
    return mailing.due_at


def _attended(session) -> dict[str, Contact]:
    people = {mark: make_delegate() for mark in TEXTS}
    for mark in ("present", "excused"):
        register(session, people[mark], attendance=mark)
    register(session, people["no_show"])
    return people


def _mail(mailing: Mailing, person, now: datetime) -> str:
    composer = open_composer(mailing.pk, now=now)
    row = Delivery.objects.get(mailing=mailing, contact=person, state="queued")
    return composer.render(composer.recipient_of(row)).text


@pytest.mark.capability("C69")
def test_publication_of_the_report_sends_each_the_text_for_who_was_there(session, settings):
    people = _attended(session)
    mailing = _follow_up(session)
    close_attendance(session=session, by=None, now=ENDS_AT + HOUR)
    assert _due(mailing, ENDS_AT + 2 * DAY) is None
    with override("nl"):
        assert waits_for(mailing) == "Wacht op het verslag."
    report = _publish(make_report(session=session))
    assert _due(mailing, PUBLISHED) == DUE
    assert (start_due_mailings(now=DUE - HOUR), waits_for(mailing)) == ([], "")
    assert start_due_mailings(now=DUE) == [mailing.pk]
    for mark, person in people.items():
        mail = _mail(mailing, person, DUE)
        assert [words for words in TEXTS.values() if words in mail] == [TEXTS[mark]]
        assert f"{settings.FRONTEND_URL}{report.get_url()}" in mail


def test_three_mailings_by_attendance_each_reach_their_own(session):
    people = _attended(session)
    close_attendance(session=session, by=None, now=ENDS_AT + HOUR)
    mailings = {
        mark: _follow_up(
            session,
            audience={"attendance": {"session": session.slug, "values": [mark]}},
            body_nl=[text(words), BUTTON],
        )
        for mark, words in TEXTS.items()
    }
    _publish(make_report(session=session))
    recompute_due_times(now=PUBLISHED)
    assert set(start_due_mailings(now=DUE)) == {each.pk for each in mailings.values()}
    for mark, mailing in mailings.items():
        rows = Delivery.objects.filter(mailing=mailing, state="queued")
        assert list(rows.values_list("contact", flat=True)) == [people[mark].pk]
        assert TEXTS[mark] in _mail(mailing, people[mark], DUE)


@pytest.mark.capability("C69")
def test_report_taken_back_in_time_stops_the_mail_and_it_is_never_sent_twice(session):
    _attended(session)
    close_attendance(session=session, by=None, now=ENDS_AT + HOUR)
    mailing = _follow_up(session)
    report = _publish(make_report(session=session))
    assert _due(mailing, PUBLISHED) == DUE
    report.unpublish()
    # Taken back after the moment was computed and before the tick looks anew.
    assert start_due_mailings(now=DUE) == []
    assert _due(mailing, DUE) is None
    with override("nl"):
        assert waits_for(mailing) == "Wacht op het verslag."
    # A week later it is there again: a day after that, not too late for the first time.
    report = _publish(report, PUBLISHED + 7 * DAY)
    assert _due(mailing, PUBLISHED + 7 * DAY) == DUE + 7 * DAY - HOUR  # summer time began
    now = DUE + 7 * DAY
    assert start_due_mailings(now=now) == [mailing.pk]
    report.unpublish()
    _publish(report, now + DAY)
    recompute_due_times(now=now + 2 * DAY)
    assert start_due_mailings(now=now + 3 * DAY) == []
    mailing.refresh_from_db()
    assert (mailing.state, Delivery.objects.filter(state="queued").count()) == ("sending", 3)


def test_published_again_or_in_another_language_moves_nothing(session):
    mailing = _follow_up(session, audience={"everyone": True})
    report = _publish(make_report(session=session))
    make_home("en")
    english = report.copy_for_translation(make_locale("en"), copy_parents=True)
    _publish(english, PUBLISHED + DAY)
    report.save_revision().publish()
    assert _due(mailing, PUBLISHED + DAY) == DUE


def test_report_of_another_session_or_a_draft_moves_nothing(session):
    mailing = _follow_up(session, audience={"everyone": True})
    make_report(session=session)
    _publish(make_report())
    assert _due(mailing, PUBLISHED) is None


def test_planned_mail_by_attendance_waits_for_the_list_as_well(session):
    _attended(session)
    mailing = _follow_up(session)
    _publish(make_report(session=session))
    assert _due(mailing, DUE) is None
    with override("nl"):
        assert waits_for(mailing).startswith("Wacht tot de aanwezigheid")
    close_attendance(session=session, by=None, now=DUE + HOUR)
    assert _due(mailing, DUE + HOUR) == DUE + HOUR


def test_moments_take_as_many_queries_for_one_mailing_as_for_three(session):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            recompute_due_times(now=PUBLISHED)
        return sum(each["sql"].startswith("SELECT") for each in queries.captured_queries)

    _follow_up(session)
    one = count()
    for _ in range(2):
        report = _publish(make_report())
        _follow_up(report.session)
    assert count() == one


def test_time_line_tells_when_it_goes_once_the_report_is_public(session):
    _follow_up(session, title="verslag", audience={"everyone": True})

    def line():
        found = session_timeline(session, now=PUBLISHED).lines
        return next(each for each in found if each.mailing)

    with override("nl"):
        assert (line().at, line().waits) == (None, "Wacht op het verslag.")
    report = _publish(make_report(session=session))
    assert (line().at, line().waits) == (DUE, "")
    report.unpublish()
    assert line().at is None


# --- the link ------------------------------------------------------------------------------------


def test_link_leads_to_the_report_in_the_language_of_the_reader(session, settings):
    dutch = make_delegate()
    english = make_delegate(language="en")
    for person in (dutch, english):
        register(session, person, attendance="present")
    mailing = _follow_up(
        session,
        audience={"everyone": True},
        state=MailingState.SENDING,
        body_nl=[text("Hoi"), BUTTON],
        body_en=[text("Hi"), BUTTON],
        subject_en="The report",
    )
    for person in (dutch, english):
        Delivery.objects.create(
            mailing=mailing,
            contact=person,
            address_key=person.address_key,
            language=person.language,
            state="queued",
        )
    page = session.pages.get()
    front = settings.FRONTEND_URL
    assert f"{front}{page.get_url()}" in _mail(
        mailing, dutch, PUBLISHED
    )  # as long as it is not there
    report = _publish(make_report(session=session))
    for person in (dutch, english):
        assert f"{front}{report.get_url()}" in _mail(mailing, person, PUBLISHED)
    make_home("en")
    translated = _publish(report.copy_for_translation(make_locale("en"), copy_parents=True))
    assert f"{front}{translated.get_url()}" in _mail(mailing, english, PUBLISHED)
    assert f"{front}{report.get_url()}" in _mail(mailing, dutch, PUBLISHED)


def test_mail_that_leads_to_a_report_needs_one_or_waits_for_it(session):
    _attended(session)
    words = "Deze bijeenkomst heeft nog geen verslag, dus {{ link.report }} gaat nergens heen."
    later = _follow_up(session, state="draft", title="Verslag")
    now = _follow_up(session, state="draft", title="Verslag", plan={"now": True})

    def complaints(mailing: Mailing) -> list[bool]:
        return [each.startswith(words) for each in send_problems(mailing, PUBLISHED)]

    with override("nl"):
        assert not any(complaints(later))
        assert any(complaints(now))
        _publish(make_report(session=session))
        assert not any(complaints(now))

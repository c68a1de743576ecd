"""A publication cut short by a kill: the page is live, its session is not; the tick makes good."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.models import PageLogEntry, Revision

from content import receivers as content_receivers
from content.models import Session, SessionPage
from participation import receivers
from participation.services import (
    follow_missed_publications,
    record_missed_changes,
    send_due_changes,
)
from participation.services.publications import GRACE
from tests.factories.base import make_user
from tests.factories.content import (
    make_home,
    make_locale,
    make_report,
    make_series,
    make_session_page,
)
from tests.factories.participation import make_registration
from tests.participation.changing import (
    A,
    B,
    C,
    change_of,
    organiser,
    publish,
    published,
    session_of,
    signed_up,
    waiting,
)
from worker.scheduler import tick

pytestmark = [pytest.mark.django_db, pytest.mark.database]


class _Killed(SystemExit):
    """The process ends here."""


@contextmanager
def _killed_before(what: str = "publish_session", module: Any = content_receivers):
    """Let a publication end before this is done."""

    def end(*args, **values):
        raise _Killed

    with pytest.MonkeyPatch.context() as patch, suppress(_Killed):
        patch.setattr(module, what, end)
        yield
        pytest.fail("it was done before anything ended")


def _publish_planned(page: SessionPage, by, **values) -> None:
    """Plan a publication and let its moment pass."""
    page = SessionPage.objects.get(pk=page.pk)
    page.go_live_at = timezone.now() + timedelta(hours=1)
    for name, value in values.items():
        setattr(page, name, value)
    revision = page.save_revision(user=by)
    revision.publish(user=by)
    past = timezone.now() - timedelta(minutes=1)
    content = revision.content | {"go_live_at": past.isoformat()}
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=past, content=content)


def _soon():
    return timezone.now() + GRACE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("what", "module"),
    [
        ("publish_session", content_receivers),
        ("follow_publication", receivers),
        ("save", SessionPage),  # the plan is struck out by then
    ],
)
def test_planned_publication_cut_short_is_made_good_by_the_tick(tmp_path, what, module):
    page = published()
    signed_up(session_of(page))
    boss = organiser()
    boss.is_superuser = True
    boss.save()
    _publish_planned(page, boss, first_day=B)
    with _killed_before(what, module):
        tick(now=timezone.now(), holder="here", journal_dir=tmp_path)
    assert session_of(page).first_day == A

    now = timezone.now() + timedelta(minutes=2)
    tick(now=now, holder="here", journal_dir=tmp_path)
    session = session_of(page)
    assert (session.first_day, session.schedule_version) == (B, 2)
    page.refresh_from_db()
    assert (page.live, page.first_day, page.has_unpublished_changes) == (True, B, False)
    change, published_at = change_of(page), session.published_at
    assert (change.state, change.made_by) == ("waiting", boss)
    assert waiting() == []  # it can be withdrawn for a quarter of an hour
    for minutes in (4, 20, 22):
        tick(now=now + timedelta(minutes=minutes), holder="here", journal_dir=tmp_path)
    assert [notice.context["change"] for notice in waiting()] == [change.pk]
    assert session_of(page).published_at == published_at
    assert session_of(page).changes.count() == 2


def test_planned_page_that_cannot_be_published_holds_up_the_others_once(tmp_path):
    page, other = published(), published()
    boss = make_user(is_superuser=True)
    _publish_planned(page, boss, first_day=B)
    _publish_planned(other, boss, first_day=B)
    wrong = Revision.objects.get(pk=SessionPage.objects.get(pk=page.pk).latest_revision_id)
    wrong.content |= {"start_time": None}
    wrong.save(update_fields=["content"])
    with pytest.raises(ValidationError):
        tick(now=timezone.now(), holder="here", journal_dir=tmp_path)
    tick(now=timezone.now() + timedelta(minutes=2), holder="here", journal_dir=tmp_path)
    assert [session_of(each).first_day for each in (page, other)] == [A, B]


def test_publication_cut_short_in_the_admin_waits_for_an_organiser():
    page = published()
    signed_up(session_of(page))
    with _killed_before():
        publish(page, organiser(), first_day=B)
    assert follow_missed_publications(now=timezone.now()) == 0  # somebody may still be at it
    now = _soon()
    assert [follow_missed_publications(now=now) for _ in range(2)] == [1, 0]
    record_missed_changes(now=now)
    change = change_of(page)
    assert (change.state, change.version, change.made_by) == ("held", 2, None)
    assert session_of(page).first_day == B
    assert (send_due_changes(now=now + timedelta(hours=1)), waiting()) == (0, [])
    entries = PageLogEntry.objects.filter(action="wagtail.publish", page=page.pk)
    page.refresh_from_db()
    assert entries.latest("pk").revision_id == page.live_revision_id


def test_publication_cut_short_after_its_facts_is_made_good():
    page = published()
    signed_up(session_of(page))

    with _killed_before("follow_publication", receivers):
        publish(page, organiser(), first_day=B)
    assert session_of(page).schedule_version == 2
    assert follow_missed_publications(now=_soon()) == 1
    assert change_of(page).version == 2
    assert session_of(page).schedule_version == 2


def test_page_that_was_never_followed_gets_its_session():
    page = make_session_page(first_day=A)
    with _killed_before():
        page.save_revision().publish()
    assert follow_missed_publications(now=_soon()) == 1
    assert session_of(page).first_day == A
    page.refresh_from_db()
    assert page.session == session_of(page)


def test_publication_of_a_translation_hides_no_missed_one():
    """The session was published later than the page that was cut short."""
    page = published()
    english = make_locale("en")
    make_home("en")
    page.get_parent().specific.copy_for_translation(english)
    translation = page.copy_for_translation(english)
    with _killed_before():
        publish(page, first_day=B)
    translation.save_revision().publish()
    assert session_of(page).first_day == A
    assert follow_missed_publications(now=_soon()) == 1
    assert session_of(page).first_day == B


def test_alias_of_a_page_cut_short_follows_it():
    page = published()
    alias = page.create_alias(parent=make_series())
    with _killed_before():
        publish(page, title="Een andere titel")
    follow_missed_publications(now=_soon())
    assert SessionPage.objects.get(pk=alias.pk).title == "Een andere titel"
    assert follow_missed_publications(now=_soon()) == 0


def test_alias_that_was_made_a_page_of_its_own_is_not_published_by_that():
    page = published()
    alias = page.create_alias(parent=make_series())
    ConvertAliasPageAction(alias).execute(skip_permission_checks=True)
    assert follow_missed_publications(now=_soon()) == 0
    assert Session.objects.get() == session_of(page)


def test_nothing_is_followed_that_is_planned_or_a_draft():
    page = published()
    page.first_day = B
    page.save_revision()
    later = published()
    later.go_live_at, later.first_day = timezone.now() + timedelta(days=1), C
    later.save_revision().publish(user=make_user(is_superuser=True))
    gone = published()
    gone.unpublish()
    assert follow_missed_publications(now=_soon()) == 0
    assert [session_of(each).first_day for each in (page, later, gone)] == [A, A, A]


def test_looking_for_missed_publications_costs_one_query_a_kind_of_page(django_assert_num_queries):
    for _ in range(3):
        make_report(session=published().session, publish=True)
    with django_assert_num_queries(2):
        assert follow_missed_publications(now=_soon()) == 0


@pytest.mark.parametrize("killed", [0, 1])
def test_report_that_was_cut_short_is_taken_over_by_the_tick(killed):
    module, what = [(content_receivers, "note_public"), (receivers, "freeze_report")][killed]
    report = make_report(session=published().session)
    make_registration(session=report.session, attendance="present")
    with _killed_before(what, module):
        report.save_revision().publish()
    report.refresh_from_db()
    assert (report.live, report.frozen) == (True, {})
    assert [follow_missed_publications(now=_soon()) for _ in range(2)] == [1, 0]
    report.refresh_from_db()
    assert report.frozen["present"] == 1
    assert report.public_since == report.last_published_at


def test_pages_of_before_count_as_followed():
    page, draft = published(), make_session_page()
    SessionPage.objects.update(taken_revision=None)
    import_module("content.migrations.0005_mark_taken_revisions").mark_taken(apps, None)
    page.refresh_from_db()
    draft.refresh_from_db()
    assert (page.taken_revision, draft.taken_revision) == (page.live_revision_id, None)
    assert follow_missed_publications(now=_soon()) == 0

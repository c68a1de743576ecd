"""A session page published by other ways than the button: facts once, and mail that waits."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import (
    Comment,
    GroupApprovalTask,
    PageLogEntry,
    PageSubscription,
    Revision,
    Workflow,
    WorkflowTask,
)

from contacts.models import Notice
from content.models import Session, SessionPage
from content.services import publish_session
from participation.models import ScheduleChange
from participation.services import send_due_changes
from tests.factories.base import make_user
from tests.factories.content import make_session_page
from tests.participation.changing import (
    MAY_SEND,
    A,
    B,
    C,
    change_of,
    follows,
    organiser,
    publish,
    published,
    session_of,
    signed_up,
    waiting,
)
from tests.participation.test_changes_admin import (
    _confirm_url,
    _form,
    _press_publish,
    admin,
    editor,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

__all__ = ["admin", "editor"]  # fixtures


def _drafted(page: SessionPage, **values) -> Revision:
    """A draft with other facts, made by somebody else."""
    page = SessionPage.objects.get(pk=page.pk)
    for name, value in values.items():
        setattr(page, name, value)
    return page.save_revision(user=make_user())


def _submitted(page: SessionPage, user, **values):
    """The page in a workflow of one task, which `user` may approve; its state at the task."""
    task = GroupApprovalTask.objects.create(name="Akkoord")
    task.groups.set(user.groups.all())
    workflow = Workflow.objects.create(name="Meelezen")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    _drafted(page, **values)
    page = SessionPage.objects.get(pk=page.pk)
    return workflow.start(page, make_user()).current_task_state


def _user_of(client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def _came_true_once(page) -> ScheduleChange:
    """The facts are the drafted ones, copied once, with one change recorded."""
    session = session_of(page)
    assert (session.first_day, session.schedule_version) == (B, 2)
    assert [change.version for change in session.changes.order_by("pk")] == [1, 2]
    return change_of(page)


def _later(minutes=16):
    return timezone.now() + timedelta(minutes=minutes)


def _link_to(change) -> str:
    return reverse("session_changes:change", args=[change.pk])


def _approve_url(page, state) -> str:
    return reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])


def _status(state) -> tuple[str, str]:
    state.refresh_from_db()
    return state.status, type(state.workflow_state).objects.get(pk=state.workflow_state_id).status


def test_approval_shows_whom_it_mails_before_it_counts(admin):
    page = published()
    signed_up(session_of(page))
    state = _submitted(page, make_user(), first_day=B)
    response = admin.post(_approve_url(page, state), {"comment": "Goed zo"})
    assert response.url == _confirm_url(page)
    assert (_status(state), session_of(page).first_day) == (("in_progress",) * 2, A)
    assert not PageLogEntry.objects.filter(action="wagtail.workflow.approve").exists()
    assert admin.get(response.url).context["total"] == 1
    assert admin.post(response.url).status_code == 422  # tell them, or not?

    response = admin.post(response.url, {"choice": "tell"}, follow=True)
    change = _came_true_once(page)
    assert (change.state, change.made_by) == ("waiting", _user_of(admin))
    assert (_status(state), state.comment) == (("approved",) * 2, "Goed zo")
    assert (
        PageLogEntry.objects.filter(action="wagtail.publish", revision=state.revision).count() == 1
    )
    assert response.request["PATH_INFO"] == _link_to(change)

    assert (send_due_changes(now=timezone.now()), waiting()) == (0, [])
    admin.post(reverse("session_changes:decide", args=[change.pk, "withdraw"]))
    assert (send_due_changes(now=_later()), waiting()) == (0, [])


def test_approval_in_the_editor_keeps_the_draft_and_can_be_a_correction(admin):
    page = published()
    signed_up(session_of(page))
    state = _submitted(page, make_user(), first_day=C)
    url, values = _form(admin, page, first_day=B)
    action = {"action-workflow-action": "1", "workflow-action-name": "approve"}
    response = admin.post(url, values | action)
    assert response.url == _confirm_url(page)
    assert (_status(state)[0], session_of(page).first_day) == ("in_progress", A)
    admin.post(response.url, {"choice": "correction"})
    assert (_came_true_once(page).state, _status(state)) == ("correction", ("approved",) * 2)
    assert (send_due_changes(now=_later()), waiting()) == (0, [])


def test_approval_in_a_small_window_leads_on(admin):
    page = published()
    signed_up(session_of(page))
    state = _submitted(page, make_user(), first_day=B)
    values = {"comment": "", "next": reverse("wagtailadmin_home")}
    answer = admin.post(
        _approve_url(page, state), values, headers={"X-Requested-With": "XMLHttpRequest"}
    )
    assert answer.json() == {"step": "success", "redirect": _confirm_url(page)}


def test_approval_that_is_news_to_nobody_or_not_the_last_asks_nothing(admin):
    page, other = published(), published()
    state = _submitted(page, make_user(), first_day=B)
    admin.post(_approve_url(page, state), {"comment": ""})
    assert (session_of(page).first_day, _status(state)) == (B, ("approved",) * 2)

    signed_up(session_of(other))
    state = _submitted(other, make_user(), first_day=B)
    second = GroupApprovalTask.objects.create(name="Nog een")
    WorkflowTask.objects.create(workflow=state.workflow_state.workflow, task=second, sort_order=1)
    response = admin.post(_approve_url(other, state), {"comment": ""})
    assert "session-changes" not in response.url
    assert (session_of(other).first_day, _status(state)) == (A, ("approved", "in_progress"))


def test_approval_is_confirmed_by_who_gave_it_and_by_nobody_else(client, editor):
    page = published()
    signed_up(session_of(page))
    state = _submitted(page, _user_of(editor), first_day=B)
    editor.post(_approve_url(page, state), {"comment": ""})
    other = make_user(permissions=["wagtailadmin.access_admin", MAY_SEND])
    client.force_login(other)
    assert client.post(_approve_url(page, state), {"comment": ""}).status_code in (302, 403)
    client.post(_confirm_url(page), {"choice": "tell"})
    assert (session_of(page).first_day, _status(state)[0]) == (A, "in_progress")


def test_approval_by_who_may_not_mail_is_held_and_that_is_told(editor):
    page = published()
    row = signed_up(session_of(page))
    state = _submitted(page, _user_of(editor), first_day=B)
    shown = editor.post(_approve_url(page, state), {"comment": ""}, follow=True)
    assert "Een organisator beslist of mensen een mail krijgen" in shown.content.decode()
    assert row.contact.email not in shown.content.decode()
    response = editor.post(_confirm_url(page), follow=True)
    change = _came_true_once(page)
    assert (change.state, _status(state)) == ("held", ("approved",) * 2)
    assert _link_to(change) == response.request["PATH_INFO"]
    assert row.contact.email not in response.content.decode()
    # It stays on their first page until it is decided.
    home = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert _link_to(change) in home
    assert "Wacht op jou" not in home
    assert (send_due_changes(now=_later()), waiting()) == (0, [])


def _messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def _many_url(pages) -> str:
    where = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    ids = "&".join(f"id={page.pk}" for page in pages)
    return f"{where}?{ids}&next={reverse('wagtailadmin_home')}"


def _publish_many(client, pages, **values):
    """Look at the page that confirms it, and press its button."""
    url = _many_url(pages)
    shown = [each["mark"] for each in client.get(url).context["ahead"]]
    return client.post(url, {"shown": shown, "choice": "tell"} | values, follow=True)


def test_several_pages_at_once_wait_each_and_are_told_together(admin):
    pages = [published(), published()]
    for page in pages:
        signed_up(session_of(page))
        _drafted(page, first_day=B)
    response = _publish_many(admin, pages[:1])
    change = _came_true_once(pages[0])
    assert (change.state, change.made_by) == ("waiting", _user_of(admin))
    assert _messages(response)[0].count(_link_to(change)) == 1
    assert session_of(pages[1]).first_day == A

    response = _publish_many(admin, pages)
    assert [_came_true_once(page).state for page in pages] == ["waiting", "waiting"]
    told = _messages(response)[0]
    assert "2 wijzigingen van sessies" in told
    assert reverse("session_changes:index") in told


def test_pages_below_are_told_as_well(admin):
    page = published()
    signed_up(session_of(page))
    _drafted(page, first_day=B)
    SessionPage.objects.filter(pk=page.pk).update(live=False)
    response = _publish_many(admin, [page.get_parent()], include_descendants="on")
    assert _link_to(_came_true_once(page)) in _messages(response)[0]


def test_several_pages_at_once_show_before_what_changes_and_whom_that_mails(admin):
    pages = [published(), published(), published()]
    moved, translated_only, unseen = pages
    people = [signed_up(session_of(moved)) for _ in range(2)]
    follows(session_of(moved))
    signed_up(session_of(translated_only))
    signed_up(session_of(unseen))
    _drafted(moved, first_day=B, capacity=1)
    _drafted(translated_only, introduction="Een andere inleiding.")
    _drafted(unseen, first_day=C)
    shown = admin.get(_many_url([moved, translated_only]))
    (ahead,) = shown.context["ahead"]
    assert (ahead["page"], ahead["total"], ahead["over"], ahead["is_below"]) == (moved, 3, 1, False)
    assert [number for _label, number in ahead["groups"]] == ["2", "1"]
    content = shown.content.decode()
    assert reverse("session_desk:desk", args=[session_of(moved).pk]) in content
    assert "3 mensen hebben nog de oude gegevens" in content
    assert f"{B.day} " in content
    assert people[0].contact.email not in content
    assert session_of(moved).schedule_version == 1


def test_several_pages_at_once_mail_nobody_of_whom_was_not_told(admin):
    """No page was shown, or not this change: somebody changed the draft meanwhile."""
    page, other = published(), published()
    for each in (page, other):
        signed_up(session_of(each))
        _drafted(each, first_day=B)
    url = _many_url([page, other])
    (one, _two) = [each["mark"] for each in admin.get(url).context["ahead"]]
    for shown in ([], [one], ["", "x\0", one + "1"]):
        response = admin.post(url, {"shown": shown, "choice": "tell"})
        assert response.status_code == 422
        assert "Kijk eerst wie hierover een mail krijgt" in response.content.decode()
        assert len(response.context["ahead"]) == 2
    shown = [each["mark"] for each in response.context["ahead"]]
    _drafted(other, first_day=C)
    assert admin.post(url, {"shown": shown, "choice": "tell"}).status_code == 422
    assert admin.post(url, {"shown": shown}).status_code == 422
    assert [session_of(each).schedule_version for each in (page, other)] == [1, 1]
    assert ScheduleChange.objects.exclude(version=1).count() == 0

    shown = [each["mark"] for each in admin.get(url).context["ahead"]]
    assert admin.post(url, {"shown": shown}).status_code == 422  # tell them, or not?
    assert admin.post(url, {"shown": shown, "choice": "tell"}).status_code == 302
    assert [session_of(each).first_day for each in (page, other)] == [B, C]


def test_several_corrections_at_once_tell_nobody(admin):
    pages = [published(), published()]
    for page in pages:
        signed_up(session_of(page))
        _drafted(page, first_day=B)
    response = _publish_many(admin, pages, choice="correction")
    assert [_came_true_once(page).state for page in pages] == ["correction"] * 2
    assert "session-changes" not in "".join(_messages(response))
    assert (send_due_changes(now=_later()), waiting()) == (0, [])


def test_correction_that_is_planned_leaves_an_earlier_change_alone(admin):
    page = published()
    signed_up(session_of(page))
    change = publish(page, organiser(), first_day=B)
    _drafted(page, first_day=C, go_live_at=timezone.now() + timedelta(hours=1))
    _publish_many(admin, [page], choice="correction")
    change.refresh_from_db()
    assert (change.state, session_of(page).first_day) == ("waiting", B)


def test_several_pages_by_who_may_not_mail_wait_for_an_organiser(editor):
    page = published()
    row = signed_up(session_of(page))
    _drafted(page, first_day=B)
    shown = editor.get(_many_url([page]))
    assert shown.context["total"] == 1
    content = shown.content.decode()
    assert "Een organisator beslist of mensen een mail krijgen" in content
    assert 'name="choice"' not in content
    assert reverse("session_desk:desk", args=[session_of(page).pk]) not in content
    assert row.contact.email not in content
    _publish_many(editor, [page], choice="correction")
    assert _came_true_once(page).state == "held"


def test_pages_below_are_shown_before_and_count_only_when_asked(admin):
    page = published()
    signed_up(session_of(page))
    _drafted(page, first_day=B)
    SessionPage.objects.filter(pk=page.pk).update(live=False)
    above = page.get_parent()
    (ahead,) = admin.get(_many_url([above])).context["ahead"]
    assert (ahead["page"], ahead["is_below"]) == (page, True)
    response = admin.post(_many_url([above]), {"include_descendants": "on", "choice": "tell"})
    assert response.status_code == 422
    assert admin.post(_many_url([above]), {"choice": "tell"}).status_code == 302
    assert session_of(page).first_day == A


def test_many_pages_that_are_news_to_nobody_are_told_of_in_no_word(admin):
    page = published()
    _drafted(page, first_day=B)
    response = _publish_many(admin, [page])
    assert _came_true_once(page).state == "sent"
    assert "session-changes" not in "".join(_messages(response))


def test_planned_page_that_is_offline_keeps_its_facts_until_its_moment():
    page = published()
    signed_up(session_of(page))
    page.unpublish()
    boss, moment = make_user(is_superuser=True), timezone.now() + timedelta(hours=1)
    revision = _drafted(page, first_day=B, go_live_at=moment)
    revision.publish(user=boss)
    assert (session_of(page).first_day, session_of(page).schedule_version) == (A, 1)
    assert (send_due_changes(now=_later()), waiting()) == (0, [])

    past = timezone.now() - timedelta(minutes=1)
    content = revision.content | {"go_live_at": past.isoformat()}
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=past, content=content)
    call_command("publish_scheduled", verbosity=0)
    call_command("publish_scheduled", verbosity=0)
    change = _came_true_once(page)
    assert (change.state, change.made_by) == ("waiting", boss)
    assert send_due_changes(now=_later()) == 1


def test_page_that_was_never_online_has_no_session_until_its_moment():
    page = make_session_page(first_day=A)
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.save_revision().publish(user=make_user(is_superuser=True))
    assert not Session.objects.exists()
    assert not Notice.objects.exists()


def test_planned_change_is_shown_to_its_organiser_and_can_be_withdrawn(client):
    page = published()
    signed_up(session_of(page))
    boss = make_user(is_superuser=True)
    past = timezone.now() - timedelta(minutes=1)
    revision = _drafted(page, first_day=B, go_live_at=timezone.now() + timedelta(hours=1))
    revision.publish(user=boss)
    content = revision.content | {"go_live_at": past.isoformat()}
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=past, content=content)
    call_command("publish_scheduled", verbosity=0)
    change = _came_true_once(page)
    client.force_login(boss)
    assert _link_to(change) in client.get(reverse("wagtailadmin_home")).content.decode()
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert _link_to(change) in client.get(edit).content.decode()
    client.post(reverse("session_changes:decide", args=[change.pk, "withdraw"]))
    assert _link_to(change) not in client.get(edit).content.decode()
    assert (send_due_changes(now=_later()), waiting()) == (0, [])


def test_publication_outside_the_admin_waits_for_an_organiser():
    page = published()
    signed_up(session_of(page))
    _drafted(page, first_day=B).publish(user=None)
    assert _came_true_once(page).state == "held"


def test_same_publication_told_twice_changes_nothing_twice():
    page = published()
    signed_up(session_of(page))
    change = publish(page, organiser(), first_day=B)
    publish_session(page=SessionPage.objects.get(pk=page.pk), now=timezone.now())
    assert _came_true_once(page) == change


def _comment(text: str) -> dict[str, str]:
    new = {"text": text, "contentpath": "title", "position": "", "resolved": "", "deleted": ""}
    replies = {"replies-TOTAL_FORMS": "0", "replies-INITIAL_FORMS": "0"}
    values = {f"comments-0-{name}": value for name, value in (new | replies).items()}
    return values | {"comments-TOTAL_FORMS": "1", "comments-INITIAL_FORMS": "0"}


def test_comment_made_when_publishing_is_logged_and_told_to_who_follows(
    admin, mailoutbox, django_capture_on_commit_callbacks
):
    page = published()
    signed_up(session_of(page))
    follower = make_user(is_superuser=True, email="volgt@example.org")
    stranger = make_user(is_superuser=True, email="volgt-niet@example.org")
    PageSubscription.objects.create(page=page, user=follower, comment_notifications=True)
    PageSubscription.objects.create(page=page, user=stranger, comment_notifications=False)
    with django_capture_on_commit_callbacks(execute=True):
        response = _press_publish(admin, page, first_day=B, **_comment("Klopt deze dag?"))
    assert response.url == _confirm_url(page)
    comment = Comment.objects.get()
    assert (comment.text, comment.revision_created_id) == (
        "Klopt deze dag?",
        page.latest_revision_id,
    )
    assert PageLogEntry.objects.filter(action="wagtail.comments.create").count() == 1
    assert [each.to for each in mailoutbox] == [[follower.email]]
    assert "Klopt deze dag?" in mailoutbox[0].body

    # Publishing after all says it no second time.
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(response.url, {"choice": "correction"})
    assert PageLogEntry.objects.filter(action="wagtail.comments.create").count() == 1
    assert len(mailoutbox) == 1


def test_confirmed_publication_ends_the_workflow_and_is_logged_once(admin):
    page = published()
    signed_up(session_of(page))
    state = _submitted(page, make_user(), first_day=C)
    _press_publish(admin, page, first_day=B)
    response = admin.post(_confirm_url(page), {"choice": "tell"}, follow=True)
    _came_true_once(page)
    state.refresh_from_db()
    assert (state.status, state.workflow_state.status) == ("cancelled", "cancelled")
    page.refresh_from_db()
    entries = PageLogEntry.objects.filter(action="wagtail.publish", revision=page.latest_revision)
    assert entries.count() == 1
    told = _messages(response)
    assert len(told) == 1
    assert page.url in told[0]

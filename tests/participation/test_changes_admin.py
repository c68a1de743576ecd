"""Publishing in the admin what mails people, and deciding about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data

from campaigns.services.groups import ensure_groups
from content.models import SessionPage
from participation.models import ScheduleChange
from participation.services.changes import send_due_changes
from tests.factories.base import make_user
from tests.factories.content import make_home, make_locale
from tests.factories.participation import make_invitation
from tests.participation.changing import (
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_user(is_superuser=True))
    return client


@pytest.fixture
def editor(client):
    make_home()
    ensure_groups()
    user = make_user()
    user.groups.add(Group.objects.get(name="Redacteur"))
    client.force_login(user)
    return client


def _form(client, page, **changes):
    """What the editing page of Wagtail holds, as a browser would send it back."""
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    form = client.get(url).context["form"]
    values: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if hasattr(value, "stream_block"):
            values |= {f"{bound.html_name}-count": "0"}
        elif isinstance(value, list) or (value is not None and value is not False):
            values[bound.html_name] = value
    values |= nested_form_data({"comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}})
    for formset in form.formsets.values():
        for hidden in formset.management_form:
            values[hidden.html_name] = hidden.value()
    return url, values | {name: str(value) for name, value in changes.items()}


def _press_publish(client, page, **changes):
    url, values = _form(client, page, **changes)
    return client.post(url, values | {"action-publish": "1"})


def _confirm_url(page):
    page.refresh_from_db()
    return reverse("session_changes:publish", args=[page.pk, page.latest_revision_id])


def test_publish_stops_at_the_consequences_in_numbers(admin):
    page = published()
    session = session_of(page)
    for state in ("registered", "waiting", "pending", "unconfirmed"):
        signed_up(session, state=state, told="" if state == "unconfirmed" else None)
    follows(session)
    make_invitation(session)
    response = _press_publish(admin, page, first_day=B, capacity=1)
    assert (response.status_code, response.url) == (302, _confirm_url(page))
    assert session_of(page).schedule_version == 1

    shown = admin.get(response.url)
    assert [number for _label, number in shown.context["groups"]] == ["1"] * 5
    assert (shown.context["total"], shown.context["unanswered"]) == (5, 1)
    content = shown.content.decode()
    assert "5 mensen hebben nog de oude gegevens" in content
    assert f"{B.day} " in content
    assert session_of(page).schedule_version == 1


@pytest.mark.parametrize(("choice", "state"), [("tell", "waiting"), ("correction", "correction")])
def test_confirmation_publishes_that_revision_and_keeps_the_choice(admin, choice, state):
    page = published()
    signed_up(session_of(page))
    _press_publish(admin, page, first_day=B)
    response = admin.post(_confirm_url(page), {"choice": choice})
    change = change_of(page)
    assert response.url == reverse("session_changes:change", args=[change.pk])
    assert (session_of(page).first_day, change.state) == (B, state)
    assert ScheduleChange.objects.count() == 2
    assert admin.get(response.url).status_code == 200


def test_confirmation_needs_a_choice_and_the_latest_draft(admin):
    page = published()
    signed_up(session_of(page))
    _press_publish(admin, page, first_day=B)
    url = _confirm_url(page)
    refused = admin.post(url, {"choice": "perhaps"})
    assert (refused.status_code, session_of(page).schedule_version) == (422, 1)
    _press_publish(admin, page, first_day=C)
    stale = admin.post(url, {"choice": "tell"})
    assert stale.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert session_of(page).schedule_version == 1


def test_publishing_what_is_news_to_nobody_asks_nothing(admin):
    page = published()
    response = _press_publish(admin, page, first_day=B)
    assert "session-changes" not in response.url
    assert session_of(page).first_day == B
    signed_up(session_of(page))
    response = _press_publish(admin, page, title="Een andere titel")
    assert "session-changes" not in response.url
    assert session_of(page).titles["nl"] == "Een andere titel"


def test_translation_asks_nothing_and_changes_nothing(admin):
    page = published()
    signed_up(session_of(page))
    make_home("en")
    make_locale("en")
    page.get_parent().copy_for_translation(make_locale("en"))
    english = SessionPage.objects.get(pk=page.pk).copy_for_translation(make_locale("en"))
    english.first_day = B
    english.save()
    response = _press_publish(admin, english, first_day=B)
    assert "session-changes" not in response.url
    assert (session_of(page).schedule_version, ScheduleChange.objects.count()) == (1, 1)


def test_editor_without_mailing_rights_publishes_and_an_organiser_decides(editor):
    page = published()
    signed_up(session_of(page))
    url = _press_publish(editor, page, first_day=B).url
    shown = editor.get(url)
    assert "Een organisator beslist" in shown.content.decode()
    assert 'type="radio"' not in shown.content.decode()
    # What an editor cannot choose is not taken from the form either.
    response = editor.post(url, {"choice": "correction"})
    change = change_of(page)
    assert (session_of(page).first_day, change.state) == (B, "held")
    assert "Een organisator beslist" in editor.get(response.url).content.decode()
    for act in ("release", "send", "correction", "withdraw"):
        decide = reverse("session_changes:decide", args=[change.pk, act])
        assert editor.get(decide).status_code == 302
        assert editor.post(decide).status_code == 302  # to the first page, with a refusal
    change.refresh_from_db()
    assert change.state == "held"
    assert editor.get(reverse("session_changes:index")).status_code == 200


def test_who_may_not_publish_cannot_confirm(client):
    page = published()
    signed_up(session_of(page))
    url = reverse("session_changes:publish", args=[page.pk, page.latest_revision_id])
    client.force_login(make_user(permissions=["wagtailadmin.access_admin"]))
    assert client.post(url, {"choice": "tell"}).status_code == 302
    assert client.get(reverse("session_changes:index")).status_code == 302
    assert session_of(page).schedule_version == 1


def test_organiser_releases_and_takes_back(admin):
    page = published()
    signed_up(session_of(page))
    change = publish(page, make_user(), first_day=B)
    home = admin.get(reverse("wagtailadmin_home")).content.decode()
    assert "Wacht op jou" in home

    def decide(act):
        url = reverse("session_changes:decide", args=[change.pk, act])
        assert admin.get(url).status_code in (200, 302)
        admin.post(url)
        change.refresh_from_db()
        return change.state

    assert [decide(act) for act in ("release", "withdraw", "release")] == [
        *("waiting", "withdrawn", "waiting")
    ]
    assert "minuten weg" in admin.get(reverse("wagtailadmin_home")).content.decode()
    assert decide("send") == "waiting"
    assert send_due_changes(now=timezone.now()) == 1
    assert (decide("withdraw"), len(waiting())) == ("sent", 1)
    assert "session-changes/" in admin.get(reverse("session_changes:index")).content.decode()


def test_looking_decides_nothing(admin):
    page = published()
    signed_up(session_of(page))
    change = publish(page, organiser(), first_day=B)
    for act in ("withdraw", "correction", "send"):
        shown = admin.get(reverse("session_changes:decide", args=[change.pk, act]))
        assert shown.context["figure"] == "1"
    change.refresh_from_db()
    assert change.state == "waiting"
    assert change.due_at > timezone.now()


def test_planned_publication_says_when_people_are_told(admin):
    page = published()
    signed_up(session_of(page))
    live = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    url = _press_publish(admin, page, first_day=B, go_live_at=live).url
    assert "komt online op" in admin.get(url).content.decode()
    response = admin.post(url)
    assert response.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert session_of(page).schedule_version == 1
    assert SessionPage.objects.get(pk=page.pk).scheduled_revision


@pytest.mark.parametrize(("status", "is_refused"), [("planned", True), ("held", False)])
def test_session_that_people_await_is_not_moved_to_the_past(admin, status, is_refused):
    page = published()
    signed_up(session_of(page))
    gone = timezone.localdate() - timedelta(days=2)
    response = _press_publish(admin, page, first_day=gone, status=status)
    assert (response.status_code == 200) is is_refused
    if is_refused:
        assert "1 persoon aangemeld" in str(response.context["form"].errors["first_day"])
    assert (session_of(page).status == "held") is not is_refused


def test_fewer_seats_than_people_is_allowed_and_said(admin):
    page = published()
    for _number in range(3):
        signed_up(session_of(page))
    response = _press_publish(admin, page, capacity=1)
    assert session_of(page).capacity == 1
    assert "2 mensen meer aangemeld" in admin.get(response.url, follow=True).content.decode()
    url = _press_publish(admin, page, first_day=B).url
    assert admin.get(url).context["over"] == 2


def test_list_asks_as_much_for_three_as_for_one(admin):
    def queries(number):
        for _number in range(number):
            page = published()
            signed_up(session_of(page))
            publish(page, organiser(), first_day=B)
        url = reverse("session_changes:index")
        admin.get(url)
        with CaptureQueriesContext(connection) as found:
            admin.get(url)
        return len(found)

    assert queries(1) == queries(2)

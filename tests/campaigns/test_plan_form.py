"""A plan in the fields of the editor, and what the admin shows of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.forms import PlanFields, fields_of_plan, plan_of_fields
from campaigns.models import Delivery, Mailing
from campaigns.selectors.attention import attention
from campaigns.services.planning import recompute_due_times
from tests.campaigns.people import make_delegate
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW
from tests.factories.content import ENDS_AT, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AT = datetime(2026, 3, 7, 9, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
RELATIVE = {"relative": {"anchor": "invitation_sent", "days": 5, "time": "09:00"}}


def _url(name, *args):
    return reverse(f"wagtailsnippets_campaigns_mailing:{name}", args=args)


@pytest.fixture
def organiser(client):
    codes = ("view_mailing", "change_mailing", "send_mailing", "delete_mailing")
    user = make_user(permissions=[f"campaigns.{code}" for code in codes])
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"now": True},
        {"now": True, "repeat": {"every_days": 7, "times": 3}},
        {"at": AT.isoformat()},
        {"at": AT.isoformat(), "late": "skip:P2D"},
        RELATIVE,
        RELATIVE | {"late": "skip:PT3H", "repeat": {"every_days": 60, "times": 10}},
    ],
)
def test_plan_becomes_fields_and_the_same_plan_again(plan):
    fields = fields_of_plan(plan) if plan else {}
    form = PlanFields({name: value for name, value in fields.items() if value is not None})
    assert form.is_valid(), form.errors
    made = plan_of_fields(form.cleaned_data)
    if "at" in plan:
        made["at"] = datetime.fromisoformat(made["at"]).astimezone(AT.tzinfo).isoformat()
    assert made == plan


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"repeat_times": "3"}, "repeat_days"),
        ({"repeat_days": "7"}, "repeat_times"),
        ({"repeat_times": "11", "repeat_days": "7"}, "repeat_times"),
        ({"repeat_times": "1", "repeat_days": "61"}, "repeat_days"),
        ({"late_number": "0"}, "late_number"),
        ({"late_unit": "weeks"}, "late_unit"),
    ],
)
def test_field_that_is_not_right_is_named_and_nothing_is_planned(organiser, fields, name):
    make_delegate()
    mailing = make_mailing(session=make_far_session())
    form = PlanFields({"when": "now"} | fields)
    if form.is_valid():
        with pytest.raises(ValidationError) as refused:
            plan_of_fields(form.cleaned_data)
        assert name in refused.value.message_dict
    else:
        assert name in form.errors
    organiser.post(_url("act", mailing.pk, "plan"), {"when": "now"} | fields)
    assert Mailing.objects.get().state == "draft"


def test_overview_tells_which_repetition_it_is(organiser):
    first = make_mailing(state="done")
    plan = {"at": "2100-03-05T09:00:00+01:00", "repeat": {"every_days": 7, "times": 3}}
    second = make_mailing(repeats=first, repetition=1, plan=plan, session=make_far_session())
    assert "2 van hooguit 4" in organiser.get(_url("overview", second.pk)).content.decode()
    assert "van hooguit" not in organiser.get(_url("overview", first.pk)).content.decode()


def test_overview_tells_what_a_mailing_waits_for(organiser):
    plan = {"relative": {"anchor": "report_published", "days": 0, "time": "09:00"}}
    mailing = make_mailing(
        session=make_session(), kind="follow_up", state="planned", plan=plan, due_at=None
    )
    assert "Wacht op het verslag." in organiser.get(_url("overview", mailing.pk)).content.decode()


@pytest.mark.parametrize("reason", ["late", "unpublished", "session_over"])
def test_missed_mailing_says_why_and_can_be_planned_anew(organiser, reason):
    make_delegate()
    mailing = make_mailing(state="missed", pause_reason=reason, session=make_far_session())
    page = organiser.get(_url("overview", mailing.pk)).content.decode()
    assert "help-warning" in page
    assert f">{reason}<" not in page
    organiser.post(_url("act", mailing.pk, "plan"), {"when": "now"})
    assert Mailing.objects.get().state == "planned"


def test_confirmation_tells_of_the_hour(organiser, monkeypatch):
    make_delegate()
    mailing = make_mailing(session=make_far_session())
    sunday = datetime(2026, 3, 8, 12, 0, tzinfo=AT.tzinfo)
    monkeypatch.setattr(timezone, "now", lambda: sunday)
    page = organiser.get(_url("act", mailing.pk, "start")).content.decode()
    assert "Zondag 8 maart, 12:00 ligt buiten de uren waarop hier mailings uitgaan." in page


def test_mailing_that_went_out_cannot_be_deleted(organiser):
    row = make_delivery(state="sent")
    answer = organiser.post(_url("delete", row.mailing_id), follow=True)
    assert answer.status_code == 200
    assert Delivery.objects.count() == 1


def test_first_page_asks_for_lists_in_as_many_queries_for_one_as_for_three():
    after = ENDS_AT + timedelta(days=3)
    numbers = []
    for new in (1, 2):
        for _each in range(new):
            session = make_session()
            make_mailing(
                session=session,
                kind="follow_up",
                state="planned",
                audience={"attendance": {"session": session.slug, "values": ["present"]}},
                plan={"relative": {"anchor": "session_end", "days": 1, "time": "10:00"}},
                due_at=None,
                due_for_version=session.schedule_version,
            )
        with CaptureQueriesContext(connection) as found:
            waiting = attention(after).lists
        with CaptureQueriesContext(connection) as computed:
            assert recompute_due_times(now=after) == 0
        numbers.append((len(found), len(computed)))
    assert len(waiting) == 3
    assert numbers[0] == numbers[1]
    assert attention(NOW).lists == []

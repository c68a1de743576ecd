"""A second pair of eyes: who may be the second one, what an edit does to it, and what it holds."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from wagtail.models import Locale, ModelLogEntry

from campaigns.errors import (
    ApprovalRefused,
    CampaignError,
    MailingChanged,
    MailingNotReady,
    MoveForbidden,
)
from campaigns.models import Delivery, Mailing
from campaigns.selectors.approval import waiting_for
from campaigns.services import approval, mailings
from campaigns.services.planning import finish_mailings, start_due_mailings
from campaigns.services.repeating import plan_repetitions
from campaigns.viewsets import viewset
from contacts.models import Notice
from tests.campaigns.people import make_delegate, make_organiser, need_second_person
from tests.concurrency import together
from tests.factories.base import make_user
from tests.factories.campaigns import make_far_session, make_mailing, mark_sent
from tests.factories.contacts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _dutch():
    with translation.override("nl"):
        yield


LATER = NOW + timedelta(hours=1)


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


def _made(by, **values):
    mailing = make_mailing(session=make_far_session(), created_by=by, **values)
    mailing.save_revision(user=by, clean=False)
    mailing.refresh_from_db()
    return mailing


@pytest.fixture
def writer():
    return make_organiser("schrijver", first_name="Sanne")


@pytest.fixture
def reader():
    return make_organiser("lezer", first_name="Rutger")


@pytest.fixture
def mailing(writer):
    make_delegate()
    return _made(writer)


def _approve(mailing, writer, reader):
    approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    return approval.approve_mailing(mailing_id=mailing.pk, by=reader, now=NOW)


def test_nothing_goes_out_unseen_when_the_site_asks_for_a_second_person(mailing, writer, reader):
    need_second_person()
    for go in (mailings.start, mailings.plan_mailing):
        with pytest.raises(MailingNotReady, match="vraag"):
            go(mailing_id=mailing.pk, by=writer, now=NOW)
    approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    with pytest.raises(MailingNotReady, match="goedkeuren"):
        mailings.start(mailing_id=mailing.pk, by=reader, now=NOW)
    approval.approve_mailing(mailing_id=mailing.pk, by=reader, now=NOW)
    assert mailings.start(mailing_id=mailing.pk, by=writer, now=NOW).state == "planned"
    assert start_due_mailings(now=NOW) == [mailing.pk]


def test_missed_mailing_without_approval_is_not_planned_again(mailing, writer):
    Mailing.objects.filter(pk=mailing.pk).update(state="missed")
    need_second_person()
    with pytest.raises(MailingNotReady):
        mailings.start(mailing_id=mailing.pk, by=writer, now=NOW)
    assert Mailing.objects.get().state == "missed"


def test_mailing_planned_before_the_site_asked_for_it_is_missed_in_words(mailing, writer):
    mailings.start(mailing_id=mailing.pk, by=writer, now=NOW)
    need_second_person()
    assert start_due_mailings(now=LATER) == []
    mailing.refresh_from_db()
    assert mailing.state == "missed"
    assert "goedkeuring" in mailing.pause_reason
    assert Delivery.objects.count() == 0


def test_repetition_of_an_approved_text_is_approved(mailing, writer, reader):
    need_second_person()
    _approve(mailing, writer, reader)
    plan = {"now": True, "repeat": {"every_days": 1, "times": 1}}
    mailings.plan_mailing(mailing_id=mailing.pk, plan=plan, by=writer, now=NOW)
    start_due_mailings(now=NOW)
    mark_sent(mailing)
    assert finish_mailings(now=NOW) == [mailing.pk]
    (number,) = plan_repetitions(now=NOW)
    repeated = Mailing.objects.get(pk=number)
    assert (repeated.approved_by, repeated.state) == (reader, "planned")
    assert start_due_mailings(now=repeated.due_at or NOW) == [number]


@pytest.mark.parametrize("who", ["writer", "asker"])
def test_nobody_approves_what_they_asked_or_wrote(mailing, writer, reader, who):
    other = make_organiser("derde")
    approval.ask_for_approval(mailing_id=mailing.pk, by=other, now=NOW)
    by = writer if who == "writer" else other
    with pytest.raises(ApprovalRefused):
        approval.approve_mailing(mailing_id=mailing.pk, by=by, now=NOW)
    with pytest.raises(ApprovalRefused):
        approval.send_back(mailing_id=mailing.pk, by=by, remark="nee", now=NOW)
    assert Mailing.objects.get().approved_at is None
    assert [waiting_for(user) for user in (writer, other)] == [[], []]
    assert waiting_for(reader) == [mailing]


def test_whoever_may_not_send_does_not_approve(mailing, writer, reader):
    approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    editor = make_user(permissions=["campaigns.change_mailing"])
    with pytest.raises(ApprovalRefused):
        approval.approve_mailing(mailing_id=mailing.pk, by=editor, now=NOW)
    assert waiting_for(editor) == []


def test_edit_takes_the_approval_away(mailing, writer, reader):
    _approve(mailing, writer, reader)
    mailing.refresh_from_db()
    mailing.subject_nl = "Iets anders"
    mailings.save_mailing(mailing=mailing, by=writer, now=LATER)
    mailing = Mailing.objects.get()
    assert (mailing.asked_at, mailing.asked_by, mailing.approved_at, mailing.approved_by) == (
        None,
        None,
        None,
        None,
    )


def test_plan_and_withdrawal_leave_the_approval(mailing, writer, reader):
    need_second_person()
    _approve(mailing, writer, reader)
    mailings.start(mailing_id=mailing.pk, by=writer, now=NOW)
    mailings.withdraw_mailing(mailing_id=mailing.pk, by=writer, now=NOW)
    assert mailings.start(mailing_id=mailing.pk, by=writer, now=NOW).state == "planned"


def test_text_that_was_changed_while_it_was_read_is_not_approved(mailing, writer, reader):
    approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    with pytest.raises(MailingChanged):
        approval.approve_mailing(
            mailing_id=mailing.pk, by=reader, now=NOW, revision=mailing.latest_revision_id - 1
        )
    assert Mailing.objects.get().approved_at is None


def test_question_is_mailed_to_those_who_may_approve_and_nobody_else(mailing, writer, reader):
    make_user(username="redacteur", email="redacteur@example.org")
    make_organiser("weg", is_active=False)
    approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    notice = Notice.objects.get()
    assert notice.address == "lezer@example.org"
    assert mailing.title in notice.context["subject"]
    assert f"/overview/{mailing.pk}/" in notice.context["body"]
    with pytest.raises(MoveForbidden):
        approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=LATER)
    assert Notice.objects.count() == 1


def test_sent_back_mailing_tells_the_asker_the_remark(mailing, writer, reader):
    approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    with pytest.raises(ApprovalRefused):
        approval.send_back(mailing_id=mailing.pk, by=reader, remark="  ", now=NOW)
    approval.send_back(mailing_id=mailing.pk, by=reader, remark="De datum klopt niet.", now=NOW)
    assert Mailing.objects.get().asked_at is None
    answer = Notice.objects.latest("pk")
    assert answer.address == "schrijver@example.org"
    assert "De datum klopt niet." in answer.context["body"]


def test_question_can_be_withdrawn_until_it_is_answered(mailing, writer, reader):
    approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    approval.retract_question(mailing_id=mailing.pk, by=writer, now=NOW)
    assert Mailing.objects.get().asked_at is None
    _approve(mailing, writer, reader)
    with pytest.raises(MoveForbidden):
        approval.retract_question(mailing_id=mailing.pk, by=writer, now=NOW)


def test_nobody_to_ask_and_what_is_not_ready_are_said(writer):
    mailing = _made(writer)
    with pytest.raises(MailingNotReady):  # nobody would get it
        approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    make_delegate()
    with pytest.raises(MailingNotReady, match="beheerder"):
        approval.ask_for_approval(mailing_id=mailing.pk, by=writer, now=NOW)
    assert Notice.objects.count() == 0


def test_organisers_ask_send_back_and_approve_in_the_admin(client, mailing, writer, reader):
    need_second_person()
    client.force_login(writer)
    overview = _url("overview", mailing.pk)
    page = client.get(overview).content.decode()
    assert _url("approval", mailing.pk, "ask") in page
    assert _url("act", mailing.pk, "start") not in page
    client.post(_url("act", mailing.pk, "start"))
    assert Mailing.objects.get().state == "draft"
    client.post(_url("approval", mailing.pk, "ask"))
    page = client.get(overview).content.decode()
    assert _url("approval", mailing.pk, "approve") not in page
    client.post(_url("approval", mailing.pk, "approve"))
    assert Mailing.objects.get().approved_at is None

    client.force_login(reader)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Wacht op jouw goedkeuring" in home
    page = client.get(overview).content.decode()
    assert _url("approval", mailing.pk, "approve") in page
    assert _url("revisions_view", mailing.pk, mailing.latest_revision_id) in page
    remark = "Noem <b>de</b> zaal"
    client.post(_url("approval", mailing.pk, "send-back"), {"remark": remark})
    page = client.get(overview).content.decode()
    assert "Noem &lt;b&gt;de&lt;/b&gt; zaal" in page
    history = client.get(_url("history", mailing.pk)).content.decode()
    assert "Noem &lt;b&gt;de&lt;/b&gt; zaal" in history

    client.force_login(writer)
    client.post(_url("approval", mailing.pk, "ask"))
    client.force_login(reader)
    seen = Mailing.objects.get().latest_revision_id
    client.post(_url("approval", mailing.pk, "approve"), {"revision": seen})
    assert Mailing.objects.get().approved_by == reader
    client.force_login(writer)
    client.post(_url("act", mailing.pk, "start"))
    assert Mailing.objects.get().state == "planned"
    done = list(ModelLogEntry.objects.for_instance(mailing).values_list("action", flat=True))
    for action in ("ask", "send_back", "approve", "plan"):
        assert f"campaigns.{action}" in done


def test_whoever_may_only_look_does_nothing_about_an_approval(client, mailing, writer, reader):
    codes = ("wagtailadmin.access_admin", "campaigns.view_mailing")
    client.force_login(make_user(permissions=codes))
    page = client.get(_url("overview", mailing.pk)).content.decode()
    assert "approval" not in page
    for act in ("ask", "retract", "approve", "send-back"):
        client.post(_url("approval", mailing.pk, act), {"remark": "x"})
    assert Mailing.objects.get().asked_at is None


def test_confirmation_says_that_approval_is_needed(client, mailing, writer):
    need_second_person()
    client.force_login(writer)
    page = client.get(_url("act", mailing.pk, "start")).content.decode()
    assert "vraag" in page
    assert '<button class="button"' not in page


def test_waiting_takes_as_many_queries_for_one_as_for_three(
    mailing, writer, reader, django_assert_num_queries
):
    for number in (1, 3):
        while Mailing.objects.filter(asked_at__isnull=False).count() < number:
            more = _made(writer)
            approval.ask_for_approval(mailing_id=more.pk, by=writer, now=NOW)
        reader.has_perm("campaigns.send_mailing")
        with django_assert_num_queries(1):
            assert [str(each.asked_by) for each in waiting_for(reader)] == ["schrijver"] * number


# --- two at once ----------------------------------------------------------------------------


def test_confirmation_of_a_text_that_was_changed_since_is_refused(client, mailing, writer, reader):
    seen = mailing.latest_revision_id
    client.force_login(writer)
    page = client.get(_url("act", mailing.pk, "start")).content.decode()
    assert f'name="revision" value="{seen}"' in page
    mailing.subject_nl = "Anders"
    mailings.save_mailing(mailing=mailing, by=reader, now=NOW)
    answer = client.post(_url("act", mailing.pk, "start"), {"revision": seen}, follow=True)
    assert Mailing.objects.get().state == "draft"
    assert "Gewijzigd door lezer" in answer.content.decode().replace("Rutger", "lezer")
    seen = Mailing.objects.get().latest_revision_id
    client.post(_url("act", mailing.pk, "start"), {"revision": seen})
    assert Mailing.objects.get().state == "planned"


def test_pressing_twice_is_no_change_and_another_plan_is_one(mailing, writer, reader):
    seen = mailing.latest_revision_id
    for _ in range(2):
        mailings.start(mailing_id=mailing.pk, by=writer, now=NOW, revision=seen)
    with pytest.raises(MailingChanged):
        mailings.start(mailing_id=mailing.pk, by=reader, now=NOW, revision=seen)
    with pytest.raises(MailingChanged):
        mailings.start(mailing_id=mailing.pk, by=writer, now=NOW, revision=10**12)


def test_wagtail_tells_two_editors_of_each_other(client, mailing, writer, reader):
    client.force_login(reader)
    client.get(_url("edit", mailing.pk))
    client.force_login(writer)
    page = client.get(_url("edit", mailing.pk)).content.decode()
    (ping,) = re.findall(r"/admin/editing-sessions/ping/campaigns/mailing/[0-9/]+", page)
    others = client.post(ping).json()["other_sessions"]
    assert [each["user"] for each in others] == ["Rutger"]


def test_two_who_start_at_once_start_one_mailing(file_database):
    Locale.objects.get_or_create(language_code="nl")
    make_delegate()
    writer, reader = make_organiser("schrijver"), make_organiser("lezer")
    mailing = _made(writer)
    seen = mailing.latest_revision_id

    def start(by):
        mailings.start(mailing_id=mailing.pk, by=by, now=NOW, revision=seen)
        return start_due_mailings(now=LATER)

    answers = together(lambda: start(writer), lambda: start(reader), expected=CampaignError)
    assert [answer for answer in answers if answer == [mailing.pk]] == [[mailing.pk]]
    assert Delivery.objects.count() == 1

"""A sign-up that was never confirmed: one reminder after two days, and then it lapses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.errors import NoticeObsolete
from campaigns.notices import compose_notice
from contacts.models import Notice
from participation.models import Registration
from participation.services import confirm_registration, nudge_unconfirmed, request_registration
from participation.services.retention import RULES
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_session
from tests.factories.participation import make_registration, make_typed
from worker.scheduler import tick

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _request(session, act="a", now=NOW, **typed):
    request_registration(session=session, typed=make_typed(**typed), act=act, now=now)
    return Registration.objects.filter(session=session).latest("pk")


def _nudges():
    rows = Notice.objects.filter(kind="nudge").order_by("pk")
    return [(row.address, row.context["registrations"]) for row in rows]


def test_unconfirmed_sign_up_gets_one_reminder_after_two_days_and_never_two():
    row = _request(make_session(eligibility="everyone"))
    assert nudge_unconfirmed(now=NOW + 2 * DAY - timedelta(seconds=1)) == 0
    assert [nudge_unconfirmed(now=NOW + 2 * DAY) for _ in range(3)] == [1, 0, 0]
    assert nudge_unconfirmed(now=NOW + 5 * DAY) == 0
    assert _nudges() == [("bilal@example.org", [row.pk])]
    # Typed once more: a new mail to confirm, and still no second reminder.
    _request(row.session, act="b", now=NOW + 3 * DAY)
    assert nudge_unconfirmed(now=NOW + 6 * DAY) == 0


def test_one_reminder_names_all_that_waits_for_an_address():
    first = _request(make_session(eligibility="everyone"))
    second = _request(make_session(eligibility="everyone"), now=NOW + DAY)
    assert nudge_unconfirmed(now=NOW + 2 * DAY) == 1
    third = _request(make_session(eligibility="everyone"), now=NOW + 2 * DAY + timedelta(hours=1))
    assert nudge_unconfirmed(now=NOW + 3 * DAY) == 0
    assert nudge_unconfirmed(now=NOW + 4 * DAY + timedelta(hours=1)) == 1
    address = "bilal@example.org"
    assert _nudges() == [(address, [first.pk, second.pk]), (address, [third.pk])]


def test_nobody_is_reminded_of_what_is_confirmed_closed_lapsed_or_signed_up_otherwise():
    confirm_registration(registration=_request(make_session(eligibility="everyone")), now=NOW)
    off = _request(make_session(eligibility="everyone"), email="af@example.org")
    off.session.status = "cancelled"
    off.session.save()
    full = _request(
        make_session(eligibility="everyone", capacity=1, waiting_list=False),
        email="vol@example.org",
    )
    make_registration(session=full.session)
    other_way = _request(make_session(eligibility="everyone"), email="anders@example.org")
    make_registration(session=other_way.session, contact=make_contact(email="anders@example.org"))
    _request(make_session(eligibility="everyone"), email="oud@example.org", now=NOW - 6 * DAY)
    assert nudge_unconfirmed(now=NOW + 2 * DAY) == 0


def test_reminder_that_came_too_late_is_not_sent():
    row = _request(make_session(eligibility="everyone"))
    nudge_unconfirmed(now=NOW + 2 * DAY)
    notice = Notice.objects.get(kind="nudge")
    assert compose_notice(notice, NOW + 2 * DAY).recipient == "bilal@example.org"
    row.session.status = "cancelled"
    row.session.save()
    with pytest.raises(NoticeObsolete):
        compose_notice(notice, NOW + 2 * DAY)
    row.session.status = "planned"
    row.session.save()
    confirm_registration(registration=row, now=NOW + 2 * DAY)
    with pytest.raises(NoticeObsolete):
        compose_notice(notice, NOW + 2 * DAY)


def test_tick_reminds(tmp_path):
    now = timezone.now()
    make_registration(
        session=make_session(starts_at=now + 9 * DAY, ends_at=now + 10 * DAY),
        state="unconfirmed",
        changed_at=now - 3 * DAY,
        created_at=now - 3 * DAY,
    )
    for _ in range(2):
        tick(now=timezone.now(), holder="test", journal_dir=tmp_path)
    assert Notice.objects.filter(kind="nudge").count() == 1


def test_it_lapses_once_the_button_works_no_longer():
    row = _request(make_session(eligibility="everyone"))
    rule = next(rule for rule in RULES if rule.code == "unconfirmed")
    assert rule.kept == 7 * DAY
    assert not rule.rows(NOW - timedelta(seconds=1)).exists()
    rule.remove(rule.rows(NOW + timedelta(seconds=1)), NOW + 8 * DAY)
    row.refresh_from_db()
    assert (row.state, row.typed, row.address_key) == ("lapsed", {}, "")


@pytest.mark.parametrize(
    "name",
    ["Bel 0900 en win", "kwaad.example.org", "https://kwaad.example.org", "x" * 2000, "Win\r\nnu"],
)
def test_no_text_of_a_stranger_in_the_mail_even_when_it_was_kept(name):
    make_registration(session=make_session(), state="unconfirmed")
    Registration.objects.update(typed={"given_name": name, "family_name": "Dam", "language": "nl"})
    row = Registration.objects.get()
    for kind in ("confirm", "nudge"):
        notice = Notice.objects.create(
            kind=kind,
            address=row.address_key,
            context={"registrations": [row.pk]},
            key=kind,
            created_at=NOW,
            not_before=NOW,
        )
        content = compose_notice(notice, NOW).content.decode()
        assert "Goedendag," in content
        for typed in ("kwaad", "xxxxx", "Win\r", "0900", "Dam"):
            assert typed not in content

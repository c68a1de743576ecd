"""Releasing held mail: what may have been sent is not sent again unless somebody says so."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from base.enums import HoldReason
from base.models import Installation
from campaigns.errors import MailNotHeld
from campaigns.models import Batch, Delivery, Mailing
from campaigns.selectors.hold import current_hold, waiting_mail
from campaigns.services.decisions import send_again
from campaigns.services.groups import ROLES
from campaigns.services.release import Released, release_mail
from contacts.enums import MAIL_MOVES, MailState, NoticeKind
from contacts.models import Notice
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BEFORE, AFTER = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
WORDS = "This waited when the database was restored or moved: it may have been sent."
URL = "/admin/mail/release/"


@pytest.fixture
def held() -> Installation:
    return Installation.objects.create(
        pk=1,
        name="here",
        held_since=NOW,
        held_reason=HoldReason.WENT_BACK,
        held_host="server1",
    )


def _notice(created_at, **values):
    number = Notice.objects.count()
    return Notice.objects.create(
        **{
            "kind": NoticeKind.SYSTEM,
            "address": f"person{number}@example.org",
            "key": f"test-{number}",
            "created_at": created_at,
            "not_before": created_at,
        }
        | values
    )


def _states(model) -> list[str]:
    return list(model.objects.order_by("pk").values_list("state", flat=True))


# --- what becomes of what waits -----------------------------------------------------------------


def test_what_was_waiting_becomes_unknown(held):
    mailing = make_mailing(state="sending")
    for state in ("queued", "claimed", "deferred", "sent", "refused", "excluded", "unknown"):
        make_delivery(mailing=mailing, state=state)
    paused = make_delivery(mailing=make_mailing(state="paused"))
    cancelled = make_delivery(mailing=make_mailing(state="cancelled"))

    released = release_mail(sends_waiting=False, now=AFTER)
    assert released == Released(mails=4, notices=0, missed=0)
    assert list(mailing.deliveries.order_by("pk").values_list("state", "reply_text")) == [
        ("unknown", WORDS),
        ("unknown", WORDS),
        ("unknown", WORDS),
        ("sent", ""),
        ("refused", ""),
        ("excluded", ""),
        ("unknown", ""),
    ]
    paused.refresh_from_db()
    cancelled.refresh_from_db()
    assert (paused.state, cancelled.state) == ("unknown", "queued")
    assert list(Batch.objects.values_list("mailing", flat=True)) == [cancelled.mailing_id]
    assert current_hold() is None


def test_a_person_decides_about_each(held):
    row = make_delivery(next_attempt_at=AFTER, state="deferred", lease_until=AFTER)
    release_mail(sends_waiting=False, now=AFTER)
    assert send_again(mailing_id=row.mailing_id, row_ids=[row.pk], now=AFTER) == 1
    row.refresh_from_db()
    assert (row.state, row.next_attempt_at, row.lease_until) == ("queued", None, None)
    assert list(Batch.objects.values_list("first_id", "last_id")) == [(row.pk, row.pk)]


def test_doubt_is_a_legal_move_of_all_that_waits():
    for state in (MailState.QUEUED, MailState.DEFERRED, MailState.CLAIMED):
        assert MailState.UNKNOWN in MAIL_MOVES[state]


def test_notices_are_in_doubt_when_they_were_there_before_the_hold(held):
    """Those of the tick that found out are due to the clock, as what it announces is."""
    for created_at in (BEFORE, NOW, AFTER):
        _notice(created_at)
    _notice(BEFORE, state=MailState.SENT)
    assert release_mail(sends_waiting=False, now=AFTER) == Released(notices=2)
    assert _states(Notice) == ["unknown", "unknown", "queued", "sent"]


def test_planned_mailings_are_missed_when_their_moment_had_passed(held):
    for due_at in (BEFORE, NOW, AFTER):
        make_mailing(state="planned", due_at=due_at)
    assert release_mail(sends_waiting=False, now=AFTER) == Released(missed=2)
    assert list(Mailing.objects.order_by("pk").values_list("state", "pause_reason")) == [
        ("missed", "restored"),
        ("missed", "restored"),
        ("planned", ""),
    ]


def test_everything_stays_when_what_waits_is_to_be_sent(held):
    rows = [make_delivery(), make_delivery(state="claimed", claim="c", lease_until=AFTER)]
    _notice(BEFORE)
    make_mailing(state="planned", due_at=BEFORE)
    assert release_mail(sends_waiting=True, now=AFTER) == Released()
    assert (_states(Delivery), _states(Notice)) == (["queued", "claimed"], ["queued"])
    assert Batch.objects.get().first_id == rows[0].pk
    assert Mailing.objects.filter(state="planned").count() == 1
    assert current_hold() is None


def test_mail_is_released_once(held):
    release_mail(sends_waiting=False, now=AFTER)
    row = make_delivery()
    with pytest.raises(MailNotHeld):
        release_mail(sends_waiting=False, now=AFTER)
    row.refresh_from_db()
    assert row.state == "queued"


def test_release_stands_in_the_log_of_changes(held):
    make_delivery()
    make_mailing(state="planned", due_at=BEFORE)
    user = make_user()
    release_mail(sends_waiting=False, by=user, now=AFTER)
    line = ModelLogEntry.objects.get(action="campaigns.release")
    assert (line.user_id, line.timestamp, line.data) == (
        user.pk,
        AFTER,
        {
            "held_since": NOW.isoformat(),
            "sends_waiting": False,
            "unknown": 1,
            "missed": 1,
        },
    )
    assert str(line.message) == "Mail vrijgegeven"


def test_waiting_mail_tells_what_is_in_doubt_and_what_is_new(held):
    first, second = make_mailing(state="sending"), make_mailing(state="paused")
    for _ in range(2):
        make_delivery(mailing=first)
    make_delivery(mailing=first, state="sent")
    make_delivery(mailing=second, state="deferred", next_attempt_at=NOW)
    make_mailing(state="sending")
    due = make_mailing(state="planned", due_at=BEFORE)
    new = make_mailing(state="planned", due_at=AFTER)
    make_mailing(state="planned", due_at=AFTER + timedelta(hours=1))
    for created_at in (BEFORE, AFTER, AFTER):
        _notice(created_at)
    waiting = waiting_mail(since=NOW, now=AFTER)
    assert waiting.under_way == [(first, 2), (second, 1)]
    assert (waiting.planned, waiting.new_planned) == ([due], [new])
    assert (waiting.mails, waiting.notices, waiting.new_notices) == (3, 1, 2)


# --- in the admin -------------------------------------------------------------------------------

_ADMIN = "wagtailadmin.access_admin"


@pytest.fixture
def operator(client):
    client.force_login(make_user(permissions=[_ADMIN, "base.release_mail"]))
    return client


@pytest.fixture
def organiser(client):
    send = ("campaigns.view_mailing", "campaigns.change_mailing", "campaigns.send_mailing")
    client.force_login(make_user(permissions=[_ADMIN, *send]))
    return client


def _text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("page", ["dashboard", "list", "overview"])
def test_banner_tells_an_organiser_whom_to_ask(organiser, held, page):
    mailing = make_mailing()
    url = {
        "dashboard": reverse("wagtailadmin_home"),
        "list": reverse("wagtailsnippets_campaigns_mailing:list"),
        "overview": reverse("wagtailsnippets_campaigns_mailing:overview", args=[mailing.pk]),
    }[page]
    text = _text(organiser.get(url))
    assert "gaat er geen mail uit." in text
    assert "Vraag de beheerder van deze site om de mail vrij te geven." in text
    assert URL not in text
    held.held_since = None
    held.save()
    assert "gaat er geen mail uit." not in _text(organiser.get(url))


def test_banner_leads_who_may_to_the_release(client, held):
    client.force_login(make_user(is_superuser=True))
    assert URL in _text(client.get(reverse("wagtailadmin_home")))


def test_only_operators_may_release():
    assert [role.name for role in ROLES if "base.release_mail" in role.more] == ["Beheerder"]


def test_organiser_may_not_release(organiser, held):
    for response in (
        organiser.get(URL),
        organiser.post(URL, {"waiting": "keep", "is_alone": "on"}),
    ):
        assert response.status_code == 302
        assert response.url == reverse("wagtailadmin_home")
    assert current_hold() is not None


def test_page_shows_what_waits_and_releases_nothing(operator, held):
    make_delivery(mailing=make_mailing(title="Uitnodiging lente", state="sending"))
    make_mailing(title="Herinnering", state="planned", due_at=BEFORE)
    _notice(BEFORE)
    text = _text(operator.get(URL))
    for words in ("Uitnodiging lente", "1 mail", "Herinnering", "server1", "Wat al klaarstond"):
        assert words in text
    assert re.search(r'value="keep"[^>]* checked', text)
    assert current_hold() is not None


def test_page_asks_for_the_same_however_much_waits(operator, held):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert operator.get(URL).status_code == 200
        return len(captured)

    make_delivery()
    make_mailing(state="planned", due_at=BEFORE)
    queries()
    one = queries()
    for _ in range(2):
        make_delivery()
        make_mailing(state="planned", due_at=BEFORE)
    assert queries() == one


def test_release_without_a_confirmation_is_refused(operator, held):
    response = operator.post(URL, {"waiting": "keep"})
    assert response.status_code == 422
    assert "Zorg dat er geen andere kopie draait" in _text(response)
    assert current_hold() is not None


@pytest.mark.parametrize(("waiting", "state"), [("keep", "unknown"), ("send", "queued")])
def test_operator_releases(operator, held, waiting, state):
    row = make_delivery()
    response = operator.post(URL, {"waiting": waiting, "is_alone": "on"})
    assert (response.status_code, response.url) == (302, reverse("wagtailadmin_home"))
    row.refresh_from_db()
    assert (row.state, current_hold()) == (state, None)


def test_second_operator_is_told(operator, held):
    Installation.objects.update(held_since=None)
    assert "er is niets vrij te geven" in _text(operator.get(URL))
    response = operator.post(URL, {"waiting": "send", "is_alone": "on"}, follow=True)
    assert "er is niets vrij te geven" in _text(response)


# --- on the command line ------------------------------------------------------------------------


def _command(*arguments: str) -> str:
    out = StringIO()
    call_command("release", *arguments, stdout=out)
    return out.getvalue()


def test_command_shows_what_waits_and_releases(held):
    make_delivery(mailing=make_mailing(title="Lente", state="sending"))
    text = _command("--yes")
    assert "“Lente”, sending: 1 mails" in text
    assert "1 mails of mailings and 0 notices (unknown), 0 mailings (missed)." in text
    assert _states(Delivery) == ["unknown"]
    assert _command("--yes") == "Mail goes out as usual: there is nothing to release.\n"


def test_command_sends_what_waits_when_asked_to(held):
    make_delivery()
    assert _command("--yes", "--send-waiting").endswith("Mail is released.\n")
    assert (_states(Delivery), current_hold()) == (["queued"], None)


@pytest.mark.parametrize("answer", ["no", "", "y"])
def test_command_releases_nothing_without_a_yes(held, monkeypatch, answer):
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    with pytest.raises(CommandError, match="Nothing was released"):
        _command()
    assert current_hold() is not None


def test_command_asks_and_takes_yes(held, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "yes")
    _command()
    assert current_hold() is None


def test_command_without_a_terminal_names_the_remedy(held, monkeypatch):
    def nobody(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="--yes"):
        _command()
    assert current_hold() is not None

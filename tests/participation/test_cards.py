"""Cards of sessions in a list say when the seats are taken."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from content.templatetags.agenda import coming_cards
from participation.selectors.series import series_choices
from participation.templatetags.sign_up import with_seats
from tests.factories.content import make_agenda, make_home, make_series
from tests.factories.participation import make_registration
from tests.participation.test_series import _in

pytestmark = pytest.mark.django_db

WAITING, FULL = "Vol, met wachtlijst", "Vol"


@pytest.fixture
def series():
    return make_series(parent=make_home(), title="Traject Beeldvorming", slug="beeldvorming")


def _full(series, slug, **values):
    session = _in(series, slug, capacity=1, **values)
    make_registration(session=session)
    make_registration(session=session, state="waiting")
    return session


def test_agenda_series_and_home_say_which_session_is_full(client, series):
    _in(series, "ruim", capacity=2)
    _full(series, "wacht", days=20, waiting_list=True)
    _full(series, "vol", days=30, waiting_list=False)
    _full(series, "dicht", days=40, registration_closes_at=timezone.now())
    with translation.override("nl"):
        words = {card.session.slug: card.phase_text for card in with_seats(coming_cards())}
        plain = {card.session.slug: card.phase_text for card in coming_cards()}
    assert words["ruim"] == plain["ruim"]
    assert (words["wacht"], words["vol"]) == (WAITING, FULL)
    assert words["dicht"] not in (WAITING, FULL)
    series.refresh_from_db()
    for page in (make_agenda(), series, make_home()):
        content = client.get(page.get_url()).content.decode()
        assert f'<p class="phase phase--waiting_list">{WAITING}</p>' in content
        assert f'<p class="phase phase--full">{FULL}</p>' in content
        assert content.count('<p class="phase phase--open">') == 1


def test_card_is_open_again_when_somebody_cancels(client, series):
    session = _full(series, "wacht", waiting_list=True)
    session.registrations.filter(state="registered").update(state="cancelled")
    assert [card.phase for card in with_seats(coming_cards())] == ["open"]


@pytest.mark.parametrize("number", [1, 3])
def test_seats_of_a_list_take_one_query_for_one_and_three_rows(series, number):
    for place in range(number):
        _full(series, f"vol-{place}", waiting_list=True)
    cards = coming_cards()
    assert len(cards) == number
    with CaptureQueriesContext(connection) as queries:
        assert {card.phase for card in with_seats(cards)} == {"waiting_list"}
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert len(series_choices(series.translation_key, timezone.now())) == number
    assert len(queries) == 2


def test_list_without_limits_is_not_counted(series):
    _in(series, "ruim")
    cards = coming_cards()
    with CaptureQueriesContext(connection) as queries:
        assert with_seats(cards) == cards
    assert len(queries) == 0

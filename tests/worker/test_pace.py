"""How much may go out, counted in a real Valkey: no stretch of time sees more than its limit."""

import time

import pytest
import redis

from tests.servers import free_port
from worker.pace import (
    NO_PACE,
    Grant,
    Limit,
    SharedPace,
    pace_of,
    parse_domains,
    parse_limits,
)

pytestmark = pytest.mark.services


@pytest.fixture
def pace(valkey_url):
    """Make a pace with these limits, on an empty Valkey; every call is another worker."""
    with redis.Redis.from_url(valkey_url) as server:
        server.flushall()

    def make(relay: str = "", domains: str = "") -> SharedPace:
        return SharedPace(valkey_url, relay=parse_limits(relay), domains=parse_domains(domains))

    return make


def test_limits_are_read():
    assert parse_limits("10/s 400/m 20000/d") == (
        Limit(10, 1),
        Limit(400, 60),
        Limit(20000, 86400),
    )
    assert parse_limits("") == ()


@pytest.mark.parametrize("text", ["10", "ten/s", "10/w", "0/s", "-1/s", "1.5/s", "10 /s"])
def test_limit_that_is_none_shows_the_form(text):
    with pytest.raises(ValueError, match="10/s, 400/m"):
        parse_limits(text)


def test_domains_are_read_in_any_case():
    found = parse_domains("Gmail.com=20/m outlook.com=5/s,1000/h")
    assert found == {
        "gmail.com": (Limit(20, 60),),
        "outlook.com": (Limit(5, 1), Limit(1000, 3600)),
    }


def test_domain_without_limit_shows_the_form():
    with pytest.raises(ValueError, match=r"gmail\.com=20/m"):
        parse_domains("gmail.com")


def test_no_limits_ask_nobody(valkey_url):
    assert pace_of(valkey_url, relay="", domains="") is NO_PACE
    assert NO_PACE.relay(500) == Grant(500)


def test_limit_is_shared_by_all_workers(pace):
    first, second = pace("100/h"), pace("100/h")
    assert first.relay(70, is_urgent=True).count == 70
    assert second.relay(70, is_urgent=True).count == 30
    grant = first.relay(1, is_urgent=True)
    assert grant.count == 0
    assert 3600 - 1 < grant.wait < 3600 * 1.1


def test_narrowest_limit_decides(pace):
    assert pace("100/h 10/m").relay(50, is_urgent=True).count == 10


def test_mailings_leave_room_for_who_is_waiting_now(pace):
    shared = pace("100/h")
    assert shared.relay(500).count == 90
    assert shared.relay(500).count == 0
    assert shared.relay(500, is_urgent=True).count == 10


def test_what_was_not_needed_is_there_for_others(pace):
    first, second = pace("100/h"), pace("100/h")
    assert first.relay(90).count == 90
    first.give_back(40)
    assert second.relay(500).count == 40


def test_domain_has_its_own_limit_and_others_have_none(pace):
    shared = pace(domains="leden.example.org=2/m")
    counts = [shared.domain("leden.example.org").count for _ in range(3)]
    assert counts == [1, 1, 0]
    assert [shared.domain("elders.example.org").count for _ in range(3)] == [1, 1, 1]


def test_no_second_sees_more_than_its_limit(pace):
    """Two workers ask as fast as they can, for some seconds; the moments of all grants are kept."""
    workers = pace("20/s"), pace("20/s")
    granted: list[float] = []
    ends_at = time.monotonic() + 3
    while time.monotonic() < ends_at:
        for worker in workers:
            asked_at = time.monotonic()
            granted += [asked_at] * worker.relay(7, is_urgent=True).count
        time.sleep(0.01)
    most = max(sum(1 for other in granted if moment <= other < moment + 1.0) for moment in granted)
    assert most <= 20
    # It goes on all the time, and is not a dam that opens once.
    assert len(granted) >= 40


def test_waiting_as_long_as_told_is_enough(pace):
    shared = pace("5/s")
    assert shared.relay(5, is_urgent=True).count == 5
    time.sleep(shared.relay(1, is_urgent=True).wait)
    assert shared.relay(1, is_urgent=True).count == 1


def test_without_an_answer_nothing_goes_out():
    lonely = SharedPace(
        f"redis://127.0.0.1:{free_port()}/0", relay=parse_limits("10/s"), domains={}
    )
    assert lonely.relay(5) == Grant(0, wait=1.0)

"""F4: clocks that go wrong, and sessions that move: no mail twice, and none that is wrong.

Import it with Django set up.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

from django.conf import settings
from django.db import connection
from django.utils import timezone

from base.models import Duty
from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from campaigns.services import mailings, planning
from content.enums import SessionStatus
from content.models import Session
from content.selectors import told_hash
from tests.factories.content import set_site
from tests.faults import scene
from tests.faults.clockwork import AMSTERDAM, Clockwork
from tests.faults.house import SENDERS, House, holds_within
from tests.faults.relay import Taken
from tests.faults.report import Row
from tests.faults.tally import tally
from worker import duties
from worker.journal import open_journal
from worker.ledger import claim_batch
from worker.policy import RELAY_REST
from worker.scheduler import HELD_FOR

#: A Monday morning; the sessions are a month later.
MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SESSION = MONDAY + timedelta(days=31)
WEEK_BEFORE: dict[str, object] = {
    "relative": {"anchor": "session_start", "days": -7, "time": "09:00"}
}
#: Enough looks at the clock where nothing is due for weeks; one falls an hour after a WEEK_BEFORE.
DAYS = timedelta(days=2)
NOW: dict[str, object] = {"now": True}

#: A scenario gets the clockwork and how many people there are; returns what was not as promised.
Scenario = Callable[[Clockwork, int], list[str]]


def once(clockwork: Clockwork, mailing: Mailing, people: int) -> list[str]:
    """Complain unless everybody got it once."""
    counts = clockwork.received(mailing)
    return [] if list(counts.values()) == [1] * people else [f"received: {_spread(counts)}"]


def nobody(clockwork: Clockwork, mailing: Mailing) -> list[str]:
    """Complain if anybody got it."""
    counts = clockwork.received(mailing)
    return [f"received: {_spread(counts)}"] if counts else []


def at(clockwork: Clockwork, mailing: Mailing, moment: datetime) -> list[str]:
    """Complain unless it went out then."""
    found = clockwork.moments(mailing)
    return [] if found == {moment} else [f"sent at {sorted(map(str, found))}"]


def state(mailing: Mailing, expected: str) -> list[str]:
    """Complain unless the mailing ended so."""
    mailing.refresh_from_db()
    return [] if mailing.state == expected else [f"the mailing is {mailing.state}"]


def _spread(counts: Counter[str]) -> str:
    spread = Counter(counts.values())
    return ", ".join(f"{people} people {times} times" for times, people in spread.items())


# --- clocks -----------------------------------------------------------------------------------


def clock_set_back(clockwork: Clockwork, people: int) -> list[str]:
    at_half_past = {"at": (clockwork.now + timedelta(minutes=30)).isoformat()}
    first = clockwork.invite(SESSION, NOW)
    second = clockwork.invite(SESSION, at_half_past)
    clockwork.until(clockwork.now + timedelta(minutes=40), step=timedelta(minutes=10))
    clockwork.set_to(clockwork.now - timedelta(hours=1))
    clockwork.until(clockwork.now + timedelta(hours=2), step=timedelta(minutes=10))
    return once(clockwork, first, people) + once(clockwork, second, people)


def clock_set_back_among_the_dead(clockwork: Clockwork, people: int) -> list[str]:
    """A sender died, a tick died, and the relay rests: none of it lasts an hour longer."""
    mailing = clockwork.invite(SESSION, NOW)
    clockwork.tick(most=5)
    with open_journal(clockwork.journal_dir) as journal:
        held = claim_batch(mailing.pk, claim=journal.claim, limit=4)
        remains = journal.path.read_bytes()
    journal.path.write_bytes(remains)
    now = clockwork.now
    duties.open_breaker(words="421 too busy", until=now + RELAY_REST)
    duties.take("tick", holder="dead", until=now + HELD_FOR, now=now)
    clockwork.set_to(now - timedelta(hours=1))
    clockwork.until(clockwork.now + timedelta(minutes=2), step=timedelta(seconds=10))
    complaints = [] if len(held) == 4 else [f"{len(held)} were held"]
    return complaints + once(clockwork, mailing, people) + state(mailing, MailingState.DONE)


def clock_down_for_two_hours(clockwork: Clockwork, people: int) -> list[str]:
    plan = {"at": (clockwork.now + timedelta(minutes=5)).isoformat()}
    mailing = clockwork.invite(SESSION, plan)
    clockwork.set_to(clockwork.now + timedelta(hours=2))
    clockwork.tick()
    return once(clockwork, mailing, people)


def clock_down_for_a_day(clockwork: Clockwork, people: int) -> list[str]:
    plan = {"at": (clockwork.now + timedelta(minutes=5)).isoformat()}
    mailing = clockwork.invite(SESSION, plan)
    clockwork.set_to(clockwork.now + timedelta(days=1))
    clockwork.tick()
    return nobody(clockwork, mailing) + state(mailing, MailingState.MISSED)


def _night(day: datetime, due: datetime) -> Scenario:
    """A mailing at 02:30 in the night of a clock change, the day before its session."""

    def play(clockwork: Clockwork, people: int) -> list[str]:
        set_site(
            sends_from=time_of_day(0, 0), sends_until=time_of_day(23, 59), sends_on_sunday=True
        )
        clockwork.set_to(day - timedelta(hours=6))
        plan: dict[str, object] = {
            "relative": {"anchor": "session_start", "days": -1, "time": "02:30"}
        }
        mailing = clockwork.invite(day + timedelta(days=1, hours=12), plan)
        clockwork.until(day + timedelta(hours=6), step=timedelta(minutes=30))
        return once(clockwork, mailing, people) + at(clockwork, mailing, due)

    return play


# --- starters ---------------------------------------------------------------------------------


def starters(clockwork: Clockwork, people: int) -> list[str]:
    """Eight at the same moment, each with a connection of its own."""
    mailing = clockwork.invite(SESSION, NOW)
    barrier = threading.Barrier(8)

    def start() -> None:
        try:
            barrier.wait(timeout=30)
            planning.start_due_mailings(now=clockwork.now)
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clockwork.until(clockwork.now + timedelta(minutes=10))
    rows = Delivery.objects.filter(mailing=mailing).exclude(state="excluded").count()
    complaints = [] if rows == people else [f"{rows} rows"]
    return complaints + once(clockwork, mailing, people)


# --- sessions that move -----------------------------------------------------------------------


def moved_there_and_back(clockwork: Clockwork, people: int) -> list[str]:
    mailing = clockwork.invite(SESSION, WEEK_BEFORE)
    clockwork.tick()
    clockwork.publish(mailing, starts_at=SESSION + timedelta(days=14))
    clockwork.until(clockwork.now + timedelta(days=1), step=timedelta(hours=12))
    clockwork.publish(mailing, starts_at=SESSION)
    due = (SESSION.astimezone(AMSTERDAM) - timedelta(days=7)).replace(hour=9, minute=0)
    clockwork.until(due - timedelta(hours=2), step=DAYS)
    clockwork.until(due + timedelta(hours=2), step=timedelta(hours=1))
    clockwork.until(SESSION + timedelta(days=15), step=DAYS)
    return once(clockwork, mailing, people) + at(clockwork, mailing, due.astimezone(UTC))


def moved_after_it_was_sent(clockwork: Clockwork, people: int) -> list[str]:
    mailing = clockwork.invite(SESSION, WEEK_BEFORE)
    clockwork.until(SESSION - timedelta(days=6), step=DAYS)
    clockwork.publish(mailing, starts_at=SESSION + timedelta(days=14))
    clockwork.until(SESSION - timedelta(days=5), step=DAYS)
    clockwork.publish(mailing, starts_at=SESSION)
    clockwork.until(SESSION + timedelta(days=15), step=DAYS)
    return once(clockwork, mailing, people)


def moved_while_it_is_sent(clockwork: Clockwork, people: int) -> list[str]:
    """Who is still to be mailed hears of the new date."""
    mailing = clockwork.invite(SESSION, NOW)
    clockwork.tick(most=5)
    before = told_hash(Session.objects.get(mailings=mailing))
    clockwork.publish(mailing, starts_at=SESSION + timedelta(days=14))
    after = told_hash(Session.objects.get(mailings=mailing))
    clockwork.until(clockwork.now + timedelta(minutes=5))
    told = Counter(
        Delivery.objects.filter(mailing=mailing, state="sent").values_list("told", flat=True)
    )
    complaints = [] if told == {before: 5, after: people - 5} else [f"told: {dict(told)}"]
    return complaints + once(clockwork, mailing, people)


def moved_into_the_past(clockwork: Clockwork, people: int) -> list[str]:
    mailing = clockwork.invite(SESSION, WEEK_BEFORE)
    clockwork.tick()
    clockwork.publish(mailing, starts_at=clockwork.now - timedelta(days=1))
    clockwork.until(SESSION, step=DAYS)
    return nobody(clockwork, mailing) + state(mailing, MailingState.MISSED)


def moved_into_the_past_while_it_is_sent(clockwork: Clockwork, people: int) -> list[str]:
    mailing = clockwork.invite(SESSION, NOW)
    clockwork.tick(most=5)
    clockwork.publish(mailing, starts_at=clockwork.now - timedelta(days=1))
    clockwork.until(clockwork.now + timedelta(hours=1), step=timedelta(minutes=20))
    return _only(clockwork, mailing, 5) + state(mailing, MailingState.DONE)


def cancelled_before_it_is_due(clockwork: Clockwork, people: int) -> list[str]:
    mailing = clockwork.invite(SESSION, WEEK_BEFORE)
    clockwork.publish(mailing, status=SessionStatus.CANCELLED)
    clockwork.until(SESSION, step=DAYS)
    return nobody(clockwork, mailing) + state(mailing, MailingState.MISSED)


def cancelled_and_undone(clockwork: Clockwork, people: int) -> list[str]:
    mailing = clockwork.invite(SESSION, WEEK_BEFORE)
    clockwork.publish(mailing, status=SessionStatus.CANCELLED)
    clockwork.until(clockwork.now + timedelta(days=2), step=DAYS)
    clockwork.publish(mailing, status=SessionStatus.PLANNED)
    clockwork.until(SESSION, step=DAYS)
    return once(clockwork, mailing, people)


def cancelled_and_undone_while_it_is_sent(clockwork: Clockwork, people: int) -> list[str]:
    """Whom it has not reached when the session is cancelled is not mailed after all."""
    mailing = clockwork.invite(SESSION, NOW)
    clockwork.tick(most=5)
    clockwork.publish(mailing, status=SessionStatus.CANCELLED)
    clockwork.until(clockwork.now + timedelta(minutes=5))
    clockwork.publish(mailing, status=SessionStatus.PLANNED)
    clockwork.until(clockwork.now + timedelta(hours=1), step=timedelta(minutes=20))
    return _only(clockwork, mailing, 5) + state(mailing, MailingState.DONE)


def mailing_cancelled(clockwork: Clockwork, people: int) -> list[str]:
    mailing = clockwork.invite(SESSION, NOW)
    clockwork.tick(most=5)
    mailings.cancel_mailing(mailing_id=mailing.pk, now=clockwork.now)
    clockwork.until(clockwork.now + timedelta(hours=1), step=timedelta(minutes=20))
    return _only(clockwork, mailing, 5) + state(mailing, MailingState.CANCELLED)


def _only(clockwork: Clockwork, mailing: Mailing, count: int) -> list[str]:
    received = clockwork.received(mailing)
    rows = Delivery.objects.filter(mailing=mailing)
    left = rows.filter(state__in=("queued", "claimed", "deferred")).count()
    complaints = [] if list(received.values()) == [1] * count else [f"got it: {_spread(received)}"]
    return complaints + ([f"{left} still wait"] if left else [])


_ONCE = "everybody once"

SCENARIOS: tuple[tuple[str, str, Scenario], ...] = (
    ("eight starters at once", "one ledger, everybody once", starters),
    ("clock set back an hour", _ONCE, clock_set_back),
    ("set back among the dead", "everybody once, soon", clock_set_back_among_the_dead),
    ("clock down for two hours", _ONCE, clock_down_for_two_hours),
    ("clock down for a day", "nobody: it is too late", clock_down_for_a_day),
    (
        "02:30 does not exist",
        "everybody once, at 03:30",
        _night(datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ),
    (
        "02:30 exists twice",
        "everybody once, at the first",
        _night(datetime(2027, 10, 31, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ),
    ("session moved there and back", "everybody once, at its time", moved_there_and_back),
    ("moved after it was sent", _ONCE, moved_after_it_was_sent),
    ("moved while it is sent", "once; the rest hears the new date", moved_while_it_is_sent),
    ("moved into the past", "nobody", moved_into_the_past),
    (
        "the past, while it is sent",
        "the rest is not mailed",
        moved_into_the_past_while_it_is_sent,
    ),
    ("cancelled before it is due", "nobody", cancelled_before_it_is_due),
    ("cancelled and undone", _ONCE, cancelled_and_undone),
    (
        "undone, while it is sent",
        "the rest is not mailed",
        cancelled_and_undone_while_it_is_sent,
    ),
    ("mailing cancelled", "the rest is not mailed", mailing_cancelled),
)


def try_clocks(house: House, *, people: int) -> Iterator[Row]:
    """Play each scenario with a clock of its own, then two real beats."""
    for name, promised, play in SCENARIOS:
        started = time.monotonic()
        # Each begins on the same Monday: what the one before noted lies in its future.
        Duty.objects.all().delete()
        clockwork = Clockwork(MONDAY, settings.JOURNAL_DIR)
        complaints = play(clockwork, people)
        yield Row(
            name=name,
            promised=promised,
            came="; ".join(complaints) or "the same",
            is_kept=not complaints,
            seconds=time.monotonic() - started,
        )
    Duty.objects.all().delete()
    yield two_beats(house)


def two_beats(house: House) -> Row:
    """Two of everything that ticks, as real processes."""
    started = time.monotonic()
    mailing = scene.plan_mailing(now=timezone.now())
    taken = Taken(house.folder / f"taken-{mailing.pk}.txt")
    house.start_relay(taken.path)
    house.start(*SENDERS)
    for name in ("worker-tick", "beat"):
        house.run(f"second-{name}", house.commands[name])
    ended = holds_within(lambda: scene.is_done(mailing), seconds=90)
    for name in ("second-beat", "second-worker-tick", *reversed(SENDERS), "relay"):
        house.stop(name)
    found = tally(mailing, taken)
    return Row(
        name="two beats, two ticks",
        promised=_ONCE,
        came=str(found) if ended else f"not done in time; {found}",
        is_kept=ended and not found.wrong and not found.unknown,
        seconds=time.monotonic() - started,
    )

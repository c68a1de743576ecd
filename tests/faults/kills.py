"""F1 and F2: the worker that sends ends in the middle of a mailing, by `kill -9` or by SIGTERM.

Import it with Django set up.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict

from campaigns.models import Mailing
from tests.faults import scene
from tests.faults.house import House, holds_within
from tests.faults.relay import Taken
from tests.faults.report import Row
from tests.faults.tally import tally

#: The sending processes of a worker, each with one connection.
CONNECTIONS = 2
#: A mailing of 10,000 bears about as many kills before it is done.
PER_MAILING = 10

#: Ends something and starts it again; returns in a word what it was, "" when nothing could end.
Blow = Callable[[House, random.Random], str]


def kill(house: House, chance: random.Random) -> str:
    """`kill -9`: the whole worker, one sending process, the parent alone, or the clock as well."""
    (way,) = chance.choices(("all", "child", "parent", "clock"), (5, 3, 1, 1))
    if way == "child":
        return way if house.kill_child("worker-bulk", number=chance.randrange(CONNECTIONS)) else ""
    if way == "parent":
        house.kill_parent("worker-bulk")
    else:
        house.kill("worker-bulk")
    if way == "clock":
        house.kill("worker-tick")
        house.start("worker-tick")
    house.start("worker-bulk")
    return way


def stop(house: House, chance: random.Random) -> str:
    """SIGTERM, as a restart of the machine or of the service gives it."""
    ended = house.stop("worker-bulk")
    house.start("worker-bulk")
    return "gently" if ended else "not in time"


def strike(
    house: House, *, blow: Blow, blows: int, recipients: int, chance: random.Random
) -> Iterator[Row]:
    """Strike so many times, in as many mailings as that takes; give a row for each mailing.

    The senders and the people are there already.
    """
    left, number = blows, 0
    while left > 0 and number < blows + 3:
        number += 1
        trial = Trial(house, blow, chance, scene.plan_mailing(), recipients)
        house.start_relay(trial.taken.path)
        trial.strike(min(left, PER_MAILING))
        ended = holds_within(trial.is_done, seconds=300)
        house.stop("relay")
        left -= trial.happened.total()
        yield trial.row(ended=ended)


class Trial:
    """One mailing that is struck at."""

    def __init__(
        self,
        house: House,
        blow: Blow,
        chance: random.Random,
        mailing: Mailing,
        recipients: int,
    ) -> None:
        self.house = house
        self.blow = blow
        self.chance = chance
        self.mailing = mailing
        self.recipients = recipients
        self.taken = Taken(house.folder / f"taken-{mailing.pk}.txt")
        self.started = time.monotonic()
        #: Blows by what they struck.
        self.happened: Counter[str] = Counter()

    def is_done(self) -> bool:
        return scene.is_done(self.mailing)

    def strike(self, blows: int) -> None:
        """Strike so many times, or until the mailing is done."""
        while self.happened.total() < blows and not self.is_done():
            # They fall anywhere in the mailing: each awaits a random share of what is left.
            left = max(self.recipients - self.taken.count(), 0)
            self._await_moment(left // (blows - self.happened.total() + 1))
            if self.is_done():
                break
            if way := self.blow(self.house, self.chance):
                self.happened[way] += 1

    def _await_moment(self, share: int) -> None:
        """Wait for a moment at which something may be going on: sending, mostly; but also the
        start, the first claim, and the recovery of what was killed before."""
        if self.chance.random() < 0.2:
            time.sleep(self.chance.uniform(0, 4))
            return
        target = self.taken.count() + self.chance.randint(0, share)
        while self.taken.count() < target and not self.is_done():
            holds_within(lambda: self.taken.count() >= target, seconds=1, every=0.005)
        time.sleep(self.chance.random() * 0.05)

    def row(self, *, ended: bool) -> Row:
        """Count, and say whether the promise was kept."""
        found = tally(self.mailing, self.taken)
        is_gentle = set(self.happened) <= {"gently", "not in time"}
        most = 0 if is_gentle else CONNECTIONS * self.happened.total()
        ways = ", ".join(f"{count} {way}" for way, count in sorted(self.happened.items()))
        is_late = not ended or "not in time" in self.happened
        return Row(
            name=f"{self.house.wire} {self.mailing.pk}: {self.happened.total()} ({ways})",
            promised=f"0 skipped, 0 twice, at most {most} unknown",
            came=str(found) if ended else f"not done in time; {found}",
            is_kept=not is_late and not found.wrong and found.unknown <= most,
            seconds=time.monotonic() - self.started,
            figures={"wire": self.house.wire, "blows": dict(self.happened), **asdict(found)},
        )

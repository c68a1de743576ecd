"""F1 with two hosts: one dies in the middle of a mailing, and its journal is out of reach.

Import it with Django set up; the database is PostgreSQL, which both hosts share.
"""

import io
import random
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from campaigns.models import Delivery, Mailing
from contacts.enums import MailState
from tests.faults import scene
from tests.faults.house import House, children_of, holds_within, wait_for
from tests.faults.kills import CONNECTIONS
from tests.faults.relay import Taken
from tests.faults.report import Row
from tests.faults.tally import tally
from worker.recovery import absent_hosts

THERE = "host-b"
WORKER = f"{THERE}/worker-bulk"

#: As long as nobody may touch what the dead host held, to be seen.
UNTOUCHED = 8.0


def lose_a_host(house: House, *, chance: random.Random) -> Iterator[Row]:
    """Lose the other host twice: once it returns, once it is given up."""
    for is_given_up in (False, True):
        started = time.monotonic()
        _settle_in(house)
        mailing = scene.plan_mailing()
        taken = Taken(house.folder / f"taken-{mailing.pk}.txt")
        house.start_relay(taken.path)
        held, complaints = _lose(house, mailing, chance)
        if is_given_up:
            complaints += _give_up(house, mailing, held)
            most = held
        else:
            complaints += _return(house, mailing)
            most = CONNECTIONS
        house.stop("relay")
        house.stop(WORKER)
        found = tally(mailing, taken)
        if found.unknown > most:
            complaints.append(f"{found.unknown} unknown")
        yield Row(
            name=f"host lost, {'given up' if is_given_up else 'returns'}",
            promised=f"its rows wait untouched; in the end at most {most} unknown",
            came=f"{held} waited; {found}" + "".join(f"; {each}" for each in complaints),
            is_kept=not complaints and not found.wrong,
            seconds=time.monotonic() - started,
            figures={"wire": house.wire, "held": held, **asdict(found)},
        )


def _settle_in(house: House) -> None:
    """Start the other host, and wait until both of its processes can send."""
    house.start_elsewhere("worker-bulk", THERE)
    pid = house.processes[WORKER].pid
    wait_for(lambda: len(children_of(pid)) >= CONNECTIONS, seconds=90, what="the other host")
    time.sleep(2)


def _lose(house: House, mailing: Mailing, chance: random.Random) -> tuple[int, list[str]]:
    """Kill the other host while it holds rows; return how many, and what was not as promised."""
    theirs = Delivery.objects.filter(mailing=mailing, state=MailState.CLAIMED, holder=THERE)
    complaints = []
    holds_within(theirs.exists, seconds=60, every=0.005)
    time.sleep(chance.random() * 0.6)
    house.kill(WORKER)
    held = theirs.count()
    if not held:
        complaints.append("it held nothing when it died: try more recipients")
    rest = Delivery.objects.filter(mailing=mailing, state__in=("queued", "claimed", "deferred"))
    if not holds_within(lambda: not rest.exclude(holder=THERE).exists(), seconds=120):
        complaints.append("the other host did not do the rest")
    time.sleep(UNTOUCHED)
    if theirs.count() != held:
        complaints.append(f"only {theirs.count()} are still held")
    if absent := absent_hosts(journal_dir=settings.JOURNAL_DIR):
        complaints.append(f"absent before the lease was over: {absent}")
    # Ten minutes later.
    theirs.update(lease_until=timezone.now() - timedelta(seconds=1))
    time.sleep(UNTOUCHED)
    if (absent := absent_hosts(journal_dir=settings.JOURNAL_DIR)) != {THERE: held}:
        complaints.append(f"absent: {absent}")
    return held, complaints


def _return(house: House, mailing: Mailing) -> list[str]:
    """Start the lost host again: it settles what it held by its own journal."""
    house.start_elsewhere("worker-bulk", THERE)
    if holds_within(lambda: scene.is_done(mailing), seconds=60):
        return []
    return ["what it held was not settled when it returned"]


def _give_up(house: House, mailing: Mailing, held: int) -> list[str]:
    """Give the lost host up; when it returns all the same, nothing is sent and nothing changes."""
    complaints = []
    call_command("recover", abandon=THERE, json=True, stdout=io.StringIO())
    rows = Delivery.objects.filter(mailing=mailing)
    unknown = rows.filter(state=MailState.UNKNOWN).count()
    if unknown != held:
        complaints.append(f"{unknown} became unknown")
    if not holds_within(lambda: scene.is_done(mailing), seconds=30):
        complaints.append("the mailing did not end")
    before = sorted(rows.values_list("pk", "state"))
    house.start_elsewhere("worker-bulk", THERE)
    time.sleep(UNTOUCHED)
    if sorted(rows.values_list("pk", "state")) != before:
        complaints.append("its return changed what a person had been told")
    return complaints

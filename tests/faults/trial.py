"""F3: one case, from the plan of its mailing to its row in the table. Import with Django set up."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from base.models import Duty
from campaigns.enums import MailingState
from campaigns.errors import MoveForbidden
from campaigns.models import Delivery, Mailing
from campaigns.services import mailings
from contacts.enums import MAIL_OPEN, MailState
from tests.faults import scene
from tests.faults.house import House, holds_within
from tests.faults.incidents import WAITING, Case
from tests.faults.relay import Taken
from tests.faults.report import Row
from tests.faults.tally import tally
from worker import duties

#: A trial that takes longer is broken.
PATIENCE = 180.0

#: The states in which somebody may rightly have got nothing; who may be in which, the case says.
_MAY_LACK = (MailState.UNKNOWN, MailState.REFUSED, *MAIL_OPEN)


@dataclass
class Sight:
    """What an organiser saw while the mailing ran."""

    rests: set[str] = field(default_factory=set)
    pauses: set[str] = field(default_factory=set)


def try_cases(
    house: House, cases: list[Case], *, recipients: int, chance: random.Random
) -> Iterator[Row]:
    """Try one case after another; the broker, the senders and the people are there already."""
    for case in cases:
        mailing = scene.plan_mailing()
        taken = Taken(house.folder / f"taken-{mailing.pk}.txt")
        started = time.monotonic()
        house.start_relay(taken.path, *case.relay)
        if case.incident is not None:
            middle = chance.randint(1, recipients // 2)
            holds_within(lambda: taken.count() >= middle, seconds=60, every=0.005)  # noqa: B023
            case.incident(house)
        sight = Sight()
        is_over = holds_within(
            lambda: _follow(house, case, mailing, sight),  # noqa: B023
            seconds=PATIENCE,
            every=0.2,
        )
        house.stop("relay")
        yield _row(house, case, mailing, taken, sight, is_over, time.monotonic() - started)
        _clear_away(mailing)
        if case.teaches:
            house.stop("worker-bulk")
            house.start("worker-bulk")


def _follow(house: House, case: Case, mailing: Mailing, sight: Sight) -> bool:
    """Look as an organiser does, and make time pass; say whether the mailing is over."""
    mailing.refresh_from_db()
    now = timezone.now()
    if words := duties.breaker_words(now=now):
        sight.rests.add(words)
    if mailing.state == MailingState.PAUSED:
        sight.pauses.add(mailing.pause_reason)
        house.restart_relay()
        mailings.resume_mailing(mailing_id=mailing.pk, now=now)
    _make_time_pass(mailing)
    if case.pauses and not sight.pauses:
        return False
    if mailing.state == MailingState.DONE:
        return True
    # The clock calls a mailing done; one of which some rows wait for ever never is.
    waiting = Q(pk=None)
    for fault, state in case.ends.items():
        if state == WAITING:
            waiting |= Q(address_key__regex=rf"^{fault}\d")
    rows = Delivery.objects.filter(mailing=mailing)
    others = rows.filter(state__in=MAIL_OPEN).exclude(waiting)
    return WAITING in case.ends.values() and rows.exists() and not others.exists()


def _make_time_pass(mailing: Mailing) -> None:
    """Nobody waits minutes for a test: when nothing else is left to do, it is later at once."""
    past = timezone.now() - timedelta(seconds=1)
    rows = Delivery.objects.filter(mailing=mailing)
    if not rows.filter(state=MailState.QUEUED).exists():
        waiting = rows.filter(state=MailState.DEFERRED, next_attempt_at__gt=past)
        waiting.update(next_attempt_at=past)
    Duty.objects.filter(name="relay").update(held_until=past)


def _row(
    house: House,
    case: Case,
    mailing: Mailing,
    taken: Taken,
    sight: Sight,
    is_over: bool,
    seconds: float,
) -> Row:
    found = tally(mailing, taken, may_lack=_MAY_LACK)
    complaints = _complaints(case, mailing, sight)
    if not is_over:
        complaints.append("it did not end in time")
    seen = [f"the relay rested: {words}" for words in sorted(sight.rests)]
    seen += [f"paused: {words}" for words in sorted(sight.pauses)]
    return Row(
        name=f"{house.wire}: {case.name}",
        promised=case.promised,
        came="; ".join([str(found), *seen, *complaints]),
        is_kept=not complaints and not found.wrong,
        seconds=seconds,
        figures={"wire": house.wire, "complaints": complaints, **asdict(found)},
    )


def _complaints(case: Case, mailing: Mailing, sight: Sight) -> list[str]:
    """What came otherwise than the case promises."""
    complaints = []
    strays: Counter[str] = Counter()
    rows = Delivery.objects.filter(mailing=mailing).exclude(state="excluded")
    for address, state in rows.values_list("address_key", "state"):
        fault = str(address).split("@")[0].rstrip("0123456789")
        expected = case.ends.get(fault, "sent")
        if state != expected and not (expected == WAITING and state in MAIL_OPEN):
            strays[state] += 1
    for state, most in (("unknown", case.unknown), ("refused", case.refused)):
        if strays.pop(state, 0) > most:
            complaints.append(f"more than {most} {state}")
    complaints += [f"{count} are {state}" for state, count in strays.items()]
    for what, words, heard in (
        ("no rest", case.rests, sight.rests),
        ("no pause", case.pauses, sight.pauses),
    ):
        if words and not any(words in each for each in heard):
            complaints.append(f"{what} that says “{words}”")
    if sight.pauses and not case.pauses:
        complaints.append("it paused")
    if (case.rests or case.pauses) and (burned := rows.filter(tries__gt=0).count()):
        complaints.append(f"the patience of {burned} was spent")
    return complaints


def _clear_away(mailing: Mailing) -> None:
    """Cancel what this case keeps waiting, so that it does not come between the next one."""
    with suppress(MoveForbidden):  # done
        mailings.cancel_mailing(mailing_id=mailing.pk, now=timezone.now())
    _make_time_pass(mailing)

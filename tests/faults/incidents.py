"""F3: what happens around the workers: the broker, the database and the relay.

`CASES` says what happens, what is promised, and which recipients end otherwise than sent. Import
it with Django set up.
"""

import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import redis
from django.conf import settings

from tests.faults.house import WIRES, House

#: Seconds that the workers wait for an answer of the relay.
TIMEOUT = 3

#: The faults by recipient (tests.relay) for which a few people are invited.
FAULTS = (
    "busy", "cut", "drop", "full", "garbage", "gone", "later", "mute", "open", "rush", "slow",
    "soon", "spam", "stall",
)  # fmt: skip

#: Of a relay that fails everybody, each sending process finds out for itself.
_PROCESSES = 2

#: For `ends`: queued, claimed or deferred, for ever.
WAITING = "waiting"

Incident = Callable[[House], None]


@dataclass(frozen=True)
class Case:
    """One mailing with one fault.

    `relay` are the relay's options, `incident` happens in the middle. `ends`: the state of the
    recipients of a fault; all others are sent, but for at most so many `unknown` and `refused`.
    `rests` and `pauses`: words of the relay that the organiser sees meanwhile; when the mailing is
    paused, a person mends the relay and resumes. A relay that `teaches` is spoken to plainly from
    then on: what a worker has learnt must not help it with the next one.
    """

    name: str
    promised: str = "all sent once"
    relay: tuple[str, ...] = ()
    incident: Incident | None = None
    ends: Mapping[str, str] = field(default_factory=dict)
    rests: str = ""
    pauses: str = ""
    unknown: int = 0
    refused: int = 0
    teaches: bool = False
    wires: tuple[str, ...] = WIRES
    needs_postgresql: bool = False


# --- what happens -----------------------------------------------------------------------------


def stop_broker(house: House) -> None:
    house.stop("valkey")
    time.sleep(5)
    house.start("valkey")


def wipe_broker(house: House) -> None:
    with redis.Redis.from_url(settings.BROKER_URL) as client:
        for _time in range(20):
            client.flushall()
            time.sleep(0.05)
    house.kill("valkey")
    house.start("valkey")


def freeze_broker(house: House) -> None:
    """Longer than anybody waits for it."""
    process = house.processes["valkey"]
    process.send_signal(signal.SIGSTOP)
    time.sleep(8)
    process.send_signal(signal.SIGCONT)


def freeze_broker_often(house: House) -> None:
    """What breaks depends on the moment."""
    for _time in range(4):
        freeze_broker(house)
        time.sleep(1)


def restart_database(house: House) -> None:
    house.stop_database()
    house.start_database()


def lose_database(house: House) -> None:
    house.stop_database()
    time.sleep(5)
    house.start_database()


def restart_relay(house: House) -> None:
    house.kill("relay")
    time.sleep(4)
    house.restart_relay()


_BROKER = "all sent once: the broker only carries hints"
_DOWN = "nobody burned, the relay rests; then all sent once"

CASES = (
    Case("broker away for 5 s", _BROKER, incident=stop_broker),
    Case("broker wiped and killed", _BROKER, incident=wipe_broker),
    Case("broker frozen for 8 s", _BROKER, incident=freeze_broker),
    Case("broker frozen, and again", _BROKER, incident=freeze_broker_often),
    Case(
        "database restarted",
        "all sent once, at most one unknown a connection",
        incident=restart_database,
        unknown=_PROCESSES,
        needs_postgresql=True,
    ),
    Case(
        "database away for 5 s",
        "all sent once, at most one unknown a connection",
        incident=lose_database,
        unknown=_PROCESSES,
        needs_postgresql=True,
    ),
    Case(
        "relay killed, back 4 s later",
        f"{_DOWN}, at most one unknown a connection",
        incident=restart_relay,
        rests="Connection",
        unknown=_PROCESSES,
    ),
    Case("relay is slow to some", relay=("--faults", "slow")),
    Case("4xx, then OK", relay=("--faults", "soon")),
    Case(
        "4xx for ever, for some",
        "refused when the patience is spent",
        relay=("--faults", "later,full"),
        ends={"later": "refused", "full": "refused"},
    ),
    Case(
        "421, then OK",
        "another connection, or a rest; all sent once",
        relay=("--faults", "rush"),
    ),
    Case(
        "421 for some, always",
        "they wait, all others are sent once",
        relay=("--faults", "busy"),
        ends={"busy": WAITING},
        rests="too busy",
    ),
    Case("takes 50 a connection", relay=("--most", "50")),
    Case(
        "5xx for some",
        "refused with the relay's words",
        relay=("--faults", "gone,spam,open"),
        ends={"gone": "refused", "spam": "refused", "open": "refused"},
    ),
    Case(
        "5xx for all",
        "paused with its words after a few; mended and resumed, the rest is sent",
        relay=("--everybody", "gone"),
        pauses="no such user",
        refused=5 * _PROCESSES,
    ),
    Case(
        "hangs up after the dot, for some",
        "unknown, and not sent again",
        relay=("--faults", "drop"),
        ends={"drop": "unknown"},
    ),
    Case(
        "hangs up after every dot",
        "paused after a few in doubt; mended and resumed, the rest is sent",
        relay=("--everybody", "drop"),
        pauses="hung up",
        unknown=3 * _PROCESSES,
    ),
    Case(
        "garbage after the dot",
        "unknown, and not sent again",
        relay=("--faults", "garbage"),
        ends={"garbage": "unknown"},
    ),
    Case(
        "says nothing after the dot",
        "unknown, and not sent again",
        relay=("--faults", "stall"),
        ends={"stall": "unknown"},
        teaches=True,
    ),
    Case(
        "says nothing to RCPT",
        "they wait, all others are sent once",
        relay=("--faults", "mute"),
        ends={"mute": WAITING},
        rests="did not answer in time",
        teaches=True,
    ),
    Case(
        "hangs up at DATA",
        "they wait, all others are sent once",
        relay=("--faults", "cut"),
        ends={"cut": WAITING},
        rests="hung up",
    ),
    Case(
        "forgets pipelined commands",
        "says so, then one command at a time; all sent once",
        relay=("--broken", "forgetful"),
        teaches=True,
        rests="does not keep to it",
        wires=("pipelined", "tls"),
    ),
    Case(
        "answers a group in reverse",
        "says so, then one command at a time; all sent once",
        relay=("--broken", "hasty"),
        teaches=True,
        rests="does not keep to it",
        wires=("pipelined", "tls"),
    ),
    Case(
        "does not see a pipelined dot",
        "one in doubt a process, then one command at a time",
        relay=("--broken", "blind"),
        teaches=True,
        unknown=_PROCESSES,
        wires=("pipelined", "tls"),
    ),
    Case(
        "no STARTTLS any more",
        "paused, nobody burned, no clear text; mended: all sent once",
        relay=("--clear",),
        pauses="STARTTLS",
        wires=("tls",),
    ),
    Case(
        "another password",
        "paused, nobody burned; mended: all sent once",
        relay=("--password", "changed"),
        pauses="credentials invalid",
        wires=("tls",),
    ),
    Case(
        "a certificate for another name",
        "paused, nobody burned; mended: all sent once",
        relay=(
            "--certificate",
            "{folder}/foreign/certificate.pem",
            "--key",
            "{folder}/foreign/key.pem",
        ),
        pauses="certificate verify failed",
        wires=("tls",),
    ),
)

#: Few and telling, for the suite.
SHORT = ("broker frozen for 8 s", "relay killed, back 4 s later", "5xx for all", "another password")

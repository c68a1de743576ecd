"""Faults, one at a time: `make faults F=F1 KILLS=100 SEED=7 WIRE=tls DB=postgresql`.

F1  `kill -9` of the sending worker, its parent, a child, at random moments in mailings of 10,000.
    Nobody skipped, nobody twice, nothing falsely sent, at most one `unknown` a connection and kill.
    On PostgreSQL also: a host is lost with its journal, and returns, or is given up.
F2  SIGTERM at random moments: nobody skipped, nobody twice, nobody `unknown`.
F3  broker, database and relay stop, freeze, forget, refuse and lie (CASE=part of a name for one).
F4  two beats, two starters, the clock set back, summer time, a session that moves and moves back.

The last line of each is one JSON object. The exit code is 1 when a promise is broken; what the
house wrote is then kept.
"""

import argparse
import random
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator

from tests.faults.house import SENDERS, WIRES, House
from tests.faults.report import Row, print_head, print_result

NAMES = ("F1", "F2", "F3", "F4")

#: Mailings of this size, unless RECIPIENTS says otherwise.
_RECIPIENTS = {"F1": 10_000, "F2": 10_000, "F3": 400, "F4": 20}


def try_one(name: str, house: House, arguments: argparse.Namespace) -> Iterator[Row]:
    """Give the rows of F1, F2 or F3 on the wire of the house; people and senders are there."""
    from tests.faults import hosts, incidents, kills, trial

    chance = random.Random(f"{arguments.seed} {name} {house.wire}")
    if name == "F3":
        cases = [
            case
            for case in incidents.CASES
            if house.wire in case.wires
            and (arguments.db == "postgresql" or not case.needs_postgresql)
            and (case.name in incidents.SHORT if arguments.short else arguments.case in case.name)
        ]
        if not arguments.short:  # none of those waits for a relay in vain
            house.choose(house.wire, timeout=incidents.TIMEOUT)
            house.stop("worker-bulk")
            house.start("worker-bulk")
        yield from trial.try_cases(house, cases, recipients=arguments.recipients, chance=chance)
        return
    yield from kills.strike(
        house,
        blow=kills.kill if name == "F1" else kills.stop,
        blows=arguments.kills,
        recipients=arguments.recipients,
        chance=chance,
    )
    if name == "F1" and arguments.db == "postgresql":
        yield from hosts.lose_a_host(house, chance=chance)


def printed(rows: Iterable[Row]) -> list[Row]:
    """Print each row as it comes, and return them all."""
    found = []
    for row in rows:
        print(row, flush=True)
        found.append(row)
    return found


def run(arguments: argparse.Namespace) -> bool:
    """Try the faults that were asked for in one house; say whether every promise was kept."""
    with House(database=arguments.db) as house:
        from tests.faults import clocks, incidents, scene

        faults = incidents.FAULTS if "F3" in arguments.faults else ()
        scene.invite_people(arguments.recipients, faults=faults)
        house.start("valkey")
        told = {key: getattr(arguments, key) for key in ("seed", "db", "recipients")}
        rows: dict[str, list[Row]] = {name: [] for name in arguments.faults}
        if "F4" in rows:
            house.choose("plain")
            print_head("F4", **told)
            rows["F4"] += printed(clocks.try_clocks(house, people=arguments.recipients))
        others = [name for name in rows if name != "F4"]
        for wire in arguments.wires if others else ():
            house.choose(wire)
            house.start(*SENDERS)
            for name in others:
                print_head(name, wire=wire, **told)
                rows[name] += printed(try_one(name, house, arguments))
            for program in reversed(SENDERS):
                house.stop(program)
        broken = [name for name, found in rows.items() if not print_result(name, found)]
        house.is_kept = bool(broken)
    return not broken


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("faults", nargs="*", choices=[*NAMES, []], default=[])
    parser.add_argument("--kills", type=int, default=10, help="on each wire (F1 and F2)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    parser.add_argument("--recipients", type=int)
    parser.add_argument("--wire", choices=WIRES, action="append", dest="wires")
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--case", default="", help="a part of the name of a case (F3)")
    parser.add_argument("--short", action="store_true", help="only the most telling cases (F3)")
    arguments = parser.parse_args()
    arguments.wires = arguments.wires or list(WIRES)
    return arguments


def main() -> int:
    # Like Ctrl-C: by leaving every `with`, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = parse()
    if not arguments.faults:
        # A house cannot be left and another entered in one process: Django is set up once.
        command = [sys.executable, "-m", "tests.faults.run", "--seed", str(arguments.seed)]
        codes = [
            subprocess.run([*command, name, *sys.argv[1:]], check=False).returncode
            for name in NAMES
        ]
        return max(codes)
    if arguments.recipients is None:
        arguments.recipients = max(_RECIPIENTS[name] for name in arguments.faults)
    return 0 if run(arguments) else 1


if __name__ == "__main__":
    raise SystemExit(main())

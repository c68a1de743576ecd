"""Faults, one at a time: `make faults F=F1 KILLS=20 SEED=7`.

F1  kill -9 of the sending worker at random moments in a mailing.
    Reach: nobody skipped, nobody twice, nothing falsely sent, at most one `unknown` a connection
    and kill.

The last line printed is one JSON object.
"""

import argparse
import json
import random
import secrets
import time
from functools import partial

from tests.faults.house import House, wait_for

RECIPIENTS = 2000
CONNECTIONS = 2


def kill_worker(*, kills: int, seed: int, recipients: int) -> dict[str, object]:
    """F1: send a mailing and kill the bulk worker `kills` times while it goes."""
    chance = random.Random(seed)
    with House() as house:
        from campaigns.models import Delivery, Mailing
        from tests.faults.scene import plan_mailing_to

        mailing = plan_mailing_to(recipients)
        house.start("valkey", "catcher")
        time.sleep(1)
        house.start("worker-bulk", "worker-swift", "worker-tick", "beat")

        def sent() -> int:
            return sum(1 for _ in (house.folder / "inbox").glob("[0-9]*.eml"))

        def done() -> bool:
            return Mailing.objects.get(pk=mailing.pk).state == "done"

        def reached(target: int) -> bool:
            return sent() >= target or done()

        wait_for(lambda: sent() > 0, seconds=90, what="the first mail")
        started = time.monotonic()
        happened = 0
        # The kills fall anywhere in the mailing, so each waits for a random share of what is left.
        while happened < kills and not done():
            left = recipients - sent()
            target = sent() + chance.randint(0, max(left // (kills - happened + 1), 1))
            wait_for(partial(reached, target), seconds=180, what="progress")
            time.sleep(chance.random() * 0.05)
            if done():
                break
            house.kill("worker-bulk")
            happened += 1
            house.start("worker-bulk")
        wait_for(done, seconds=300, what="the end of the mailing")
        took = time.monotonic() - started

        caught = house.caught()
        states = dict(Delivery.objects.filter(mailing=mailing).values_list("address_key", "state"))
    expected = {address for address, state in states.items() if state != "excluded"}
    unknown = {address for address, state in states.items() if state == "unknown"}
    return {
        "kills": happened,
        "recipients": len(expected),
        "skipped": len(expected - set(caught) - unknown),
        "twice": sum(count > 1 for count in caught.values()),
        "unknown": len(unknown),
        "falsely_sent": sum(
            state == "sent" and address not in caught for address, state in states.items()
        ),
        "strangers": len(set(caught) - expected),
        "seconds": round(took, 1),
        "within_reach": len(unknown) <= happened * CONNECTIONS,
    }


FAULTS = {"F1": kill_worker}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fault", nargs="?", default="F1", choices=sorted(FAULTS))
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    parser.add_argument("--recipients", type=int, default=RECIPIENTS)
    arguments = parser.parse_args()
    print(f"{arguments.fault}: seed {arguments.seed}, {arguments.kills} kills", flush=True)
    run = FAULTS[arguments.fault](
        kills=arguments.kills, seed=arguments.seed, recipients=arguments.recipients
    )
    for name, value in run.items():
        print(f"  {name:14} {value}")
    wrong = sum(int(run[name]) for name in ("skipped", "twice", "falsely_sent", "strangers"))  # type: ignore[call-overload]
    failed = wrong > 0 or not run["within_reach"]
    print(
        json.dumps(
            {
                "id": arguments.fault,
                "value": wrong,
                "reach": 0,
                "unit": "wrong mails",
                "runs": [run],
            }
        )
    )
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

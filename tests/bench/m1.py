"""M1: composing and the wire, without claims, journal and ledger, against smtp-source.

Four processes, each with one pipelined connection, share a started mailing: with two, a quarter of
the time is spent waiting for the other side. Beside it, smtp-source sends as many messages of the
same size over two connections, half of them before and half after. The second of our figures reads
the rows from the database as well, in batches as the engine does.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench import child, databases, figures, mailing, postfix
from tests.bench.databases import Environment

RECIPIENTS = 20_000
REACH = 1.2
PROCESSES = 4

COLUMNS = {
    "source": "smtp-source/s",
    "ours": "ours/s",
    "ratio": "ratio",
    "with_rows": "with rows/s",
    "with_rows_ratio": "ratio",
}


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""
    count = figures.part_of(RECIPIENTS)
    facts: dict[str, int] = {}

    def prepare(environment: Environment) -> None:
        facts["octets"] = child.run(mailing.fill, environment=environment, people=count)
        child.run(start_mailing, environment=environment)

    with (
        tempfile.TemporaryDirectory(prefix="bijeen-m1-") as folder,
        databases.sqlite(Path(folder), prepare=prepare) as fresh,
        postfix.sink() as port,
    ):
        octets, environment = facts["octets"], fresh()
        title = f"M1: composing and the wire, {count:,} messages of {octets:,} octets"
        table = figures.Table(title, COLUMNS)
        for _round in range(figures.ROUNDS):
            table.add("", _one_round(environment, port, count, octets))
        table.close()
    runs = table.of("")
    figures.conclude(
        "M1",
        value=round(figures.median(runs, "ratio"), 2),
        reach=REACH,
        unit="times smtp-source -d -s 2",
        runs=runs,
    )


def _one_round(environment: Environment, port: int, count: int, octets: int) -> figures.Run:
    """Rates are messages per second. Each of ours stands between two of smtp-source's halves."""
    halves, seconds = [postfix.source(port, count=count // 2, octets=octets)], []
    for reads_rows in (False, True):
        seconds.append(_send(environment, port, count, reads_rows=reads_rows))
        halves.append(postfix.source(port, count=count // 2, octets=octets))
    return {
        "source": count / (halves[0] + halves[1]),
        "ours": count / seconds[0],
        "ratio": (halves[0] + halves[1]) / seconds[0],
        "with_rows": count / seconds[1],
        "with_rows_ratio": (halves[1] + halves[2]) / seconds[1],
    }


def _send(environment: Environment, port: int, count: int, *, reads_rows: bool) -> float:
    """Let all processes go at once; return the seconds from the first start to the last end."""
    with ExitStack() as stack:
        senders = [
            stack.enter_context(
                child.start(
                    send_share,
                    environment=environment,
                    port=port,
                    share=share,
                    reads_rows=reads_rows,
                )
            )
            for share in range(PROCESSES)
        ]
        for sender in senders:
            assert sender.stdout is not None
            sender.stdout.readline()
        for sender in senders:
            assert sender.stdin is not None
            sender.stdin.write("\n")
            sender.stdin.flush()
        shares = [child.answer(sender) for sender in senders]
    if sum(share["sent"] for share in shares) != count:
        raise RuntimeError(f"Not everything was sent: {shares}")
    return max(share["ended"] for share in shares) - min(share["started"] for share in shares)


# --- what runs in a process of its own --------------------------------------------------------


def start_mailing() -> None:
    """Write the ledger of the mailing."""
    import django

    django.setup()
    from campaigns.models import Mailing
    from tests.bench import scene

    scene.start(Mailing.objects.get())


def send_share(*, port: int, share: int, reads_rows: bool) -> dict[str, float]:
    """Send a share of the messages once a line is read; moments are of the machine's clock."""
    import django

    django.setup()
    from django.utils import timezone

    from campaigns.models import Delivery, Mailing
    from campaigns.selectors import load_deliveries
    from campaigns.selectors.ledger import DueDelivery
    from worker.app import keep_what_is_loaded
    from worker.engine import BATCH_ROWS
    from worker.sources import MailingSource
    from worker.transport import Reply, SMTPTransport

    class Sender:
        """Composes as the engine does, the next one while the relay is busy; counts."""

        accepted = 0
        prepared: Any = None

        def send(self, rows: list[DueDelivery]) -> None:
            self.rows = iter(rows)
            transport.send(iter(self.compose, None), self)

        def compose(self) -> Any:
            mail, self.prepared = self.prepared, None
            if mail is None and (row := next(self.rows, None)) is not None:
                mail = source.compose(row, timezone.now())
            return mail

        def leaves(self, mail: Any) -> None:
            pass

        def waits(self) -> None:
            self.prepared = self.compose()

        def answered(self, mail: Any, reply: Reply) -> None:
            self.accepted += reply.state == "sent"

    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))[share::PROCESSES]
    batches: Iterator[list[DueDelivery]] = (
        load_deliveries(ids[start : start + BATCH_ROWS]) for start in range(0, len(ids), BATCH_ROWS)
    )
    if not reads_rows:
        batches = iter(list(batches))
    source = MailingSource(Mailing.objects.get().pk)
    source.compose(Delivery.objects.all()[0], timezone.now())
    keep_what_is_loaded()
    transport = SMTPTransport(f"smtp://127.0.0.1:{port}", timeout=60, hostname="localhost")
    sender = Sender()
    print("Ready.", flush=True)
    sys.stdin.readline()
    started = time.monotonic()
    for rows in batches:
        sender.send(rows)
    ended = time.monotonic()
    transport.close()
    return {"sent": sender.accepted, "started": started, "ended": ended}

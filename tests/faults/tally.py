"""What the ledger says beside what the relay took: the promise, counted."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from campaigns.models import Delivery, Mailing
from tests.faults.relay import Taken


@dataclass(frozen=True)
class Tally:
    """How many of the mailing's recipients …

    `skipped`: got nothing, and no state that may mean so. `twice`: got more than one. `unknown`:
    are in doubt. `falsely_sent`: are said to have it and have not. `falsely_not_sent`: have it and
    are said to wait, or to have been refused. `strangers`: got it and are no recipients.
    """

    recipients: int
    states: dict[str, int]
    skipped: int
    twice: int
    unknown: int
    falsely_sent: int
    falsely_not_sent: int
    strangers: int

    @property
    def wrong(self) -> int:
        """Mails that broke the promise."""
        return (
            self.skipped + self.twice + self.falsely_sent + self.falsely_not_sent + self.strangers
        )

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        wrong = {
            "skipped": self.skipped,
            "twice": self.twice,
            "falsely sent": self.falsely_sent,
            "falsely not sent": self.falsely_not_sent,
            "strangers": self.strangers,
        }
        found = ", ".join(f"{count} {what}" for what, count in wrong.items() if count)
        return f"{states}; {found or 'nobody skipped, nobody twice'}"


def tally(mailing: Mailing, taken: Taken, *, may_lack: Collection[str] = ("unknown",)) -> Tally:
    """Count a mailing. `may_lack`: the states in which it is right to have got nothing."""
    rows = Delivery.objects.filter(mailing=mailing).exclude(state="excluded")
    states = dict(rows.values_list("address_key", "state"))
    got = taken.recipients()
    told = ("sent", "unknown")
    return Tally(
        recipients=len(states),
        states=dict(Counter(states.values())),
        skipped=sum(
            address not in got and state not in may_lack and state != "sent"
            for address, state in states.items()
        ),
        twice=sum(count > 1 for count in got.values()),
        unknown=sum(state == "unknown" for state in states.values()),
        falsely_sent=sum(
            state == "sent" and address not in got for address, state in states.items()
        ),
        falsely_not_sent=sum(address in got and states[address] not in told for address in states),
        strangers=len(set(got) - set(states)),
    )

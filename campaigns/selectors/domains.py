"""How a mailing does at each mail provider: its rows by the domain of their addresses."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, Value
from django.db.models.functions import StrIndex, Substr

from campaigns.models import Delivery
from contacts.enums import MailState

_S = MailState

#: The states behind each number.
_NUMBERS = {
    "sent": (_S.SENT, _S.COMPLAINED),
    "waiting": (_S.QUEUED, _S.CLAIMED),
    "deferred": (_S.DEFERRED,),
    "refused": (_S.REFUSED, _S.BOUNCED),
}


@dataclass(frozen=True, slots=True)
class DomainCounts:
    """The rows of one domain; `name` is empty for all others together.

    `refused` are those that came back as well. `total` holds what is in doubt or came too late too.
    """

    name: str
    total: int
    sent: int
    waiting: int
    deferred: int
    refused: int


def domain_counts(
    mailing_id: int, counts: dict[str, int], *, limit: int = 10
) -> list[DomainCounts]:
    """Return the domains with most rows that are meant to be sent, then the others, in one query.

    `counts` are those of the whole ledger by state: the others are what is left of them.
    """
    rows = (
        Delivery.objects.filter(mailing=mailing_id, address_key__isnull=False)
        .exclude(state=_S.EXCLUDED)
        .annotate(domain=Substr("address_key", StrIndex(F("address_key"), Value("@")) + 1))
        .order_by()
        .values_list("domain")
        .annotate(
            total=Count("pk"),
            **{name: Count("pk", filter=Q(state__in=states)) for name, states in _NUMBERS.items()},
        )
        .order_by("-total", "domain")
    )
    found = [DomainCounts(*row) for row in rows[:limit]]
    to_send = sum(counts.values()) - counts[_S.EXCLUDED]
    others = DomainCounts(
        "",
        # While mail goes out the two questions are some thousandths of a second apart.
        max(0, to_send - sum(each.total for each in found)),
        **{
            name: max(
                0,
                sum(counts[state] for state in states) - sum(getattr(each, name) for each in found),
            )
            for name, states in _NUMBERS.items()
        },
    )
    return [*found, others] if others.total else found

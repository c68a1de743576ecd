"""What this room tells on a timeline: mailings to a person, and to an organisation in counts."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.enums import Exclusion
from campaigns.models import Delivery, Mailing
from contacts.enums import MailState
from contacts.holdings import Happening, TimelineSource
from contacts.selectors.outcomes import outcome

Ids = Collection[int]
Lines = Iterator[Happening]

#: When a row of the ledger came to be what it is. One that was never sent has no moment of its own.
MOMENT = Coalesce("sent_at", "mailing__started_at", "mailing__frozen_at", "mailing__created_at")

#: What a mailing weighs, and a line of a timeline does not need.
HEAVY = ("mailing__frozen", "mailing__body_nl", "mailing__body_en")

#: These have had the mail, as far as anybody can know.
_REACHED = (MailState.SENT, MailState.COMPLAINED)


def _mailings(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Delivery.objects.filter(contact__in=ids).annotate(at=MOMENT)
    rows = rows.filter(at__lte=until).select_related("mailing").defer(*HEAVY)
    for row in rows.order_by("-at", "-pk")[:limit]:
        yield Happening(
            at=row.at,
            kind="mail",
            text=row.mailing.title,
            detail=what_became_of(row),
            url=_url(row.mailing_id),
        )


def what_became_of(row: Delivery) -> str:
    """Return the outcome of one delivery in words: sent, the server's refusal, or why not."""
    if row.state == MailState.EXCLUDED and row.reason:
        return f"{MailState.EXCLUDED.label}: {Exclusion(row.reason).label}"
    return outcome(row)


def _mailings_in_counts(ids: Ids, until: datetime, limit: int) -> Lines:
    """A line a mailing: how many people were mailed for the organisation, how many were not."""
    counted = Delivery.objects.filter(organisation__in=ids).order_by().values("mailing")
    reached = Q(state__in=_REACHED)
    rows = list(
        counted.annotate(
            at=Coalesce("mailing__started_at", "mailing__frozen_at", "mailing__created_at"),
            reached=Count("pk", filter=reached),
            others=Count("pk", filter=~reached),
        )
        .filter(at__lte=until)
        .order_by("-at", "-mailing")[:limit]
    )
    titles = dict(
        Mailing.objects.filter(pk__in=[row["mailing"] for row in rows]).values_list("pk", "title")
    )
    for row in rows:
        yield Happening(
            at=row["at"],
            kind="mail",
            text=titles[row["mailing"]],
            detail=_counts(row),
            url=_url(row["mailing"]),
        )


def _counts(row: Mapping[str, Any]) -> str:
    sent = ngettext("sent to %(number)s person", "sent to %(number)s people", row["reached"])
    parts = [sent % {"number": row["reached"]}]
    if row["others"]:
        parts.append(_("not to %(number)s") % {"number": row["others"]})
    return ", ".join(parts)


def _url(mailing_id: int) -> str:
    return reverse("wagtailsnippets_campaigns_mailing:overview", args=[mailing_id])


_MAIL = gettext_lazy("mail")
_VIEW = "campaigns.view_delivery"

PEOPLE_SOURCES = (TimelineSource("mail", _MAIL, _VIEW, _mailings),)
ORGANISATION_SOURCES = (TimelineSource("mail", _MAIL, _VIEW, _mailings_in_counts),)

"""Links of a mailing that are counted: where they lead, and how often they were opened."""

from dataclasses import dataclass

from django.db.models import Sum

from campaigns.models import LinkCount, Mailing


@dataclass(frozen=True, slots=True)
class CountedLink:
    """How often a link was opened, by anybody."""

    url: str
    number: int


def target(mailing_id: int, number: int) -> str | None:
    """Return where link `number` of a mailing leads; None when there is no such link."""
    found = Mailing.objects.filter(pk=mailing_id).values_list("frozen__links", flat=True).first()
    return found[number] if found and number < len(found) else None


def counted_links(mailing: Mailing) -> list[CountedLink]:
    """Return the links of a mailing in the order of its text, those never opened included.

    One query; none for a mailing without such links.
    """
    urls = mailing.frozen.get("links")
    if not urls:
        return []
    rows = LinkCount.objects.filter(mailing=mailing).order_by().values_list("url")
    numbers = dict(rows.annotate(opened=Sum("number")))
    return [CountedLink(url, numbers.get(url, 0)) for url in urls]

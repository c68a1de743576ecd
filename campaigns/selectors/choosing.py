"""People of an audience apart from any mailing, and which part of it leaves somebody out."""

from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.selectors.recipients import DryRun
from campaigns.selectors.terms import Terms
from contacts.models import Contact, Representation


def chosen_people(condition: c.Condition, day: date) -> QuerySet[Contact]:
    """People who are there and whom the audience is about on that day, by name."""
    found = Contact.objects.present().filter(audience.matching(condition, audience.Moment(day)))
    return found.order_by("sort_key", "pk")


def count_chosen(condition: c.Condition, day: date) -> DryRun:
    """Count them; whether each may be mailed depends on the mailing, so nobody is excluded."""
    found = chosen_people(condition, day).order_by()
    by_language = found.values_list("language").annotate(number=Count("pk")).order_by("language")
    languages = dict(by_language)
    spoken_for = Representation.objects.on(day).filter(contact__in=found.values("pk"))
    return DryRun(
        recipients=sum(languages.values()),
        organisations=spoken_for.aggregate(n=Count("organisation", distinct=True))["n"],
        languages=languages,
    )


def is_chosen(condition: c.Condition, contact: Contact, day: date) -> bool:
    """Whether the audience is about this person on that day."""
    return chosen_people(condition, day).filter(pk=contact.pk).exists()


def what_leaves_out(
    condition: c.Condition, contact: Contact, moment: audience.Moment
) -> tuple[list[c.Condition], list[c.Condition]]:
    """Return what the audience asks for and this person is not, and what it leaves out and they
    are. One query."""
    asked, left_out = c.split(condition)
    holds: dict[str, Any] = {}
    for name, parts, positive in (("asked", asked, True), ("left_out", left_out, False)):
        for place, part in enumerate(parts):
            holds[f"{name}_{place}"] = _holds(audience.matching(part, moment, positive=positive))
    row = Contact.objects.filter(pk=contact.pk).annotate(**holds).values(*holds).first() or {}
    return (
        [part for place, part in enumerate(asked) if not row.get(f"asked_{place}")],
        [part for place, part in enumerate(left_out) if row.get(f"left_out_{place}")],
    )


def _holds(what: Q) -> Case:
    return Case(When(what, then=Value(True)), default=Value(False), output_field=BooleanField())


def what_leaves_out_of(
    terms: Terms, contact: Contact
) -> tuple[list[c.Condition], list[c.Condition]]:
    """The same for the audience of a mailing, as it was judged on its day."""
    return what_leaves_out(terms.condition, contact, audience.Moment(terms.day))

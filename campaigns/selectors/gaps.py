"""For how many recipients what a merge field says of them is empty."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connections
from django.db.models import Case, Value, When

from campaigns.models import Mailing
from campaigns.selectors.rules import considered
from campaigns.selectors.terms import terms_of
from contacts.models import Contact
from participation.enums import AgreementState
from participation.selectors.agreements import owns_agreement

#: Fields that may be empty, with the condition on a row of those considered.
EMPTY = {
    "contact.given_name": "given_name = ''",
    "organisation.name": "chosen_organisation IS NULL",
    "contact.agreements": "has_agreements = 0",
}


def count_empty(
    mailing: Mailing, names: Sequence[str], now: datetime
) -> list[tuple[str, str, int]]:
    """Return (language, field, number of recipients for whom it is empty): one statement.

    `names` are keys of EMPTY. Raises AudienceInvalid.
    """
    terms = terms_of(mailing, now)
    rows = considered(terms).values_list("reason", "language", "given_name", "chosen_organisation")
    if "contact.agreements" in names:
        slug = mailing.session.slug if mailing.session else ""
        has_one = When(owns_agreement(slug, AgreementState.OPEN, terms.day), then=Value(1))
        rows = rows.annotate(has_agreements=Case(has_one, default=Value(0)))
    sql, params = rows.query.get_compiler(rows.db).as_sql()
    sums = ", ".join(f"SUM(CASE WHEN {EMPTY[name]} THEN 1 ELSE 0 END)" for name in names)
    with connections[Contact.objects.db].cursor() as cursor:
        cursor.execute(
            f"SELECT language, {sums} FROM ({sql}) AS considered"  # noqa: S608 -- composed by the compiler and EMPTY
            " WHERE reason = '' GROUP BY language ORDER BY language",
            params,
        )
        found = cursor.fetchall()
    return [
        (language, name, int(number))
        for language, *numbers in found
        for name, number in zip(names, numbers, strict=True)
    ]

"""How many people several mailings have in common: those chosen now, or those in the ledger."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connections

from campaigns.models import Delivery, Mailing
from campaigns.selectors.recipients import rows_sql
from campaigns.selectors.terms import terms_of
from contacts.enums import MAIL_OPEN, MailState
from contacts.models import Contact

#: These have had the mail, or are about to.
_REACHED = (MailState.SENT, MailState.COMPLAINED, MailState.UNKNOWN, *MAIL_OPEN)

_Question = tuple[str, list[Any]]


class Recipients:
    """Who gets each mailing as things are at `now`, asked of the database by number alone.

    Raises AudienceInvalid for a mailing whose audience is none.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._questions: dict[int, _Question] = {}

    def number(self, mailing: Mailing) -> int:
        """Return how many people get it. One query, besides what its terms take."""
        sql, params = self._ids(mailing)
        return self._count(f"SELECT COUNT(*) FROM ({sql}) AS chosen", params)  # noqa: S608 -- composed by the compiler

    def in_common(self, first: Mailing, second: Mailing) -> int:
        """Return how many people get both."""
        sql, params = self._joined([first, second], "INTERSECT")
        return self._count(f"SELECT COUNT(*) FROM ({sql}) AS chosen", params)  # noqa: S608 -- composed by the compiler

    def with_more_than(self, cap: int, mailings: Iterable[Mailing]) -> int:
        """Return how many people get more than `cap` of these; one named twice counts twice."""
        sql, params = self._joined(mailings, "UNION ALL")
        often = f"SELECT id FROM ({sql}) AS chosen GROUP BY id HAVING COUNT(*) > %s"  # noqa: S608 -- composed by the compiler
        return self._count(f"SELECT COUNT(*) FROM ({often}) AS often", [*params, cap])  # noqa: S608 -- composed by the compiler

    def _joined(self, mailings: Iterable[Mailing], word: str) -> _Question:
        questions = [self._ids(mailing) for mailing in mailings]
        sql = f" {word} ".join(sql for sql, _params in questions)
        return sql, [value for _sql, params in questions for value in params]

    def _ids(self, mailing: Mailing) -> _Question:
        if mailing.pk not in self._questions:
            self._questions[mailing.pk] = self._ask_for(mailing)
        return self._questions[mailing.pk]

    def _ask_for(self, mailing: Mailing) -> _Question:
        if mailing.is_editable:
            sql, params = rows_sql(terms_of(mailing, self.now))
            return f"SELECT id FROM ({sql}) AS considered WHERE reason = ''", params  # noqa: S608 -- composed by the compiler
        rows = Delivery.objects.filter(mailing=mailing, state__in=_REACHED)
        found = rows.order_by().values_list("contact_id")
        sql, given = found.query.get_compiler(found.db).as_sql()
        return f"SELECT contact_id AS id FROM ({sql}) AS reached", list(given)  # noqa: S608 -- composed by the compiler

    def _count(self, sql: str, params: list[Any]) -> int:
        with connections[Contact.objects.db].cursor() as cursor:
            cursor.execute(sql, params)
            ((number,),) = cursor.fetchall()
        return int(number)

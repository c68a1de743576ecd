"""The rows of a mailing's ledger, written when it starts and when it goes to the rest.

Call those in the transaction that does so.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from base.among import Among
from campaigns.enums import Exclusion, MailingKind
from campaigns.models import Delivery, Mailing
from campaigns.selectors.recipients import rows_sql
from campaigns.selectors.terms import Terms
from contacts.enums import MailState
from participation.services import invite

#: The columns of the ledger that are filled; all others are NULL.
_COLUMNS = (
    "mailing_id",
    "contact_id",
    "address_key",
    "language",
    "representation_id",
    "organisation_id",
    "reason",
    "basis",
    "state",
    "told",
    "claim",
    "holder",
    "attempt",
    "tries",
    "reply_text",
)


def write_rows(mailing: Mailing, terms: Terms) -> None:
    """One row for everybody considered, by INSERT … SELECT: no row travels through Python."""
    sql, params = rows_sql(terms)
    table = connection.ops.quote_name(Delivery._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(name) for name in _COLUMNS)
    values: list[Any] = [
        terms.mailing_id,
        str(MailState.QUEUED),
        str(MailState.EXCLUDED),
        terms.told,
    ]
    # Of the rest, some have a row that says why not, and are let in again (queue_again).
    without = f" WHERE id NOT IN (SELECT contact_id FROM {table} WHERE mailing_id = %s)"  # noqa: S608 -- our own name
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns})"  # noqa: S608 -- composed by the compiler
            " SELECT %s, id, address_key, language, chosen_representation, chosen_organisation,"
            " reason, basis, CASE WHEN reason = '' THEN %s ELSE %s END, %s, '', '', 0, 0, ''"
            f" FROM ({sql}) AS considered{without if terms.is_rest else ''} ORDER BY id",
            [*values, *params, *([terms.mailing_id] if terms.is_rest else [])],
        )
    _leave_out_erased(mailing)
    _invite(mailing, terms)


def queue_again(terms: Terms) -> int:
    """Queue the rows of those who were not signed up when it started, and are now."""
    sql, params = rows_sql(terms)
    table = connection.ops.quote_name(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET state = %s, reason = '', told = %s, claim = '', holder = '',"  # noqa: S608 -- composed by the compiler
            " tries = 0, lease_until = NULL, next_attempt_at = NULL"
            " WHERE mailing_id = %s AND state = %s AND reason = %s AND address_key IS NOT NULL"
            f" AND contact_id IN (SELECT id FROM ({sql}) AS considered WHERE reason = '')",
            [
                str(MailState.QUEUED),
                terms.told,
                terms.mailing_id,
                str(MailState.EXCLUDED),
                str(Exclusion.NOT_REGISTERED),
                *params,
            ],
        )
        return int(cursor.rowcount)


@transaction.atomic
def note_holds(*, holds: Mapping[int, str]) -> None:
    """Keep with these rows what is true of their people while their mails are made.

    One statement for each combination; there are few, and none at all for a mailing without parts.
    """
    by_words: dict[str, list[int]] = {}
    for row_id, words in holds.items():
        by_words.setdefault(words, []).append(row_id)
    for words, ids in sorted(by_words.items()):
        Delivery.objects.filter(Among("pk", ids)).exclude(holds=words).update(holds=words)


def _leave_out_erased(mailing: Mailing) -> None:
    """On PostgreSQL somebody may be erased while the ledger is written; theirs waited for that."""
    erased = Delivery.objects.filter(
        mailing=mailing, contact__erased_at__isnull=False, address_key__isnull=False
    )
    erased.update(address_key=None, state=MailState.EXCLUDED, reason=Exclusion.ERASED)


def _invite(mailing: Mailing, terms: Terms) -> None:
    if mailing.kind != MailingKind.INVITATION or mailing.session_id is None:
        return
    recipients = Delivery.objects.filter(mailing=mailing, state=MailState.QUEUED)
    invite(
        session_id=mailing.session_id,
        contact_ids=recipients.values("contact_id"),
        source=mailing.title,
        now=terms.now,
    )

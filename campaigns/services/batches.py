"""Batches: the stretches of the ledger that workers claim."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Max, Min

from campaigns.models import Batch, Delivery
from contacts.enums import MailState

#: As many rows as a worker claims at once.
SIZE = 500


def lay_out(mailing_id: int) -> None:
    """Make the batches of all rows of a mailing that wait, in one statement."""
    quote = connection.ops.quote_name
    batches, rows = quote(Batch._meta.db_table), quote(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {batches} (mailing_id, claim, first_id, last_id)"  # noqa: S608 -- our own names
            " SELECT %s, '', MIN(id), MAX(id) FROM"
            f" (SELECT id, (ROW_NUMBER() OVER (ORDER BY id) - 1) / %s AS stretch FROM {rows}"
            " WHERE mailing_id = %s AND state = %s) AS waiting"
            " GROUP BY stretch ORDER BY stretch",
            [mailing_id, SIZE, mailing_id, str(MailState.QUEUED)],
        )


def put_back(*, row_ids: Collection[int]) -> None:
    """Make batches of rows that wait again; call it in the transaction that queued them."""
    by_mailing = (
        Delivery.objects.filter(pk__in=row_ids)
        .order_by()
        .values("mailing_id")
        .annotate(first_id=Min("pk"), last_id=Max("pk"))
    )
    Batch.objects.bulk_create(Batch(**stretch) for stretch in by_mailing)


def adopt_strays(mailing_id: int) -> bool:
    """Make batches of rows that are queued or claimed and in none; say whether there were any.

    Never expected: whoever queues or claims a row makes its batch. It would wait for ever
    otherwise. Reads the whole ledger of the mailing; call it for one without batches, in a
    transaction.
    """
    rows = Delivery.objects.filter(mailing_id=mailing_id)
    if rows.filter(state=MailState.QUEUED).exists():
        lay_out(mailing_id)
    claims = rows.filter(state=MailState.CLAIMED).order_by().values("mailing_id", "claim")
    held = claims.annotate(first_id=Min("pk"), last_id=Max("pk"))
    Batch.objects.bulk_create(Batch(**stretch) for stretch in held)
    return Batch.objects.filter(mailing_id=mailing_id).exists()

"""Batches: the stretches of the ledger that workers claim."""

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import Exists, Max, Min, OuterRef

from campaigns.enums import MailingState
from campaigns.models import Batch, Delivery, Mailing
from contacts.enums import MailState

#: As many rows as a worker claims at once.
SIZE = 500


def lay_out(mailing_id: int) -> None:
    """Make the batches of all rows of a mailing that wait, in one statement."""
    quote = connection.ops.quote_name
    batches, rows = quote(Batch._meta.db_table), quote(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {batches} (mailing_id, first_id, last_id)"  # noqa: S608 -- our own names
            " SELECT %s, MIN(id), MAX(id) FROM"
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


def adopt_strays() -> int:
    """Make batches of rows that wait and are in none; return of how many mailings.

    Never expected: whoever queues a row makes its batch. It would wait for ever otherwise.
    """
    queued = Delivery.objects.filter(mailing=OuterRef("pk"), state=MailState.QUEUED)
    batches = Batch.objects.filter(mailing=OuterRef("pk"))
    stray = Mailing.objects.filter(
        ~Exists(batches), Exists(queued), state=MailingState.SENDING
    ).values_list("pk", flat=True)
    adopted = 0
    for mailing_id in list(stray):
        with transaction.atomic():
            lay_out(mailing_id)
        adopted += 1
    return adopted

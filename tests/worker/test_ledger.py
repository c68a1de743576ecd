"""A claim and its batch belong together: what is claimed is found again."""

import pytest

from campaigns.models import Batch, Delivery
from tests.factories.campaigns import make_delivery, make_mailing
from worker.ledger import claim_batch, end_claim, held_rows, release_rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_claim_is_forgotten_with_its_last_row_and_not_before():
    mailing = make_mailing(state="sending")
    rows = [make_delivery(mailing=mailing) for _ in range(2)]
    Batch.objects.all().delete()
    Batch.objects.create(mailing=mailing, first_id=rows[0].pk, last_id=rows[1].pk)
    claimed = claim_batch(mailing.pk, claim="1234", limit=500)
    assert claimed == [row.pk for row in rows]

    end_claim(Delivery, claim="1234")
    assert set(held_rows(Delivery, claim="1234")) == set(rows)
    release_rows(Delivery, claim="1234", row_ids=claimed)
    end_claim(Delivery, claim="1234")
    assert list(Batch.objects.values_list("claim", flat=True)) == [""]

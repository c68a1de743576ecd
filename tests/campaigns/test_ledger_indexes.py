"""What a row of the ledger costs: PostgreSQL changes it in its page as long as no index holds what
changes (docs/decisions/0014)."""

from django.db.models import Q

from campaigns.models import Delivery
from contacts.models.mail import MailRow

#: Empty and null from the start to the end of a mail that the relay takes at once.
UNTOUCHED = {"next_attempt_at"}


def _columns(condition: Q | None) -> set[str]:
    children = condition.children if condition else []
    return {str(child[0]).split("__")[0] for child in children if isinstance(child, tuple)}


def test_no_index_holds_what_changes_when_a_mail_is_claimed_and_sent():
    changing = {field.name for field in MailRow._meta.fields} - UNTOUCHED | {"reason"}
    meta = Delivery._meta
    held = {
        name
        for index in (*meta.indexes, *meta.constraints)
        for name in {*index.fields, *_columns(index.condition)}
    }
    held |= {field.name for field in meta.concrete_fields if getattr(field, "db_index", False)}
    assert held & changing == set()
    assert held >= {"mailing", "contact", "address_key", "next_attempt_at", "is_in_doubt"}

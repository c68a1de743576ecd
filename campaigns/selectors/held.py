"""All that this room holds of a person, for the copy that they may ask for: the ledger."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.enums import Basis, Exclusion, MailingKind, Whom
from campaigns.errors import FieldInvalid
from campaigns.fields import read_fields
from campaigns.models import Delivery
from campaigns.selectors.happenings import HEAVY, MOMENT
from contacts.enums import MailState, Purpose
from contacts.holdings import HeldKind


def _mailings(ids: Collection[int]) -> Iterator[Mapping[str, Any]]:
    rows = Delivery.objects.filter(contact__in=ids).annotate(at=MOMENT).defer(*HEAVY)
    for row in rows.select_related("mailing", "organisation").order_by("at", "pk"):
        mailing = row.mailing
        written = mailing.subject_en if row.language == "en" else mailing.subject_nl
        written = written or mailing.subject_nl or mailing.subject_en
        yield {
            "subject": _readable(written) or mailing.title,
            "kind": MailingKind(mailing.kind),
            "purpose": Purpose(mailing.purpose),
            "at": row.at,
            "sent_at": row.sent_at,
            "address": row.address_key or "",
            "organisation": row.organisation.name if row.organisation else "",
            "state": MailState(row.state),
            "reason": Exclusion(row.reason) if row.reason else None,
            "basis": Basis(row.basis) if row.basis else None,
            "holds": ", ".join(
                str(Whom(each).label) for each in filter(None, (row.holds or "").split(","))
            ),
            "reply": f"{row.reply_code or ''} {row.reply_text}".strip(),
        }


def _readable(subject: str) -> str:
    """Return a subject with an ellipsis for each merge field."""
    try:
        pieces = read_fields(subject)
    except FieldInvalid:
        return subject
    return "".join(piece if isinstance(piece, str) else "…" for piece in pieces)


PEOPLE_HELD = (
    HeldKind(
        "mailings",
        _("Mailings for which you were considered"),
        {
            "subject": _("subject"),
            "kind": _("kind"),
            "purpose": _("purpose"),
            "at": _("when"),
            "sent_at": _("sent at"),
            "address": _("e-mail address"),
            "organisation": _("on behalf of"),
            "state": _("outcome"),
            "reason": _("why not"),
            "basis": _("why you may be mailed"),
            "holds": _("with the parts for somebody who"),
            "reply": _("answer of the mail server"),
        },
        _mailings,
    ),
)

"""All that this room holds of a person, kind by kind, for the copy that they may ask for."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from contacts.enums import (
    ConsentBasis,
    ContactAct,
    ContactMomentKind,
    FormOfAddress,
    Kin,
    Language,
    MailState,
    NoticeKind,
    Purpose,
    RepresentationRole,
    Source,
    SuppressionReason,
    SuppressionScope,
)
from contacts.holdings import HeldKind
from contacts.models import (
    CommunityRepresentative,
    ConsentRecord,
    Contact,
    ContactMoment,
    Merge,
    Notice,
    Representation,
)
from contacts.selectors.authors import log_of
from contacts.selectors.happenings.people import suppressions_of

Ids = Collection[int]
Rows = Iterator[Mapping[str, Any]]


def _people(ids: Ids) -> Rows:
    for row in Contact.objects.filter(pk__in=ids).order_by("pk"):
        yield {
            "title": row.title,
            "given_name": row.given_name,
            "initials": row.initials,
            "family_name_prefix": row.family_name_prefix,
            "family_name": row.family_name,
            "email": row.email,
            "phone": row.phone,
            "language": Language(row.language),
            "form_of_address": FormOfAddress(row.form_of_address),
            "courtesy_title": row.courtesy_title,
            "time_zone": row.time_zone,
            "tags": list(row.tags),
            "address_source": row.address_source,
            "created_at": row.created_at,
            "paused_until": row.paused_until,
            "wants_less_mail": row.wants_less_mail,
            "erased_at": row.erased_at,
        }


def _places(ids: Ids) -> Rows:
    rows = Representation.objects.filter(contact__in=ids).select_related("organisation")
    for row in rows.order_by("pk"):
        yield {
            "organisation": row.organisation.name,
            "function": row.function,
            "role": RepresentationRole(row.role),
            "valid_from": row.valid_from,
            "valid_until": row.valid_until,
        }


def _communities(ids: Ids) -> Rows:
    rows = CommunityRepresentative.objects.filter(contact__in=ids)
    for row in rows.select_related("community", "organisation").order_by("pk"):
        yield {"community": row.community.name, "organisation": row.organisation.name}


def _consents(ids: Ids) -> Rows:
    for row in ConsentRecord.objects.filter(contact__in=ids).order_by("given_at", "pk"):
        yield {
            "purpose": Purpose(row.purpose),
            "topic": row.topic,
            "basis": ConsentBasis(row.basis),
            "source": Source(row.source),
            "source_detail": row.source_detail,
            "wording": row.wording,
            "given_at": row.given_at,
            "withdrawn_at": row.withdrawn_at,
        }


def _suppressions(ids: Ids) -> Rows:
    for row in suppressions_of(ids).order_by("created_at", "pk"):
        yield {
            "scope": SuppressionScope(row.scope),
            "purpose": Purpose(row.purpose) if row.purpose else None,
            "topic": row.topic,
            "reason": SuppressionReason(row.reason),
            "source": Source(row.source),
            "created_at": row.created_at,
        }


def _notices(ids: Ids) -> Rows:
    """Mail about their own acts, also before the address was known to be theirs."""
    people = Contact.objects.filter(pk__in=ids).exclude(address_key=None)
    nobodys = Notice.objects.annotate(lower=Lower("address")).filter(
        contact=None, lower__in=people.values("address_key")
    )
    rows = Notice.objects.filter(Q(contact__in=ids) | Q(pk__in=nobodys.values("pk")))
    for row in rows.order_by("created_at", "pk"):
        yield {
            "kind": NoticeKind(row.kind),
            "subject": str(row.context.get("subject") or ""),
            "address": row.address,
            "created_at": row.created_at,
            "sent_at": row.sent_at,
            "state": MailState(row.state),
            "reply": f"{row.reply_code or ''} {row.reply_text}".strip(),
        }


def _moments(ids: Ids) -> Rows:
    rows = ContactMoment.objects.filter(contact__in=ids)
    for row in rows.select_related("community", "organisation").order_by("happened_on", "pk"):
        yield {
            "happened_on": row.happened_on,
            "kind": ContactMomentKind(row.kind),
            "text": row.text,
            "organisation": row.organisation.name if row.organisation else "",
            "community": row.community.name if row.community else "",
            "created_at": row.created_at,
        }


def _merges(ids: Ids) -> Rows:
    rows = Merge.objects.filter(Q(kept_id__in=ids) | Q(gone_id__in=ids), kin=Kin.CONTACT)
    for row in rows.order_by("merged_at", "pk"):
        yield {"merged_at": row.merged_at, "undone_at": row.undone_at}


def _log(ids: Ids) -> Rows:
    """The audit log. Who of the staff did it is theirs, not the person's (CJEU, C-579/21)."""
    for entry in log_of(ids).order_by("timestamp", "pk"):
        yield {
            "at": entry.timestamp,
            "act": ContactAct(entry.action),
            "text": str(entry.message),
            "changes": entry.data.get("changes", {}),
        }


def _names(model: Any, *fields: str) -> dict[str, Any]:
    return {name: model._meta.get_field(name).verbose_name for name in fields}


_ORGANISATION = _("organisation")
_COMMUNITY = _("community")
_TOPIC = _("topic")

PEOPLE_HELD = (
    HeldKind(
        "person",
        _("Who you are"),
        {
            **_names(Contact, "title", "given_name", "initials", "family_name_prefix"),
            **_names(Contact, "family_name", "email", "phone", "language", "form_of_address"),
            **_names(Contact, "courtesy_title", "time_zone", "tags", "address_source"),
            **_names(Contact, "paused_until", "wants_less_mail"),
            "created_at": _("in the contact base since"),
            "erased_at": _("erased at"),
        },
        _people,
    ),
    HeldKind(
        "representations",
        _("For whom you speak"),
        {
            "organisation": _ORGANISATION,
            **_names(Representation, "function", "role", "valid_from", "valid_until"),
        },
        _places,
    ),
    HeldKind(
        "communities",
        _("Communities in which you are named"),
        {"community": _COMMUNITY, "organisation": _ORGANISATION},
        _communities,
    ),
    HeldKind(
        "consents",
        _("Why we may mail you"),
        {
            **_names(ConsentRecord, "purpose", "topic", "basis", "source", "source_detail"),
            **_names(ConsentRecord, "wording", "given_at", "withdrawn_at"),
        },
        _consents,
    ),
    HeldKind(
        "suppressions",
        _("What we do not mail you"),
        {
            "scope": _("scope"),
            "purpose": _("purpose"),
            "topic": _TOPIC,
            "reason": _("reason"),
            "source": _("source"),
            "created_at": _("since"),
        },
        _suppressions,
    ),
    HeldKind(
        "notices",
        _("Mail about what you did yourself"),
        {
            "kind": _("kind"),
            "subject": _("subject"),
            "address": _("e-mail address"),
            "created_at": _("made at"),
            "sent_at": _("sent at"),
            "state": _("outcome"),
            "reply": _("answer of the mail server"),
        },
        _notices,
    ),
    HeldKind(
        "moments",
        _("When we spoke with you"),
        {
            **_names(ContactMoment, "happened_on", "kind", "text"),
            "organisation": _ORGANISATION,
            "community": _COMMUNITY,
            "created_at": _("written at"),
        },
        _moments,
    ),
    HeldKind(
        "merges",
        _("When two of your entries became one"),
        {"merged_at": _("merged at"), "undone_at": _("undone at")},
        _merges,
    ),
    HeldKind(
        "log",
        _("What was changed"),
        {"at": _("when"), "text": _("what")},
        _log,
    ),
)

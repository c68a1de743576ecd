"""What a person may be mailed for, and why or why not, in words for whoever looks after them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.enums import (
    GROUP_BASES,
    GROUP_PURPOSES,
    MAILING_PURPOSES,
    ConsentBasis,
    Purpose,
    SuppressionReason,
    SuppressionScope,
)
from contacts.models import ConsentRecord, Contact, Organisation, Representation, Suppression
from contacts.selectors.ledger import consents_of, suppressions_of
from contacts.selectors.preferences import Preferences
from contacts.selectors.representation import members_on
from contacts.selectors.streams import names_of

#: For these, speaking for a member is a basis.
_BY_MEMBERSHIP = (Purpose.INVITATIONS, Purpose.ANNOUNCEMENTS)


@dataclass(frozen=True, slots=True)
class MailReason:
    """One kind of mail: whether it reaches the person, why it may, and what stops it."""

    label: str
    is_mailed: bool
    why: list[str]
    stops: list[str]


def mail_reasons(contact: Contact, shown: Preferences, day: date) -> list[MailReason]:
    """Return every kind of mailing, and every group that the person has to do with.

    `shown` are the person's preferences on `day`. A fixed number of queries.
    """
    consents = [row for row in consents_of(contact) if row.withdrawn_at is None]
    stops = list(suppressions_of(contact))
    memberships = _memberships(contact, day)
    groups = [(choice.group.purpose, choice.group.slug) for choice in shown.groups]
    known = {(row.purpose, row.topic) for row in consents}
    known |= {(row.purpose, row.topic) for row in stops}
    asked = [(str(each), "") for each in Purpose if each in MAILING_PURPOSES]
    asked += [each for each in groups if each in known]
    names = names_of({*asked, *known})
    return [
        MailReason(
            label=names[purpose, topic],
            is_mailed=purpose in shown.purposes or (bool(topic) and topic in shown.joined),
            why=[*_by_membership(purpose, memberships), *_by_consent(purpose, topic, consents)]
            or [_no_basis(purpose)],
            stops=list(_stopped_by(purpose, topic, stops, contact)),
        )
        for purpose, topic in asked
    ]


def _memberships(contact: Contact, day: date) -> list[str]:
    """The members for which the person speaks on `day`, by name."""
    places = Representation.objects.on(day).filter(contact=contact)
    members = Organisation.objects.filter(members_on(day), pk__in=places.values("organisation"))
    return list(members.order_by("name_key").values_list("name", flat=True))


def _by_membership(purpose: str, members: list[str]) -> Iterator[str]:
    if purpose in _BY_MEMBERSHIP:
        for name in members:
            yield _("speaks for %(organisation)s, a member") % {"organisation": name}


def _by_consent(purpose: str, topic: str, consents: list[ConsentRecord]) -> Iterator[str]:
    for row in consents:
        if row.purpose != purpose or not _counts(row, topic):
            continue
        said = {
            "basis": row.get_basis_display(),
            "day": _day(row),
            "source": row.source_detail or row.get_source_display(),
        }
        words = _("%(basis)s since %(day)s (%(source)s)") % said
        yield f"{words}: {row.topic}" if row.topic and not topic else words


def _counts(row: ConsentRecord, topic: str) -> bool:
    if row.purpose in GROUP_PURPOSES:
        return row.topic == topic and row.basis in GROUP_BASES
    return row.basis not in (ConsentBasis.NONE, ConsentBasis.MEMBERSHIP)


def _no_basis(purpose: str) -> str:
    if purpose == Purpose.PARTICIPATION:
        return _("for the sessions they sign up for")
    if purpose in GROUP_PURPOSES:
        return _("has not joined, or left")
    return _("no basis: speaks for no member, and gave no consent")


def _stopped_by(
    purpose: str, topic: str, stops: list[Suppression], contact: Contact
) -> Iterator[str]:
    if not contact.address_key:
        yield _("no e-mail address")
    for row in stops:
        stops_all = row.scope == SuppressionScope.ALL or row.reason == SuppressionReason.HARD_BOUNCE
        if stops_all or (row.purpose == purpose and row.topic in ("", topic)):
            said = {"reason": row.get_reason_display(), "day": _day(row)}
            yield _("%(reason)s since %(day)s") % said


def _day(row: ConsentRecord | Suppression) -> str:
    moment = row.given_at if isinstance(row, ConsentRecord) else row.created_at
    return date_format(timezone.localtime(moment), "DATE_FORMAT")

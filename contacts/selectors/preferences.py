"""What a person gets from us, as the preferences page shows it."""

from dataclasses import dataclass
from datetime import date

from contacts.enums import MAILING_PURPOSES, Purpose, SuppressionReason
from contacts.models import ConsentRecord, Contact, OptInGroup, Suppression
from contacts.selectors.groups import groups_offered_to
from contacts.selectors.mailability import has_basis, suppressed


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group that is offered; `is_in` tells that the person joined and gets its mail."""

    group: OptInGroup
    is_in: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """`purposes` are those whose mailings reach the person; `is_blocked` tells that none can.

    `paused_until` is a day that is still to come, or the day itself.
    """

    purposes: frozenset[Purpose]
    groups: tuple[GroupChoice, ...]
    is_blocked: bool
    paused_until: date | None
    wants_less_mail: bool
    language: str
    form_of_address: str
    courtesy_title: str

    @property
    def joined(self) -> frozenset[str]:
        """The slugs of the groups that the person is in."""
        return frozenset(choice.group.slug for choice in self.groups if choice.is_in)

    @property
    def gets_anything(self) -> bool:
        return bool(self.purposes or self.joined)


def preferences_of(contact: Contact, day: date) -> Preferences:
    """Return what the person gets on `day`: not suppressed, and with a basis to mail.

    A fixed number of queries, however many groups there are.
    """
    topics = ConsentRecord.objects.filter(contact=contact, withdrawn_at=None).exclude(topic="")
    themes = list(topics.values_list("topic", flat=True))
    groups = list(groups_offered_to(contact))
    asked = {purpose: (purpose, "") for purpose in MAILING_PURPOSES}
    reached = _reached(contact, day, themes, [*asked.values(), *map(_stream, groups)])
    return Preferences(
        purposes=frozenset(purpose for purpose, stream in asked.items() if stream in reached),
        groups=tuple(GroupChoice(group, _stream(group) in reached) for group in groups),
        is_blocked=not contact.address_hash or _has_bounced(contact),
        paused_until=_still_ahead(contact.paused_until, day),
        wants_less_mail=contact.wants_less_mail,
        language=contact.language,
        form_of_address=contact.form_of_address,
        courtesy_title=contact.courtesy_title,
    )


def _stream(group: OptInGroup) -> tuple[Purpose, str]:
    return Purpose(group.purpose), group.slug


def _reached(
    contact: Contact, day: date, themes: list[str], streams: list[tuple[Purpose, str]]
) -> set[tuple[Purpose, str]]:
    """Return those of the (purpose, topic) whose mail reaches the person."""
    answers = {
        f"reached_{place}": ~suppressed(purpose, topic) & has_basis(purpose, day, themes, topic)
        for place, (purpose, topic) in enumerate(streams)
    }
    row = Contact.objects.filter(pk=contact.pk).annotate(**answers).values(*answers).first() or {}
    return {stream for place, stream in enumerate(streams) if row.get(f"reached_{place}")}


def _has_bounced(contact: Contact) -> bool:
    """Whether the address was said not to exist: the one thing that choosing does not undo."""
    return Suppression.objects.filter(
        address_hash=contact.address_hash, reason=SuppressionReason.HARD_BOUNCE
    ).exists()


def _still_ahead(until: date | None, day: date) -> date | None:
    return until if until and until >= day else None

"""Whom the date and place of a session concern, and which facts each of them holds.

Somebody holds what the last mail about the session told them; without any mail what held when they
signed up. Who holds something else than what is published has to hear of it, and nobody else.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from contacts.enums import Language, MailState
from contacts.models import Notice
from content.enums import SessionStatus
from content.models import Session
from content.selectors import has_begun, is_over, schedule_hash, told_hash
from participation import told
from participation.enums import LIVE, RegistrationState
from participation.models import Interest, Registration, ScheduleChange

#: The group of those who asked to be kept informed; the others are named by their state.
INTERESTED = "interested"

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody with an address who signed up or wants to be kept informed.

    Who did not confirm has no contact; who is only interested has no registration.
    """

    group: str
    contact_id: int | None
    registration_id: int | None
    address: str
    language: str
    since: datetime
    #: An interested person was mailed the date before.
    knows_date: bool = False

    @property
    def key(self) -> str:
        """What tells the person apart from all others of the session."""
        return f"r{self.registration_id}" if self.contact_id is None else f"c{self.contact_id}"


def people_to_tell(session: Session, now: datetime) -> list[Concerned]:
    """Return whom these facts of the session are news to; the session may be a draft of it.

    Of a session that has begun nothing is news any more, but for a cancellation before its end.
    A fixed number of queries.
    """
    if not is_news(session, now):
        return []
    people = concerned(session.pk)
    held, known = facts_held(session.pk, people), schedules_by_hash(session.pk)
    return [
        person
        for person in people
        if held[person.key]
        and differs(session, held[person.key], known.get(held[person.key]), person.group)
    ]


def differs(session: Session, held: str, schedule: Sequence[str] | None, group: str) -> bool:
    """Whether somebody of this group who holds these facts has to hear what holds now.

    A new link to the online room is news to those alone who are given it.
    """
    if held == told_hash(session):
        return False
    if schedule is None or group == RegistrationState.REGISTERED:
        return True
    *before, room, status = schedule
    *after, new_room, new_status = session.schedule()
    return (before, bool(room), status) != (after, bool(new_room), new_status)


def is_news(session: Session, now: datetime) -> bool:
    """Whether anybody has to hear of this session's date, place or status."""
    if session.status == SessionStatus.CANCELLED:
        return not is_over(session, now)
    return session.status != SessionStatus.HELD and not has_begun(session, now)


def concerned(session_id: int) -> list[Concerned]:
    """Return everybody with an address whom a change of the session concerns."""
    live = Registration.objects.filter(session=session_id, state__in=LIVE).order_by("pk")
    signed_up = live.values_list(
        *("pk", "contact_id", "state", "created_at", "address_key", "typed"),
        *("contact__address_key", "contact__language"),
    )
    people = [
        Concerned(
            group=state,
            contact_id=contact_id,
            registration_id=pk,
            address=(key if contact_id is None else address) or "",
            language=language or _language(typed),
            since=since,
        )
        for pk, contact_id, state, since, key, typed, address, language in signed_up
    ]
    known = {person.contact_id for person in people}
    interests = Interest.objects.filter(session=session_id).order_by("pk")
    people += [
        Concerned(
            group=INTERESTED,
            contact_id=contact_id,
            registration_id=None,
            address=address or "",
            language=language,
            since=since,
            knows_date=told_at is not None,
        )
        for contact_id, since, told_at, address, language in interests.values_list(
            *("contact_id", "since", "told_at", "contact__address_key", "contact__language")
        )
        if contact_id not in known
    ]
    return [person for person in people if person.address]


def person_of(session_id: int, *, contact_id: int | None, registration_id: int | None) -> Concerned:
    """Return one person as `facts_held` wants to have them, whatever their state."""
    rows = Registration.objects.filter(pk__in=[registration_id], session=session_id)
    found = rows.values_list("state", "created_at", "address_key").first()
    if found is None:
        wanted = Interest.objects.filter(session=session_id, contact=contact_id)
        since = wanted.values_list("since", flat=True).first()
        found = (INTERESTED, since or _NEVER, "")
    group, since, address = found
    return Concerned(
        group=group,
        contact_id=contact_id,
        registration_id=registration_id,
        address=address,
        language=Language.NL,
        since=since,
    )


def facts_held(session_id: int, people: Collection[Concerned]) -> dict[str, str]:
    """Return by `key` the hash of the facts that each holds; empty when that is not known."""
    last = _last_told(session_id, people)
    then = _facts_at(session_id)
    return {person.key: last.get(person.key) or then(person.since) for person in people}


def schedules_by_hash(session_id: int) -> dict[str, Sequence[str]]:
    """Return what is known of the schedules that the session has had, by the hash of each."""
    rows = ScheduleChange.objects.filter(session=session_id).values_list("before", "after")
    return {schedule_hash(each): each for row in rows for each in row if each}


def _language(typed: dict[str, str]) -> str:
    return typed["language"] if typed.get("language") in Language.values else Language.NL


def _last_told(session_id: int, people: Collection[Concerned]) -> dict[str, str]:
    """Return by `key` the hash that the latest mail about the session told."""
    one = next(iter(people)) if len(people) == 1 else None
    only = one.contact_id if one else None
    of_contact = {person.contact_id: person.key for person in people if person.contact_id}
    unconfirmed = {person.registration_id: person for person in people if person.contact_id is None}
    own = Registration.objects.filter(session=session_id)
    about = set((own.filter(contact=only) if only else own).values_list("pk", flat=True))
    to_contacts = Q(contact__in=own.values("contact")) | Q(
        contact__in=Interest.objects.filter(session=session_id).values("contact")
    )
    addresses = [person.address for person in unconfirmed.values()]
    to_addresses = Q(contact=None, address__in=addresses)
    wanted = to_contacts | to_addresses
    if one is not None:
        wanted = Q(contact=only) if only else to_addresses
    sent = Notice.objects.filter(wanted, state=MailState.SENT).exclude(told="")
    latest: dict[str, tuple[datetime, str]] = {}

    def note(key: str | None, at: datetime | None, said: str) -> None:
        if key and at and (key not in latest or latest[key] < (at, said)):
            latest[key] = (at, said)

    rows = sent.values_list("contact_id", "address", "context", "sent_at", "told")
    for contact_id, address, context, at, said in rows:
        ids = {context.get("registration"), *context.get("registrations", ())}
        if contact_id is None:
            mine = (unconfirmed[pk] for pk in ids if pk in unconfirmed)
            for person in mine:
                note(person.key if person.address == address else None, at, said)
        elif context.get("session") == session_id or ids & about:
            note(of_contact.get(contact_id), at, said)
    for source in told.SOURCES if of_contact else ():
        for contact_id, at, said in source(session_id, only):
            note(of_contact.get(contact_id), at, said)
    return {key: said for key, (_at, said) in latest.items()}


def _facts_at(session_id: int) -> Callable[[datetime], str]:
    """Return what tells the hash of the facts that held at a moment, as far as is known."""
    changes = list(
        ScheduleChange.objects.filter(session=session_id)
        .order_by("version")
        .values_list("made_at", "before", "after")
    )

    def facts(moment: datetime) -> str:
        if not changes:
            return ""
        held = changes[0][1]
        for made_at, _before, after in changes:
            if made_at > moment:
                break
            held = after
        return schedule_hash(held) if held else ""

    return facts


def groups_of(people: Collection[Concerned]) -> list[tuple[str, int]]:
    """Return (group, number) of those that occur, in the order in which people expect them."""
    order = (
        RegistrationState.REGISTERED,
        RegistrationState.OFFERED,
        RegistrationState.WAITING,
        RegistrationState.PENDING,
        RegistrationState.UNCONFIRMED,
        INTERESTED,
    )
    counted = [(str(group), sum(person.group == group for person in people)) for group in order]
    return [(group, number) for group, number in counted if number]

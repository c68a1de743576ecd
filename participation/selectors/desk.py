"""What an organiser sees of a session: who is in, who waits, who is to be decided about."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from contacts.models import Representation
from content.enums import QuestionKind
from content.models import Session
from content.questions import Question, questions_of
from participation.enums import LIVE, RegistrationState
from participation.models import Registration
from participation.selectors.registrations import went_elsewhere
from participation.selectors.sessions import day_of
from participation.selectors.tallies import Tally, tally_answers

_S = RegistrationState


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One sign-up. `also` names the other organisations that the person speaks for that day."""

    registration: Registration
    name: str
    email: str
    organisation: str
    function: str
    also: tuple[str, ...] = ()
    #: The session to which the person went instead.
    went_to: Session | None = None

    @property
    def pk(self) -> int:
        return self.registration.pk


@dataclass(frozen=True, slots=True)
class Desk:
    """The sign-ups of a session by what has to be done; `private` are numbers without names."""

    pending: list[DeskRow] = field(default_factory=list)
    registered: list[tuple[str, list[DeskRow]]] = field(default_factory=list)
    waiting: list[DeskRow] = field(default_factory=list)
    offered: list[DeskRow] = field(default_factory=list)
    unconfirmed: list[DeskRow] = field(default_factory=list)
    cancelled: list[DeskRow] = field(default_factory=list)
    transferred: list[DeskRow] = field(default_factory=list)
    moved: list[DeskRow] = field(default_factory=list)
    rejected: list[DeskRow] = field(default_factory=list)
    private: list[Tally] = field(default_factory=list)

    @property
    def registered_count(self) -> int:
        return sum(len(rows) for _organisation, rows in self.registered)

    @property
    def seated_count(self) -> int:
        return self.registered_count + len(self.offered)

    @property
    def is_empty(self) -> bool:
        return not any(
            (self.pending, self.registered, self.waiting, self.offered, self.unconfirmed)
        ) and not any((self.cancelled, self.transferred, self.moved, self.rejected))


def desk_of(session: Session, *, language: str, now: datetime) -> Desk:
    """Return the sign-ups of the session: four queries, however many there are."""
    rows = desk_rows(session, now)
    by_state: dict[str, list[DeskRow]] = {state: [] for state in _S}
    for row in rows:
        by_state[row.registration.state].append(row)
    cancelled = by_state[_S.CANCELLED]
    return Desk(
        pending=by_state[_S.PENDING],
        registered=by_organisation(by_state[_S.REGISTERED]),
        waiting=by_state[_S.WAITING],
        offered=by_state[_S.OFFERED],
        unconfirmed=by_state[_S.UNCONFIRMED],
        cancelled=[row for row in cancelled if row.went_to is None],
        transferred=by_state[_S.TRANSFERRED],
        moved=[row for row in cancelled if row.went_to is not None],
        rejected=by_state[_S.REJECTED],
        private=private_tallies(session, rows, language),
    )


def desk_rows(session: Session, now: datetime) -> list[DeskRow]:
    """Return every sign-up of the session in the order of arrival, which is that of waiting."""
    elsewhere = {
        row.moved_from_id: row.session
        for row in Registration.objects.filter(
            moved_from__in=went_elsewhere().filter(session=session)
        ).select_related("session")
    }
    return [desk_row(each, elsewhere.get(each.pk)) for each in with_people(session, now)]


def desk_row(registration: Registration, went_to: Session | None = None) -> DeskRow:
    """Return one sign-up as a line; see `with_people`."""
    contact, typed = registration.contact, registration.typed
    own = registration.representation
    names = ("given_name", "family_name_prefix", "family_name")
    organisation = registration.organisation
    spoken: list[Representation] = getattr(contact, "spoken", [])
    return DeskRow(
        registration=registration,
        name=contact.full_name or contact.email
        if contact
        else " ".join(filter(None, (str(typed.get(name) or "") for name in names))),
        email=contact.email if contact else str(typed.get("email", "")),
        organisation=organisation.name if organisation else str(typed.get("organisation", "")),
        function=(own.function if own else "") or str(typed.get("function", "")),
        also=tuple(
            each.organisation.name
            for each in spoken
            if organisation and each.organisation_id != organisation.pk
        ),
        went_to=went_to,
    )


def with_people(session: Session, now: datetime) -> QuerySet[Registration]:
    """Return the sign-ups of the session with all that a line about one needs."""
    spoken = Representation.objects.on(day_of(session, now)).select_related("organisation")
    return (
        Registration.objects.filter(session=session)
        .select_related("session", "contact", "organisation", "representation")
        .prefetch_related(Prefetch("contact__representations", spoken, to_attr="spoken"))
        .order_by("created_at", "pk")
    )


def by_organisation(rows: Iterable[DeskRow]) -> list[tuple[str, list[DeskRow]]]:
    """Group by the organisation for which people come, by name; who comes for none stands last."""
    groups: dict[str, list[DeskRow]] = {}
    for row in rows:
        groups.setdefault(row.organisation, []).append(row)
    for people in groups.values():
        people.sort(key=_sort_key)
    return sorted(groups.items(), key=lambda pair: (not pair[0], pair[0].casefold()))


def private_tallies(session: Session, rows: Iterable[DeskRow], language: str) -> list[Tally]:
    """Count the answers to the private questions of who is in, or may yet be."""
    asked = [each for each in questions_of(session, language) if each.private]
    given = [row.registration.private_answers for row in rows if row.registration.state in LIVE]
    return [_without_names(tally) for tally in tally_answers(asked, given)]


def typed_answers(row: DeskRow, questions: Iterable[Question]) -> list[tuple[str, str]]:
    """Return what somebody answered to these questions, as pairs of words."""
    given = row.registration.answers or row.registration.typed.get("answers", {})
    return [(each.text, each.in_words(given[each.id])) for each in questions if given.get(each.id)]


def _without_names(tally: Tally) -> Tally:
    """Count texts that are the same but for capitals; who wrote which is not told."""
    if tally.question.kind not in (QuestionKind.LINE, QuestionKind.TEXT):
        return tally
    counted = Counter(" ".join(text.casefold().split()) for text in tally.texts)
    return Tally(question=tally.question, options=counted.most_common(), texts=[])


def _sort_key(row: DeskRow) -> str:
    contact = row.registration.contact
    return contact.sort_key if contact else row.name.casefold()

"""What an entry does to the contact base: decided here, written by services.

`decide` is a pure function of an entry and of what is known about the people and organisations in
it. The rules are those of the glossary's *import*: the same address with another name is a
conflict, an empty cell keeps the value, no period ends, and nobody who unsubscribed comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from django.utils.translation import gettext as _

from contacts.enums import RowOutcome
from contacts.imports.entries import Consent, Entry, Remark, organisation_names
from contacts.names import name_key, same_name, whole_name_key

#: Filled in when it is not known yet, never replaced: a name identifies.
_NAME_FIELDS = ("title", "given_name", "initials", "family_name_prefix", "family_name")
#: Replaced by what a filled cell says.
_OPEN_FIELDS = ("language", "phone")


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as the contact base, or an earlier row, knows them.

    `functions` is what they do for each organisation they speak for, by the organisation's key.
    """

    id: int
    address_key: str = ""
    title: str = ""
    given_name: str = ""
    initials: str = ""
    family_name_prefix: str = ""
    family_name: str = ""
    language: str = ""
    phone: str = ""
    functions: Mapping[str, str] = field(default_factory=dict)
    consents: frozenset[Consent] = frozenset()

    @property
    def name_key(self) -> str:
        return whole_name_key(
            self.given_name, self.initials, self.family_name_prefix, self.family_name
        )


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    """An organisation by its key, with what an import may add to it."""

    key: str
    name: str
    is_member: bool = False
    themes: frozenset[str] = frozenset()
    website: str = ""


@dataclass(frozen=True, slots=True)
class Affiliation:
    """What a row does to one organisation and to the person's place in it."""

    organisation: KnownOrganisation
    is_new: bool
    joins: bool
    function: str
    themes: tuple[str, ...]
    membership: str
    website: str

    @property
    def changes(self) -> bool:
        return bool(
            self.is_new
            or self.joins
            or self.function
            or self.themes
            or self.membership
            or self.website
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row. `person` is whom it is about, None for a new one or nobody."""

    outcome: RowOutcome
    remarks: tuple[Remark, ...] = ()
    person: KnownPerson | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    address_key: str = ""
    affiliations: tuple[Affiliation, ...] = ()
    consent: Consent | None = None
    member_since: date | None = None
    #: Of an organisation that is new.
    kind: str = ""
    country: str = ""

    @property
    def is_written(self) -> bool:
        return self.outcome in (RowOutcome.CREATED, RowOutcome.UPDATED)


class Known(Protocol):
    """What is known, to look things up in."""

    def person_of(self, address_key: str) -> KnownPerson | None: ...

    def people_named(self, name: str, organisation: str) -> tuple[KnownPerson, ...]: ...

    def organisations_called(self, name: str) -> tuple[KnownOrganisation, ...]: ...

    def theme_of(self, name: str) -> str | None: ...

    def is_erased(self, address_key: str) -> bool: ...

    def is_suppressed(self, address_key: str) -> bool: ...


def decide(entry: Entry, known: Known) -> Decision:
    """Return what the entry does."""
    if entry.problem:
        return _refused(RowOutcome.SKIPPED, entry.problem)
    if entry.address_key and known.is_erased(entry.address_key):
        text = _("This person was erased at their own request.")
        return _refused(RowOutcome.SKIPPED, Remark("erased", text))
    organisations = _organisations(entry, known)
    if isinstance(organisations, Remark):
        return _refused(RowOutcome.SKIPPED, organisations)
    if not entry.address_key and not (entry.name_key and organisations):
        text = _("Give an e-mail address, or else a name and an organisation.")
        return _refused(RowOutcome.SKIPPED, Remark("nobody", text))
    person = _match(entry, organisations, known)
    if isinstance(person, Remark):
        return _refused(RowOutcome.CONFLICT, person)
    return _changes(entry, person, organisations, known)


def _refused(outcome: RowOutcome, remark: Remark) -> Decision:
    return Decision(outcome=outcome, remarks=(remark,))


def _organisations(entry: Entry, known: Known) -> list[KnownOrganisation] | Remark:
    """Return the organisations of the cell; a joint affiliation ("A / B") gives two."""
    if not entry.organisation:
        return []
    whole, *parts = organisation_names(entry)
    names = [whole] if not parts or known.organisations_called(whole) else parts
    found: dict[str, KnownOrganisation] = {}
    for name in names:
        called = known.organisations_called(name)
        if len(called) > 1:
            text = _("“%(name)s” may be: %(organisations)s. Write the name in full.")
            candidates = ", ".join(sorted(each.name for each in called))
            return Remark("name_ambiguous", text % {"name": name, "organisations": candidates})
        key = name_key(name)
        if key:
            one = called[0] if called else KnownOrganisation(key=key, name=name)
            found[one.key] = one
    return list(found.values())


def _match(
    entry: Entry, organisations: list[KnownOrganisation], known: Known
) -> KnownPerson | Remark | None:
    """Return whom the row is about: by address, else by name and organisation; None if new."""
    person = known.person_of(entry.address_key) if entry.address_key else None
    if person:
        if same_name(person, entry):
            return person
        text = _("This address belongs to somebody with another name. A shared address?")
        return Remark("other_name", text)
    if not entry.name_key:
        return None
    namesakes = {
        each.id: each
        for organisation in organisations
        for each in known.people_named(entry.name_key, organisation.key)
    }
    if len(namesakes) > 1:
        return Remark("several_people", _("Several people have this name at this organisation."))
    if not namesakes:
        return None
    (person,) = namesakes.values()
    if entry.address_key and person.address_key:
        text = _("This person is known at this organisation under another address.")
        return Remark("other_address", text)
    return person


def _changes(
    entry: Entry,
    person: KnownPerson | None,
    organisations: list[KnownOrganisation],
    known: Known,
) -> Decision:
    themes, remarks = _themes(entry, organisations, known)
    affiliations = tuple(
        _affiliation(entry, person, organisation, themes, known) for organisation in organisations
    )
    remarks += [_new_organisation(each) for each in affiliations if each.is_new]
    consent = entry.consent
    if entry.address_key and known.is_suppressed(entry.address_key):
        consent = None
        text = _("This address is unsubscribed or cannot be reached, and stays so.")
        remarks.append(Remark("suppressed", text))
    if person and consent in person.consents:
        consent = None
    changed = _values(entry, person)
    is_changed = changed or consent or any(each.changes for each in affiliations)
    outcome = RowOutcome.UPDATED if is_changed else RowOutcome.UNCHANGED
    return Decision(
        outcome=outcome if person else RowOutcome.CREATED,
        remarks=(*entry.remarks, *remarks),
        person=person,
        values=changed,
        address_key=entry.address_key,
        affiliations=tuple(each for each in affiliations if each.changes),
        consent=consent,
        member_since=entry.member_since,
        kind=entry.kind,
        country=entry.country,
    )


def _values(entry: Entry, person: KnownPerson | None) -> dict[str, str]:
    """Return the person's fields that change."""
    changed = {}
    for name in (*_NAME_FIELDS, *_OPEN_FIELDS):
        new, old = getattr(entry, name), getattr(person, name) if person else ""
        if new and new != old and not (old and name in _NAME_FIELDS):
            changed[name] = new
    if entry.address_key and not (person and person.address_key):
        changed["email"] = entry.email
    return changed


def _affiliation(
    entry: Entry,
    person: KnownPerson | None,
    organisation: KnownOrganisation,
    themes: list[str],
    known: Known,
) -> Affiliation:
    functions = person.functions if person else {}
    joins = organisation.key not in functions
    function = entry.function if entry.function != functions.get(organisation.key, "") else ""
    return Affiliation(
        organisation=organisation,
        is_new=not known.organisations_called(organisation.name),
        joins=joins,
        function=function,
        themes=tuple(slug for slug in themes if slug not in organisation.themes),
        membership="" if organisation.is_member else entry.membership,
        website="" if organisation.website else entry.website,
    )


def _themes(
    entry: Entry, organisations: list[KnownOrganisation], known: Known
) -> tuple[list[str], list[Remark]]:
    """Return the slugs of the row's themes, and remarks on those that do not exist."""
    if entry.themes and not organisations:
        text = _("The theme is left out: themes belong to an organisation, and none is named.")
        return [], [Remark("theme_homeless", text)]
    found = {name: known.theme_of(name) for name in entry.themes}
    text = _("There is no theme “%(theme)s”; it is left out.")
    unknown = [
        Remark("theme_unknown", text % {"theme": name[:60]})
        for name, slug in found.items()
        if slug is None
    ]
    return [slug for slug in found.values() if slug is not None], unknown


def _new_organisation(affiliation: Affiliation) -> Remark:
    text = _("New organisation: %(name)s.") % {"name": affiliation.organisation.name}
    return Remark("organisation_new", text)

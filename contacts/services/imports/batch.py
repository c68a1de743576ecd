"""What a run of decided rows makes and changes, gathered row by row before it is written.

Two rows of a run may say something about one person; what is written is what the last one leaves.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from contacts.addresses import address_hash
from contacts.imports.entries import Consent
from contacts.imports.planning import Affiliation, Decision, KnownOrganisation, KnownPerson

#: {attribute: value}
Row = dict[str, Any]

#: {field: [before, after]}
Pairs = dict[str, list[Any]]


class Batch:
    """What is to be written, in the order of the file.

    People and organisations that do not exist yet are known by what the roster calls them: an id
    below 0, and a key.
    """

    def __init__(self, *, file_name: str, now: datetime) -> None:
        self.file_name = file_name
        self.now = now
        self.today = timezone.localdate(now)
        #: New rows, by what the roster calls them.
        self.people: dict[int, Row] = {}
        self.organisations: dict[str, Row] = {}
        #: What changes of rows that are there, by id.
        self.people_values: dict[int, Pairs] = {}
        self.organisation_values: dict[int, Pairs] = {}
        self.functions: dict[int, Pairs] = {}
        #: What comes to people and organisations, new or not.
        self.places: dict[tuple[int, str], tuple[KnownOrganisation, str]] = {}
        self.consents: list[tuple[int, Consent]] = []
        self.memberships: list[tuple[KnownOrganisation, str, date]] = []
        self.aliases: list[tuple[KnownOrganisation, str]] = []
        self.themes: list[tuple[KnownOrganisation, str]] = []
        #: People who were there, what the audit log says of them, and what it calls everybody.
        self.touched: set[int] = set()
        self.changes: dict[int, dict[str, tuple[Any, Any]]] = {}
        self.names: dict[int, str] = {}

    def add(self, decision: Decision, *, person: KnownPerson | None, source: str) -> None:
        """Gather one row; `person` is who it is about, as they are after it.

        `source` is where the file says the address comes from, "" when it does not say.
        """
        if not decision.is_written:
            return
        if person:
            self.names[person.id] = person.full_name or person.address_key
            self._add_person(decision, person.id, source)
        for affiliation in decision.affiliations:
            self._add_organisation(affiliation)
            if person:
                self._add_place(affiliation, person.id)
        if person and decision.consent:
            self.consents.append((person.id, decision.consent))
            self._note(person.id, "consent", "", decision.consent.purpose)

    def _add_person(self, decision: Decision, person_id: int, source: str) -> None:
        values: dict[str, Any] = dict(decision.values)
        if "email" in values:
            key = decision.address_key
            values |= {"address_key": key, "address_hash": address_hash(key)}
            values["address_source"] = source or f"Import: {self.file_name}"[:200]
        held = decision.person.tags if decision.person else ()
        if decision.tags:
            values["tags"] = [*held, *decision.tags]
        if decision.person is None:
            self.people[person_id] = {"created_at": self.now} | values
        elif person_id < 0:
            self.people[person_id] |= values
        else:
            self.touched.add(person_id)
            self._change_person(decision.person, values)

    def _change_person(self, person: KnownPerson, values: Mapping[str, Any]) -> None:
        for name, after in values.items():
            before = _before(person, name)
            _pair(self.people_values, person.id, name, before, after)
            if name not in ("address_key", "address_hash"):
                self._note(person.id, name, before, after)

    def _add_organisation(self, affiliation: Affiliation) -> None:
        known = affiliation.organisation
        if affiliation.is_new:
            name = " ".join(known.name.split())
            row = {"name": name, "name_key": known.key, "reviewed": False}
            self.organisations[known.key] = {**row, **affiliation.values}
        elif known.id < 0:
            self.organisations[known.key] |= affiliation.values
        else:
            for field, value in affiliation.values.items():
                before = getattr(known, field)
                _pair(self.organisation_values, known.id, field, before, value)
        if affiliation.membership:
            since = affiliation.member_since or self.today
            self.memberships.append((known, affiliation.membership, since))
        self.aliases += [(known, alias) for alias in affiliation.aliases]
        self.themes += [(known, slug) for slug in affiliation.themes]

    def _add_place(self, affiliation: Affiliation, person_id: int) -> None:
        known, place, function = affiliation.organisation, affiliation.place, affiliation.function
        if affiliation.joins:
            self.places[person_id, known.key] = (known, function)
            if person_id > 0:
                self._note(person_id, "organisations", "", _place_words(known, function))
        elif place and function:
            before = place.function
            if place.id:
                _pair(self.functions, place.id, "function", before, function)
            else:
                self.places[person_id, known.key] = (known, function)
            words = _place_words(known, before), _place_words(known, function)
            self._note(person_id, "organisations", *words)

    def _note(self, person_id: int, name: str, before: Any, after: Any) -> None:
        """Remember a change of somebody who was there, for the audit log."""
        if person_id < 0:
            return
        noted = self.changes.setdefault(person_id, {})
        if name in noted:
            before, last = noted[name]
            after = f"{last}, {after}" if name in ("organisations", "consent") else after
        noted[name] = (before, after)


def _pair(pairs: dict[int, Pairs], pk: int, name: str, before: Any, after: Any) -> None:
    """Note a change of a field; of two changes in one run the first value is the one before."""
    known = pairs.setdefault(pk, {})
    known[name] = [known[name][0] if name in known else before, after]


def _before(person: KnownPerson, name: str) -> Any:
    """Return what the person has in a field now. Only who has no address gets one."""
    if name in ("email", "address_hash"):
        return ""
    if name == "address_key":
        return None
    return list(person.tags) if name == "tags" else getattr(person, name)


def _place_words(known: KnownOrganisation, function: str) -> str:
    return f"{known.name} ({function})" if function else known.name

"""What the contact base knows about the people and organisations in a run of entries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q

from contacts.addresses import address_hash
from contacts.enums import SuppressionReason
from contacts.imports.entries import Consent, Entry, organisation_names
from contacts.imports.planning import (
    Affiliation,
    Decision,
    KnownOrganisation,
    KnownPerson,
    Place,
)
from contacts.models import (
    ConsentRecord,
    Contact,
    Membership,
    Organisation,
    OrganisationAlias,
    Representation,
    Suppression,
    Theme,
)
from contacts.names import name_key
from contacts.selectors.colleagues import Colleagues

_PERSON = (
    "id",
    "address_key",
    "title",
    "given_name",
    "initials",
    "family_name_prefix",
    "family_name",
    "language",
    "phone",
    "time_zone",
    "address_source",
    "tags",
)


#: What a file can say of an organisation beside its name.
_ABOUT_ORGANISATIONS = frozenset(
    {"kind", "country", "website", "themes", "aliases", "member", "member_since"}
)


class Roster:
    """The register that `decide` looks things up in, read from the database run by run.

    `note` adds what a row does, so that a later row knows it; in a dry run nothing else does.
    Before a run that is written, `forget` drops what others may have changed since.
    """

    def __init__(self, *, today: date, fields: Collection[str]) -> None:
        """`fields` are what the file has columns for: what concerns no other is read."""
        self._today = today
        self._fields = frozenset(fields)
        self._colleagues = Colleagues(today=today)
        self._themes: dict[str, str] = {}
        self._organisations: dict[str, KnownOrganisation] = {}
        self._called: dict[str, tuple[str, ...]] = {}
        self.forget()

    def forget(self) -> None:
        """Know nobody any more, so that the next reading reads them anew.

        Which organisations there are is kept in mind, unless the file says more of them than their
        names: when one is gone meanwhile, the database refuses a place there.
        """
        self._people: dict[int, KnownPerson] = {}
        self._by_address: dict[str, int] = {}
        self._by_name: dict[tuple[str, str], set[int]] = {}
        if self._fields & _ABOUT_ORGANISATIONS:
            self._organisations, self._called = {}, {}
        self._suppressed: dict[str, bool] = {}
        self._noted: list[KnownPerson] = []
        self._made = 0

    # --- what is known ------------------------------------------------------------------------

    def person_of(self, address_key: str) -> KnownPerson | None:
        found = self._by_address.get(address_key)
        return None if found is None else self._people[found]

    def people_named(self, name: str, organisation: str) -> tuple[KnownPerson, ...]:
        return tuple(self._people[each] for each in self._by_name.get((name, organisation), ()))

    def organisations_called(self, name: str) -> tuple[KnownOrganisation, ...]:
        return tuple(self._organisations[key] for key in self._called.get(name_key(name), ()))

    def theme_of(self, name: str) -> str | None:
        return self._themes.get(name_key(name))

    def is_suppressed(self, address_key: str) -> bool:
        return address_key in self._suppressed

    def is_erased(self, address_key: str) -> bool:
        return self._suppressed.get(address_key, False)

    # --- reading ------------------------------------------------------------------------------

    def read(self, entries: Sequence[Entry]) -> None:
        """Read what concerns these entries: a dozen queries at most, however many they are.

        What earlier rows did, noted here, is kept.
        """
        if "themes" in self._fields and not self._themes:
            self._read_themes()
        self._read_organisations(entries)
        self._read_people(entries)
        self._read_suppressions(entries)

    def _read_themes(self) -> None:
        for names in Theme.objects.values_list("slug", "name_nl", "name_en"):
            self._themes |= {name_key(name): names[0] for name in names if name}

    def _read_organisations(self, entries: Sequence[Entry]) -> None:
        keys = {name_key(name) for entry in entries for name in organisation_names(entry)}
        keys |= {name_key(alias) for entry in entries for alias in entry.aliases}
        keys -= {"", *self._called}
        if not keys:
            return
        owners: dict[str, list[int]] = defaultdict(list)
        aliases = OrganisationAlias.objects.filter(name_key__in=keys).order_by("organisation")
        for alias, owner in aliases.values_list("name_key", "organisation_id"):
            owners[alias].append(owner)
        wanted = Q(name_key__in=keys) | Q(
            pk__in={each for some in owners.values() for each in some}
        )
        found = _known_organisations(wanted, self._today, self._fields)
        for own in found.values():
            self._organisations.setdefault(own.key, own)
            self._called[own.key] = (own.key,)
        for alias, ids in owners.items():  # an organisation's own name goes before an alias
            self._called.setdefault(alias, tuple(found[each].key for each in ids))

    def _read_people(self, entries: Sequence[Entry]) -> None:
        addresses = {entry.address_key for entry in entries if entry.address_key}
        rows = _people(Q(address_key__in=addresses - self._by_address.keys()))
        reached = self._by_address.keys() | {row["address_key"] for row in rows.values()}
        wanted = {row["merged_into_id"] for row in rows.values() if row["merged_into_id"]}
        wanted |= self._namesakes(entry for entry in entries if entry.address_key not in reached)
        if wanted := wanted - rows.keys() - self._people.keys():
            rows |= _people(Q(pk__in=wanted))
        for person in _known_people(rows, self._today, self._fields):
            if person.id not in self._people:
                self._keep(person)

    def _namesakes(self, entries: Iterable[Entry]) -> set[int]:
        """Return the ids of who may have the name of an entry at an organisation of that entry."""
        return self._colleagues.named(
            (entry.name_key, self._organisations[key].id)
            for entry in entries
            if entry.organisation and entry.name_key
            for name in organisation_names(entry)
            for key in self._called.get(name_key(name), ())
        )

    def _read_suppressions(self, entries: Sequence[Entry]) -> None:
        addresses = {entry.address_key for entry in entries} | self._by_address.keys()
        by_hash = {address_hash(key): key for key in addresses if key}
        rows = Suppression.objects.filter(address_hash__in=by_hash)
        for hashed, reason in rows.values_list("address_hash", "reason"):
            key, erased = by_hash[hashed], reason == SuppressionReason.ERASED
            self._suppressed[key] = self._suppressed.get(key, False) or erased

    # --- what rows do -------------------------------------------------------------------------

    def note(self, decision: Decision) -> KnownPerson | None:
        """Remember what a row does; returns the person as they are after it, None for nobody.

        One who is new has an id below 0.
        """
        if not decision.is_written:
            return None
        for affiliation in decision.affiliations:
            self._note_organisation(affiliation)
        if not decision.is_about_person:
            return None
        person = self._changed(decision)
        self._keep(person)
        self._noted.append(person)
        return person

    def settle(
        self, *, people: Mapping[int, int], organisations: Mapping[str, int], newest_place: int
    ) -> None:
        """Keep in mind who was noted, now that they are written.

        Given are the ids of those who were new, and the highest id of a place.
        """
        for key, pk in organisations.items():
            self._organisations[key] = replace(self._organisations[key], id=pk)
        self._colleagues.begin_with(organisations.values())
        for person in self._noted:
            for key in person.places.keys() & self._organisations.keys():
                pk = people.get(person.id, person.id)
                self._colleagues.add(pk, person.name_key, self._organisations[key].id)
        self._colleagues.skip_to(newest_place)

    def _changed(self, decision: Decision) -> KnownPerson:
        changed: dict[str, Any] = dict(decision.values)
        changed.pop("email", None)
        places = {
            each.organisation.key: Place(
                each.place.id if each.place else 0,
                each.function or (each.place.function if each.place else ""),
            )
            for each in decision.affiliations
            if each.joins or each.function
        }
        consents = frozenset({decision.consent} if decision.consent else ())
        person = decision.person
        if person is None:
            return KnownPerson(
                **{"language": "nl"} | changed,
                id=self._next_id(),
                address_key=decision.address_key,
                tags=decision.tags,
                places=places,
                consents=consents,
            )
        return replace(
            person,
            address_key=person.address_key or decision.address_key,
            tags=person.tags + decision.tags,
            places={**person.places, **places},
            consents=person.consents | consents,
            **changed,
        )

    def _note_organisation(self, affiliation: Affiliation) -> None:
        if not affiliation.changes_organisation:
            return
        before = affiliation.organisation
        aliases = {name_key(alias) for alias in affiliation.aliases}
        self._organisations[before.key] = replace(
            before,
            id=before.id or self._next_id(),
            is_member=before.is_member or bool(affiliation.membership),
            themes=before.themes | set(affiliation.themes),
            aliases=before.aliases | aliases,
            **affiliation.values,
        )
        self._called.setdefault(before.key, (before.key,))
        for alias in aliases:
            others = self._called.get(alias, ())
            if alias not in others:
                self._called[alias] = (*others, before.key)

    def _next_id(self) -> int:
        self._made += 1
        return -self._made

    def _keep(self, person: KnownPerson) -> None:
        self._people[person.id] = person
        for known in (person, *person.former):
            if known.address_key:
                self._by_address[known.address_key] = person.id
            for organisation in person.places:
                key = (known.name_key, organisation)
                self._by_name.setdefault(key, set()).add(person.id)


def _known_organisations(
    wanted: Q, today: date, fields: frozenset[str]
) -> dict[int, KnownOrganisation]:
    """Return organisations by id, as far as the fields are about them: in four queries at most."""
    names = ("name_key", "name", "kind", "country", "website")
    found = {
        row[0]: row[1:] for row in Organisation.objects.filter(wanted).values_list("id", *names)
    }
    themes, aliases = defaultdict(set), defaultdict(set)
    if "themes" in fields:
        linked = Organisation.themes.through.objects.filter(organisation__in=found)
        for owner, slug in linked.values_list("organisation_id", "theme__slug"):
            themes[owner].add(slug)
    if "aliases" in fields:
        named = OrganisationAlias.objects.filter(organisation__in=found)
        for owner, key in named.values_list("organisation_id", "name_key"):
            aliases[owner].add(key)
    member_ids: set[int] = set()
    if fields & {"member", "member_since"}:
        members = Membership.objects.not_over(today).filter(organisation__in=found)
        member_ids = set(members.values_list("organisation_id", flat=True))
    return {
        pk: KnownOrganisation(
            key=key,
            name=name,
            id=pk,
            is_member=pk in member_ids,
            themes=frozenset(themes.get(pk, ())),
            aliases=frozenset(aliases.get(pk, ())),
            kind=kind,
            country=country,
            website=website,
        )
        for pk, (key, name, kind, country, website) in found.items()
    }


def _people(wanted: Q) -> dict[int, dict[str, Any]]:
    """Return the rows of people who are not erased by id, those merged into another among them."""
    rows = Contact.objects.filter(wanted, erased_at=None).values(*_PERSON, "merged_into_id")
    return {row["id"]: row for row in rows}


def _known_people(
    rows: dict[int, dict[str, Any]], today: date, fields: frozenset[str]
) -> list[KnownPerson]:
    """Return people with their places, consents and what they were called before a merge."""
    ids = [pk for pk, row in rows.items() if not row["merged_into_id"]]
    if not ids:
        return []
    places: dict[int, dict[str, Place]] = defaultdict(dict)
    live = Representation.objects.not_over(today).filter(contact__in=ids).order_by("pk")
    for pk, owner, key, function in live.values_list(
        "pk", "contact_id", "organisation__name_key", "function"
    ):
        places[owner].setdefault(key, Place(pk, function))
    consents = defaultdict(set)
    if "basis" in fields:
        records = ConsentRecord.objects.filter(contact__in=ids, topic="", withdrawn_at=None)
        said = records.values_list("contact_id", "purpose", "basis", "source_detail")
        for owner, *what in said:
            consents[owner].add(Consent(*what))
    former = defaultdict(list)
    for row in _people(Q(merged_into__in=ids)).values():
        former[row["merged_into_id"]].append(_known_person(row))
    return [
        _known_person(
            rows[pk],
            places=places.get(pk, {}),
            consents=frozenset(consents.get(pk, ())),
            former=tuple(former.get(pk, ())),
        )
        for pk in ids
    ]


def _known_person(row: dict[str, Any], **more: Any) -> KnownPerson:
    values = {name: row[name] for name in _PERSON}
    values["address_key"] = row["address_key"] or ""
    values["tags"] = tuple(row["tags"])
    return KnownPerson(**values, **more)

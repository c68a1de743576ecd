"""What the contact base knows about the people and organisations in a run of entries."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from contacts.addresses import address_hash
from contacts.enums import SuppressionReason
from contacts.imports.entries import Consent, Entry, organisation_names
from contacts.imports.planning import Affiliation, Decision, KnownOrganisation, KnownPerson
from contacts.models import (
    ConsentRecord,
    Contact,
    Membership,
    Organisation,
    Representation,
    Suppression,
    Theme,
)
from contacts.names import name_key


class Roster:
    """The register that `decide` looks things up in, read from the database run by run.

    `note` adds what a row does, so that a later row knows it; in a dry run nothing else does.
    """

    def __init__(self, *, today: date) -> None:
        self._today = today
        self._people: dict[int, KnownPerson] = {}
        self._by_address: dict[str, int] = {}
        self._by_name: dict[tuple[str, str], set[int]] = {}
        self._organisations: dict[str, KnownOrganisation] = {}
        self._called: dict[str, tuple[str, ...]] = {}
        self._themes: dict[str, str] = {}
        self._suppressed: dict[str, bool] = {}

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
        """Read what concerns these entries: nine queries, however many they are.

        What earlier rows did, noted here, is kept.
        """
        self._read_themes()
        self._read_organisations(entries)
        self._read_people(entries)
        self._read_suppressions({entry.address_key for entry in entries if entry.address_key})

    def _read_themes(self) -> None:
        for theme in Theme.objects.all():
            for name in (theme.slug, theme.name_nl, theme.name_en):
                if name:
                    self._themes[name_key(name)] = theme.slug

    def _read_organisations(self, entries: Sequence[Entry]) -> None:
        keys = {name_key(name) for entry in entries for name in organisation_names(entry)}
        keys -= {"", *self._called}
        found = (
            Organisation.objects.filter(Q(name_key__in=keys) | Q(aliases__name_key__in=keys))
            .distinct()
            .prefetch_related(
                "aliases",
                "themes",
                Prefetch("memberships", Membership.objects.on(self._today), to_attr="current"),
            )
        )
        by_alias: dict[str, list[str]] = {}
        for organisation in found:
            own = organisation.name_key
            self._organisations.setdefault(own, _known_organisation(organisation))
            self._called[own] = (own,)
            for alias in organisation.aliases.all():
                if alias.name_key in keys:
                    by_alias.setdefault(alias.name_key, []).append(own)
        for key, owners in by_alias.items():  # an organisation's own name goes before an alias
            self._called.setdefault(key, tuple(owners))

    def _read_people(self, entries: Sequence[Entry]) -> None:
        addresses = {entry.address_key for entry in entries if entry.address_key}
        named = {
            key
            for entry in entries
            for name in organisation_names(entry)
            for key in self._called.get(name_key(name), ())
        }
        live = Representation.objects.on(self._today).select_related("organisation")
        colleagues = live.filter(organisation__name_key__in=named).values("contact")
        contacts = Contact.objects.filter(
            Q(address_key__in=addresses) | Q(pk__in=colleagues), erased_at=None
        ).prefetch_related(
            Prefetch("representations", live, to_attr="current"),
            Prefetch(
                "consents", ConsentRecord.objects.filter(withdrawn_at=None), to_attr="live_consents"
            ),
        )
        for contact in contacts:
            if contact.pk not in self._people:
                self._keep(_known_person(contact))

    def _read_suppressions(self, addresses: Iterable[str]) -> None:
        by_hash = {address_hash(key): key for key in addresses}
        rows = Suppression.objects.filter(address_hash__in=by_hash)
        for row in rows:
            key = by_hash[row.address_hash]
            erased = row.reason == SuppressionReason.ERASED
            self._suppressed[key] = self._suppressed.get(key, False) or erased

    # --- what rows do -------------------------------------------------------------------------

    def note(self, decision: Decision, *, contact_id: int | None) -> None:
        """Remember what a row did, or in a dry run (without an id) would do."""
        if not decision.is_written:
            return
        for affiliation in decision.affiliations:
            self._note_organisation(affiliation)
        person = decision.person or KnownPerson(
            id=contact_id or -len(self._people) - 1, language="nl"
        )
        changed: dict[str, Any] = {
            name: text for name, text in decision.values.items() if name != "email"
        }
        functions = {
            each.organisation.key: each.function
            for each in decision.affiliations
            if each.joins or each.function
        }
        consents = {decision.consent} if decision.consent else set()
        self._keep(
            replace(
                person,
                address_key=person.address_key or decision.address_key,
                functions={**person.functions, **functions},
                consents=person.consents | consents,
                **changed,
            )
        )

    def _note_organisation(self, affiliation: Affiliation) -> None:
        before = affiliation.organisation
        self._organisations[before.key] = replace(
            before,
            is_member=before.is_member or bool(affiliation.membership),
            themes=before.themes | set(affiliation.themes),
            website=before.website or affiliation.website,
        )
        self._called.setdefault(before.key, (before.key,))

    def _keep(self, person: KnownPerson) -> None:
        self._people[person.id] = person
        if person.address_key:
            self._by_address[person.address_key] = person.id
        for organisation in person.functions:
            self._by_name.setdefault((person.name_key, organisation), set()).add(person.id)


def _known_organisation(organisation: Organisation) -> KnownOrganisation:
    return KnownOrganisation(
        key=organisation.name_key,
        name=organisation.name,
        is_member=bool(organisation.current),
        themes=frozenset(theme.slug for theme in organisation.themes.all()),
        website=organisation.website,
    )


def _known_person(contact: Contact) -> KnownPerson:
    return KnownPerson(
        id=contact.pk,
        address_key=contact.address_key or "",
        title=contact.title,
        given_name=contact.given_name,
        initials=contact.initials,
        family_name_prefix=contact.family_name_prefix,
        family_name=contact.family_name,
        language=contact.language,
        phone=contact.phone,
        functions={each.organisation.name_key: each.function for each in contact.current},
        consents=frozenset(
            Consent(each.purpose, each.basis, each.source_detail) for each in contact.live_consents
        ),
    )

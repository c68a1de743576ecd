"""What an entry does to the contact base: decided here, written by services.

`decide` is a pure function of an entry and of what is known about the people and organisations in
it. The rules are those of the glossary's *import*: the same address with another name is a
conflict, an empty cell keeps the value, no period ends, and nobody who unsubscribed comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext as _

from contacts.addresses import is_disposable, is_shared
from contacts.enums import RowOutcome
from contacts.imports.entries import Consent, Entry, Remark, organisation_names
from contacts.names import name_key, same_name, whole_name_key

#: Filled in when it is not known yet, never replaced: a name identifies.
_NAME_FIELDS = ("title", "given_name", "initials", "family_name_prefix", "family_name")
#: Replaced by what a filled cell says.
_OPEN_FIELDS = ("language", "phone", "time_zone")
#: The same of an organisation, in a row about the organisation itself.
_ORGANISATION_FIELDS = ("kind", "country", "website")


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place at an organisation; `id` is 0 as long as it is not written."""

    id: int
    function: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as the contact base, or an earlier row, knows them.

    `id` is below 0 when an earlier row makes the person. `places` are where they speak for
    somebody, by the organisation's key. `former` are the rows that turned out to be this person:
    their names are the person's too.
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
    time_zone: str = ""
    address_source: str = ""
    tags: tuple[str, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    consents: frozenset[Consent] = frozenset()
    former: tuple["KnownPerson", ...] = ()

    @property
    def name_key(self) -> str:
        return whole_name_key(
            self.given_name, self.initials, self.family_name_prefix, self.family_name
        )

    @property
    def full_name(self) -> str:
        parts = (self.given_name or self.initials, self.family_name_prefix, self.family_name)
        return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    """An organisation with what an import may add to it.

    `id` is 0 when nobody knows it yet, and below 0 when an earlier row makes it. `is_member` says
    that it is one, or will be; `aliases` are keys.
    """

    key: str
    name: str
    id: int = 0
    is_member: bool = False
    themes: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    kind: str = ""
    country: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Affiliation:
    """What a row does to one organisation and to the person's place in it.

    `values` are its own fields that change, or that a new one begins with; `place` is where the
    person stands there already.
    """

    organisation: KnownOrganisation
    is_new: bool
    joins: bool
    function: str
    place: Place | None
    values: Mapping[str, str]
    themes: tuple[str, ...]
    aliases: tuple[str, ...]
    membership: str
    member_since: date | None

    @property
    def changes(self) -> bool:
        return bool(self.joins or self.function or self.changes_organisation)

    @property
    def changes_organisation(self) -> bool:
        return bool(self.is_new or self.values or self.themes or self.aliases or self.membership)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row.

    `person` is whom it is about, None for a new one; a row of which `is_about_person` is false is
    about its organisation alone, or about nobody. `values` are the person's fields that change;
    `tags` are added.
    """

    outcome: RowOutcome
    remarks: tuple[Remark, ...] = ()
    is_about_person: bool = False
    person: KnownPerson | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    address_key: str = ""
    affiliations: tuple[Affiliation, ...] = ()
    consent: Consent | None = None

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
    # Whoever came back by their own act is somebody like everybody else.
    if known.is_erased(entry.address_key) and known.person_of(entry.address_key) is None:
        text = _("This person was erased at their own request.")
        return _refused(RowOutcome.SKIPPED, Remark("erased", text))
    organisations = _organisations(entry, known)
    if isinstance(organisations, Remark):
        return _refused(RowOutcome.SKIPPED, organisations)
    if organisations and _is_about_organisation(entry):
        return _organisation_changes(entry, organisations, known)
    if not entry.address_key and not (entry.name_key and organisations):
        text = _("Give an e-mail address, or else a name and an organisation.")
        return _refused(RowOutcome.SKIPPED, Remark("nobody", text))
    person = _match(entry, organisations, known)
    if isinstance(person, Remark):
        return _refused(RowOutcome.CONFLICT, person)
    return _person_changes(entry, person, organisations, known)


def _refused(outcome: RowOutcome, remark: Remark) -> Decision:
    return Decision(outcome=outcome, remarks=(remark,))


def _is_about_organisation(entry: Entry) -> bool:
    """A row with a function or a telephone number means a person, whose name was left out."""
    return entry.is_organisation_only and not (entry.function or entry.phone)


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


# --- people -----------------------------------------------------------------------------------


def _match(
    entry: Entry, organisations: list[KnownOrganisation], known: Known
) -> KnownPerson | Remark | None:
    """Return whom the row is about: by address, else by name and organisation; None if new."""
    person = known.person_of(entry.address_key) if entry.address_key else None
    if person:
        if any(same_name(each, entry) for each in (person, *person.former)):
            return person
        text = _("This address belongs to somebody with another name. A shared address?")
        return Remark("other_name", text, (person.id,))
    if not entry.name_key:
        return None
    namesakes = {
        each.id: each
        for organisation in organisations
        for each in known.people_named(entry.name_key, organisation.key)
    }
    if len(namesakes) > 1:
        text = _("Several people have this name at this organisation.")
        return Remark("several_people", text, tuple(namesakes))
    if not namesakes:
        return None
    (person,) = namesakes.values()
    if entry.address_key and person.address_key:
        text = _("This person is known at this organisation under another address.")
        return Remark("other_address", text, (person.id,))
    return person


def _person_changes(
    entry: Entry,
    person: KnownPerson | None,
    organisations: list[KnownOrganisation],
    known: Known,
) -> Decision:
    affiliations, remarks = _affiliations(entry, person, organisations, known)
    consent, about_consent = _consent(entry, person, known)
    changed, held = _values(entry, person), person.tags if person else ()
    tags = tuple(tag for tag in entry.tags if tag.casefold() not in map(str.casefold, held))
    is_changed = changed or tags or consent or affiliations
    outcome = RowOutcome.UPDATED if is_changed else RowOutcome.UNCHANGED
    return Decision(
        outcome=outcome if person else RowOutcome.CREATED,
        remarks=(*entry.remarks, *remarks, *about_consent, *_address_remarks(changed, entry)),
        is_about_person=True,
        person=person,
        values=changed,
        tags=tags,
        address_key=entry.address_key,
        affiliations=affiliations,
        consent=consent,
    )


def _values(entry: Entry, person: KnownPerson | None) -> dict[str, str]:
    """Return the person's fields that change."""
    changed = {}
    for name in (*_NAME_FIELDS, *_OPEN_FIELDS):
        new = getattr(entry, name)
        if not new:
            continue
        old = getattr(person, name) if person else ""
        if name == "family_name_prefix" and person and _has_prefix_in_name(person, entry):
            continue
        if new != old and not (old and name in _NAME_FIELDS):
            changed[name] = new
    if entry.address_key and not (person and person.address_key):
        changed["email"] = entry.email
    return changed


def _has_prefix_in_name(person: KnownPerson, entry: Entry) -> bool:
    """Whether somebody typed the whole of "de Vries" as the family name: it needs no prefix."""
    return bool(person.family_name) and name_key(person.family_name) != name_key(entry.family_name)


def _consent(
    entry: Entry, person: KnownPerson | None, known: Known
) -> tuple[Consent | None, list[Remark]]:
    """Return the consent to record: none that is there, and none against what the person said."""
    addresses = {entry.address_key, person.address_key if person else ""} - {""}
    if any(map(known.is_suppressed, addresses)):
        text = _("This address is unsubscribed or cannot be reached, and stays so.")
        return None, [Remark("suppressed", text)]
    if person and entry.consent in person.consents:
        return None, []
    return entry.consent, []


def _address_remarks(changed: Mapping[str, str], entry: Entry) -> list[Remark]:
    """Warn of an address that is new here and may not be one person's, or not for long."""
    if "email" not in changed:
        return []
    if is_shared(entry.address_key):
        text = _("This looks like the address of an office, not of one person.")
        return [Remark("shared_address", text)]
    if is_disposable(entry.address_key):
        text = _("This address is of a service for addresses that are thrown away.")
        return [Remark("disposable_address", text)]
    return []


# --- organisations ----------------------------------------------------------------------------


def _organisation_changes(
    entry: Entry, organisations: list[KnownOrganisation], known: Known
) -> Decision:
    """Decide a row that is about its organisation alone: what is filled in replaces what is there.

    Nobody is made, so what only a person can have is left out.
    """
    affiliations, remarks = _affiliations(entry, None, organisations, known)
    if entry.tags or entry.consent:
        text = _("The tags and the basis to mail are left out: they belong to a person.")
        remarks.append(Remark("person_missing", text))
    if any(each.is_new for each in affiliations):
        outcome = RowOutcome.CREATED
    else:
        outcome = RowOutcome.UPDATED if affiliations else RowOutcome.UNCHANGED
    return Decision(outcome=outcome, remarks=(*entry.remarks, *remarks), affiliations=affiliations)


def _affiliations(
    entry: Entry,
    person: KnownPerson | None,
    organisations: list[KnownOrganisation],
    known: Known,
) -> tuple[tuple[Affiliation, ...], list[Remark]]:
    """Return what changes at the organisations, and remarks on what is left out or new there."""
    themes, remarks = _themes(entry, organisations, known)
    aliases, about_aliases = _aliases(entry, organisations, known)
    remarks += about_aliases
    changing = []
    for organisation in organisations:
        one = _affiliation(entry, person, organisation, themes, aliases)
        if one.is_new:
            text = _("New organisation: %(name)s.") % {"name": organisation.name}
            remarks.append(Remark("organisation_new", text))
        if one.changes:
            changing.append(one)
    return tuple(changing), remarks


def _affiliation(
    entry: Entry,
    person: KnownPerson | None,
    organisation: KnownOrganisation,
    themes: list[str],
    aliases: list[str],
) -> Affiliation:
    place = person.places.get(organisation.key) if person else None
    is_about_person = not _is_about_organisation(entry)
    return Affiliation(
        organisation=organisation,
        is_new=organisation.id == 0,
        joins=is_about_person and place is None,
        function="" if place and place.function == entry.function else entry.function,
        place=place,
        values=_organisation_values(entry, organisation, is_about_person=is_about_person),
        themes=tuple(slug for slug in themes if slug not in organisation.themes),
        aliases=tuple(each for each in aliases if name_key(each) not in organisation.aliases),
        membership="" if organisation.is_member else entry.membership,
        member_since=entry.member_since,
    )


def _organisation_values(
    entry: Entry, organisation: KnownOrganisation, *, is_about_person: bool
) -> dict[str, str]:
    """Return the organisation's fields that change.

    A row about a person tells of an organisation in passing: it fills in a website that is not
    known, and no more, unless the organisation is new.
    """
    changed: dict[str, Any] = {}
    for name in _ORGANISATION_FIELDS:
        new, old = getattr(entry, name), getattr(organisation, name)
        if new and new != old and not (old and is_about_person):
            changed[name] = new
    return changed


def _themes(
    entry: Entry, organisations: list[KnownOrganisation], known: Known
) -> tuple[list[str], list[Remark]]:
    """Return the slugs of the row's themes, and remarks on those that do not exist."""
    if not entry.themes:
        return [], []
    if not organisations:
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


def _aliases(
    entry: Entry, organisations: list[KnownOrganisation], known: Known
) -> tuple[list[str], list[Remark]]:
    """Return the row's other names that can be the organisation's, and remarks on the rest."""
    if not entry.aliases:
        return [], []
    if len(organisations) != 1:
        text = _("The other names are left out: they belong to one organisation.")
        return [], [Remark("alias_homeless", text)]
    (organisation,) = organisations
    kept, remarks = {}, []
    for alias in entry.aliases:
        key = name_key(alias)
        if any(each.key == key != organisation.key for each in known.organisations_called(alias)):
            text = _("“%(name)s” is an organisation by itself; the two may have to be merged.")
            remarks.append(Remark("alias_taken", text % {"name": alias[:60]}))
        elif key and key != organisation.key:
            kept[key] = alias
    return list(kept.values()), remarks

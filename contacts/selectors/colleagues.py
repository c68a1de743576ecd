"""Who is called what at which organisation, for imports, which find people by it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Max

from contacts.models import Contact, Representation
from contacts.models.periods import PeriodQuerySet
from contacts.names import whole_name_key

_NAMES = ("given_name", "initials", "family_name_prefix", "family_name")


class Colleagues:
    """Ids of people by their name and an organisation: a first guess, to be read anew.

    The people of an organisation are read once, and after that only who was added anywhere since.
    So a file about one organisation with 50,000 people does not read them all for each run.
    """

    def __init__(self, *, today: date) -> None:
        self._today = today
        self._ids: dict[tuple[str, int], tuple[int, ...]] = {}
        self._former: dict[int, set[str]] = defaultdict(set)
        self._read: set[int] = set()
        #: The highest id of a place that is known; below 0 as long as nothing was read.
        self._newest = -1

    def named(self, wanted: Iterable[tuple[str, int]]) -> set[int]:
        """Return the ids of whoever has one of the names (keys) at the organisation (an id)."""
        asked = [(name, organisation) for name, organisation in wanted if organisation > 0]
        organisations = {organisation for _name, organisation in asked}
        if self._read & organisations and _newest() > self._newest:
            self._read_newcomers()
        self._read_people(organisations - self._read)
        return {each for key in asked for each in self._ids.get(key, ())}

    def begin_with(self, organisations: Iterable[int]) -> None:
        """Know organisations that the reader itself has made: nobody else can be there yet."""
        self._begin()
        self._read.update(organisations)

    def add(self, person: int, name: str, organisation: int) -> None:
        """Know a person whom the reader itself has written."""
        if organisation in self._read:
            self._keep(person, name, organisation)

    def skip_to(self, place: int) -> None:
        """Take the places up to this id for known."""
        self._newest = max(self._newest, place)

    def _read_people(self, organisations: set[int]) -> None:
        if not organisations:
            return
        self._begin()
        self._read |= organisations
        places = self._live().filter(organisation__in=organisations)
        self._note(places.values_list("contact_id", "organisation_id", *_contact_names()))

    def _begin(self) -> None:
        if self._newest < 0:
            self._newest = _newest()
            self._read_former()

    def _read_former(self) -> None:
        """Read what people were called before they turned out to be somebody else."""
        merged = Contact.objects.filter(erased_at=None).exclude(merged_into=None)
        for person, *names in merged.values_list("merged_into_id", *_NAMES):
            self._former[person].add(whole_name_key(*names))

    def _read_newcomers(self) -> None:
        added = self._live().filter(pk__gt=self._newest).order_by("pk")
        rows = added.values_list("pk", "contact_id", "organisation_id", *_contact_names())
        found = list(rows)
        if found:
            self._newest = found[-1][0]
        self._note(row[1:] for row in found if row[2] in self._read)

    def _live(self) -> PeriodQuerySet:
        return Representation.objects.not_over(self._today).filter(contact__erased_at=None)

    def _note(self, rows: Iterable[tuple[int, int, str, str, str, str]]) -> None:
        for person, organisation, *names in rows:
            for name in {whole_name_key(*names), *self._former.get(person, ())}:
                self._keep(person, name, organisation)

    def _keep(self, person: int, name: str, organisation: int) -> None:
        known = self._ids.get((name, organisation), ())
        if person not in known:
            self._ids[name, organisation] = (*known, person)


def _newest() -> int:
    return Representation.objects.aggregate(newest=Max("id"))["newest"] or 0


def _contact_names() -> Iterable[str]:
    return (f"contact__{name}" for name in _NAMES)

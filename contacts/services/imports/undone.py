"""What became of some of the things that an import did, when it was undone."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from contacts.models import ContactImport
from contacts.selectors.relations import relations_to

Kept = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows were removed and restored, and which stay as they are: see `kept`."""

    removed: int = 0
    restored: int = 0
    kept: list[Kept] = field(default_factory=list)


#: Undoes things of one kind, as `undoing` describes them.
Undoing = Callable[[list[Any], ContactImport, datetime], Undone]


def kept(kind: str, pk: int, reason: str) -> Kept:
    """Return why something stays; `kind` is "person" or "organisation", `pk` its id."""
    return {"kind": kind, "id": pk, "reason": reason}


def changed_since() -> str:
    return _("Changed since.")


def references(
    model: type[Model], ids: Collection[int]
) -> dict[int, list[tuple[type[Model], Any]]]:
    """Return, by id, the rows that refer to it as (model, key), whatever room they stand in."""
    found: dict[int, list[tuple[type[Model], Any]]] = {}
    for relation in relations_to(model):
        field: Any = relation.model._meta.get_field(relation.field)
        name = field.attname
        rows = relation.model._base_manager.filter(**{f"{relation.field}__in": ids})
        for owner, pk in rows.order_by("pk").values_list(name, "pk"):
            found.setdefault(owner, []).append((relation.model, pk))
    return found


def in_use(models: Iterable[type[Model]]) -> str:
    """Return the sentence that says by what something is used."""
    names = dict.fromkeys(str(model._meta.verbose_name_plural) for model in models)
    return _("In use since: %(names)s.") % {"names": ", ".join(names)}

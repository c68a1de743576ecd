"""A merge taken back: its steps in reverse, each only where things are as the merge left them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from base.services import emit
from contacts.enums import ContactAct, Kin
from contacts.errors import (
    MergeBuried,
    MergeMissing,
    MergeNameTaken,
    MergeOfErased,
    MergeTooOld,
    MergeUndoneAlready,
)
from contacts.holdings import settlement_of
from contacts.models import Contact, Merge, Organisation
from contacts.selectors.merges import MODELS, UNDO_WITHIN
from contacts.services.audit import Author, note_change
from contacts.services.merging.people import lock_rooms
from contacts.services.merging.references import refresh_references
from contacts.services.merging.steps import (
    Values,
    columns,
    delete_alone,
    in_runs,
    read_values,
    values_of,
)
from contacts.services.merging.who import user_of


@dataclass(slots=True)
class Undone:
    """What became of it; `left` are sentences about what could not be put back."""

    merge: Merge
    left: list[str] = field(default_factory=list)


@transaction.atomic
def undo_merge(*, merge_id: int, by: Author, now: datetime) -> Undone:
    """Give the one who went back what was theirs, within a day.

    What changed since is left as it is, and told. Raises MergeMissing, MergeUndoneAlready,
    MergeTooOld, MergeBuried (undo the later merge first), MergeOfErased and MergeNameTaken.
    """
    merge = Merge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise MergeMissing
    if merge.kin == Kin.CONTACT:
        lock_rooms(merge.kept_id, merge.gone_id)
    pair = MODELS[merge.kin].objects.filter(pk__in=(merge.kept_id, merge.gone_id))
    held: list[Any] = list(pair.select_for_update().order_by("pk"))
    merge = Merge.objects.select_for_update().get(pk=merge_id)
    _check(merge, held, now)
    playback = _Playback(now=now)
    for step in reversed(merge.log):
        playback.take_back(step)
    _see_to_references(merge, playback)
    merge.undone_at, merge.undone_by = now, user_of(by)
    merge.save(update_fields=["undone_at", "undone_by"])
    _note(merge, by=by, now=now)
    return Undone(merge=merge, left=playback.sentences())


def _check(merge: Merge, held: list[Any], now: datetime) -> None:
    if merge.undone_at is not None:
        raise MergeUndoneAlready
    if not merge.log or now - merge.merged_at > UNDO_WITHIN:
        raise MergeTooOld
    later = Merge.objects.filter(
        kin=merge.kin, gone_id=merge.kept_id, pk__gt=merge.pk, undone_at=None
    )
    if later.exists():
        raise MergeBuried
    if merge.kept_id not in {row.pk for row in held}:
        raise MergeMissing
    if merge.kin == Kin.CONTACT and any(row.erased_at for row in held):
        raise MergeOfErased


def _see_to_references(merge: Merge, playback: "_Playback") -> None:
    if merge.kin != Kin.ORGANISATION:
        return
    both = [[Organisation._meta.label_lower, str(pk)] for pk in (merge.kept_id, merge.gone_id)]
    refresh_references([*playback.sources, *both])


def _note(merge: Merge, *, by: Author, now: datetime) -> None:
    rows: dict[int, Contact | Organisation] = dict(
        MODELS[merge.kin].objects.in_bulk([merge.kept_id, merge.gone_id])
    )
    for row, other in ((merge.kept_id, merge.gone_id), (merge.gone_id, merge.kept_id)):
        note_change(
            contact=rows[row], action=ContactAct.UNMERGE, by=by, detail=f"#{other}", now=now
        )
    kind = f"{merge.kin}.merge_undone"
    emit(kind=kind, data={"kept": merge.kept_id, "gone": merge.gone_id}, now=now)


class _Playback:
    """Takes steps back one by one, and counts what could not be."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._left: Counter[type[Model]] = Counter()
        self._told: list[str] = []
        self.sources: list[list[str]] = []

    def take_back(self, step: Values) -> None:
        acts: dict[str, Callable[[type[Model], Values], None]] = {
            "moved": self._moved,
            "changed": self._changed,
            "created": self._created,
            "deleted": self._deleted,
        }
        if step["do"] in acts:
            acts[step["do"]](apps.get_model(step["model"]), step)
        elif step["do"] == "referred":
            self.sources = step["sources"]

    def sentences(self) -> list[str]:
        counted = [
            _("%(what)s: %(count)d changed since, and left as they are.")
            % {"what": capfirst(str(model._meta.verbose_name_plural)), "count": count}
            for model, count in self._left.items()
            if count
        ]
        return [*self._told, *counted]

    def _moved(self, model: type[Model], step: Values) -> None:
        name, before, after = step["field"], step["before"], step["after"]
        for pks in in_runs(step["pks"]):
            rows = model._base_manager.filter(pk__in=pks, **{name: after})
            try:
                with transaction.atomic():
                    done = rows.update(**{name: before})
            except IntegrityError:  # one of them has a twin there by now
                done = sum(_moved_alone(model, pk, name, after, before) for pk in pks)
            self._left[model] += len(pks) - done

    def _changed(self, model: type[Model], step: Values) -> None:
        """Put back all of the step or nothing: what it changed together belongs together."""
        row = model._base_manager.filter(pk=step["pk"]).first()
        current = values_of(row) if row else {}
        if row is None or any(current[name] != value for name, value in step["after"].items()):
            self._left[model] += 1
            return
        values = read_values(model, step["before"])
        settlement = settlement_of(model)
        if settlement and settlement.reopen:
            if told := settlement.reopen(row=row, values=values, now=self._now):
                self._told.append(told)
            return
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=row.pk).update(**values)
        except IntegrityError:  # what is unique has found another place
            self._left[model] += 1

    def _created(self, model: type[Model], step: Values) -> None:
        row = model._base_manager.filter(pk=step["pk"]).first()
        if row is None:
            return
        if values_of(row) == step["row"]:
            delete_alone(row)
        else:
            self._left[model] += 1

    def _deleted(self, model: type[Model], step: Values) -> None:
        values = read_values(model, step["row"])
        try:
            with transaction.atomic():
                if not _targets_are_there(model, values):
                    raise IntegrityError
                model(**values).save(force_insert=True)
        except IntegrityError as error:
            if model is Organisation:  # without it nothing can go back
                raise MergeNameTaken(values["name"]) from error
            self._left[model] += 1


def _moved_alone(model: type[Model], pk: Any, name: str, after: Any, before: Any) -> int:
    try:
        with transaction.atomic():
            rows = model._base_manager.filter(pk=pk, **{name: after})
            return rows.update(**{name: before})
    except IntegrityError:
        return 0


def _targets_are_there(model: type[Model], values: Values) -> bool:
    """Whether what the row refers to exists: the database itself asks only at the very end."""
    keys = [each for each in columns(model) if isinstance(each, ForeignKey)]
    return all(
        each.related_model._base_manager.filter(pk=values[each.attname]).exists()
        for each in keys
        if values[each.attname] is not None
    )

"""What a merge would do, told before it is done; merges that can still be undone."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.enums import Kin
from contacts.errors import MergedAlready, MergeMissing, MergeOfErased, MergeWithItself
from contacts.holdings import settlement_of
from contacts.models import Contact, Merge, Organisation
from contacts.selectors.relations import Relation, collisions, relations_to

#: So long a merge can be undone.
UNDO_WITHIN = timedelta(days=1)

MODELS: dict[str, Any] = {
    Kin.CONTACT: Contact,
    Kin.ORGANISATION: Organisation,
}

#: Of these fields a person chooses which value stays; one that is empty is filled from the other.
#: An address comes with the source it was got from.
CHOICES: dict[str, tuple[str, ...]] = {
    Kin.CONTACT: (
        "email",
        "title",
        "given_name",
        "initials",
        "family_name_prefix",
        "family_name",
        "phone",
        "language",
        "form_of_address",
        "courtesy_title",
        "time_zone",
    ),
    Kin.ORGANISATION: ("name", "kind", "country", "website", "parent"),
}


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field in which the two differ: how each has it, and whether it is taken from the other."""

    name: str
    label: str
    kept: str
    gone: str
    is_taken: bool

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose: neither is empty."""
        return bool(self.kept and self.gone)


@dataclass(frozen=True, slots=True)
class Moving:
    """Rows of one kind: how many move, and how many collide, with what becomes of those."""

    label: str
    count: int
    colliding: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What would happen if the one called `gone` went into `kept`. `notes` are sentences."""

    kin: Kin
    kept: str
    gone: str
    fields: tuple[FieldChoice, ...]
    moving: tuple[Moving, ...]
    notes: tuple[str, ...]

    @property
    def moving_count(self) -> int:
        return sum(each.count for each in self.moving)

    @property
    def colliding_count(self) -> int:
        return sum(each.colliding for each in self.moving)


def preview_merge(
    *, kin: Kin | str, kept_id: int, gone_id: int, take: Collection[str] = ()
) -> MergePreview:
    """Say in numbers and sentences what merging the second into the first would do.

    `take` names the fields whose value comes from the one who goes. A number of queries that hangs
    on the models alone. Raises what `check_pair` raises.
    """
    kept, gone = check_pair(kin, kept_id, gone_id, MODELS[kin].objects.all())
    kept_label, gone_label = labels_of(kept, gone)
    return MergePreview(
        kin=Kin(kin),
        kept=kept_label,
        gone=gone_label,
        fields=tuple(_field_choices(Kin(kin), kept, gone, take)),
        moving=tuple(_moving(kept, gone)),
        notes=tuple(_notes(kept, gone, take)),
    )


def check_pair(kin: Kin | str, kept_id: int, gone_id: int, rows: QuerySet[Any]) -> tuple[Any, Any]:
    """Return the two rows, read in the order of their ids.

    Raises MergeWithItself, MergeMissing, MergeOfErased and MergedAlready.
    """
    if kept_id == gone_id:
        raise MergeWithItself
    found = {row.pk: row for row in rows.filter(pk__in=(kept_id, gone_id)).order_by("pk")}
    if len(found) < 2:
        raise MergeMissing
    if kin == Kin.CONTACT:
        if any(row.erased_at for row in found.values()):
            raise MergeOfErased
        if any(row.merged_into_id for row in found.values()):
            raise MergedAlready
    return found[kept_id], found[gone_id]


def combined_person(kept: Contact, gone: Contact, take: Collection[str]) -> dict[str, Any]:
    """Return the fields of the one who stays that get another value, the address left out.

    Beside the chosen ones: tags of both, the longest pause and the wish for less mail of either,
    since these are the person's own, and the first day we knew them. Links that were revoked for
    either stay revoked.
    """
    names = [name for name in CHOICES[Kin.CONTACT] if name != "email"]
    values = {name: getattr(gone, name) for name in names if _is_taken(name, kept, gone, take)}
    pauses = [each.paused_until for each in (kept, gone) if each.paused_until]
    values |= {
        "tags": list(dict.fromkeys([*kept.tags, *gone.tags])),
        "paused_until": max(pauses, default=None),
        "wants_less_mail": kept.wants_less_mail or gone.wants_less_mail,
        "created_at": min(kept.created_at, gone.created_at),
        "link_version": max(kept.link_version, gone.link_version),
    }
    return {name: value for name, value in values.items() if value != getattr(kept, name)}


def takes_address(kept: Contact, gone: Contact, take: Collection[str]) -> bool:
    """Whether the one who stays is mailed at the other's address from then on."""
    return bool(gone.address_key) and ("email" in take or not kept.address_key)


def combined_organisation(
    kept: Organisation, gone: Organisation, take: Collection[str]
) -> dict[str, Any]:
    """Return the fields of the one that stays that get another value, the name left out."""
    names = [name for name in CHOICES[Kin.ORGANISATION] if name not in ("name", "parent")]
    values = {name: getattr(gone, name) for name in names if _is_taken(name, kept, gone, take)}
    values |= {
        "languages": list(dict.fromkeys([*kept.languages, *gone.languages])),
        "reviewed": kept.reviewed or gone.reviewed,
        "parent_id": _parent_id(kept, gone, take),
    }
    return {name: value for name, value in values.items() if value != getattr(kept, name)}


def undoable_merges(now: datetime) -> QuerySet[Merge]:
    """Merges that were not undone, and still can be; the latest first."""
    since = now - UNDO_WITHIN
    found = Merge.objects.filter(merged_at__gt=since, undone_at=None).exclude(log=[])
    return found.select_related("merged_by").order_by("-merged_at", "-pk")


def labels_of(kept: Contact | Organisation, gone: Contact | Organisation) -> tuple[str, str]:
    """Return what the two are called, so that they can be told apart."""
    labels = str(kept), str(gone)
    if labels[0] != labels[1]:
        return labels
    details = [getattr(each, "email", "") or f"#{each.pk}" for each in (kept, gone)]
    return f"{kept} ({details[0]})", f"{gone} ({details[1]})"


def names_of(merge: Merge) -> tuple[str, str]:
    """Return how the one who stayed and the one who went were called; the ids once forgotten."""
    named: dict[str, str] = next((step for step in merge.log if step["do"] == "named"), {})
    return named.get("kept", f"#{merge.kept_id}"), named.get("gone", f"#{merge.gone_id}")


def merge_logs_before(moment: datetime) -> QuerySet[Merge]:
    """Merges made before this moment that still remember what they did."""
    return Merge.objects.filter(merged_at__lt=moment).exclude(log=[])


# --- what differs -------------------------------------------------------------------------------


def _is_taken(name: str, kept: Model, gone: Model, take: Collection[str]) -> bool:
    theirs = getattr(gone, name)
    return bool(theirs) and (name in take or not getattr(kept, name))


def _parent_id(kept: Organisation, gone: Organisation, take: Collection[str]) -> int | None:
    """Return what it is a part of afterwards: never of itself, however far up."""
    above_kept, above_gone = _above(kept), _above(gone)
    if gone.pk in above_kept:  # it takes the other's place
        return gone.parent_id if gone.parent_id != kept.pk else None
    if kept.pk not in above_gone and _is_taken("parent_id", kept, gone, _columns(take)):
        return gone.parent_id
    return kept.parent_id


def _columns(take: Collection[str]) -> set[str]:
    return {"parent_id" if name == "parent" else name for name in take}


def _above(organisation: Organisation) -> list[int]:
    found: list[int] = []
    parent = organisation.parent
    while parent is not None and parent.pk not in found:
        found.append(parent.pk)
        parent = parent.parent
    return found


def _field_choices(kin: Kin, kept: Any, gone: Any, take: Collection[str]) -> Iterator[FieldChoice]:
    for name in CHOICES[kin]:
        ours, theirs = _shown(kept, name), _shown(gone, name)
        if ours == theirs or not theirs:
            continue
        if name == "parent":
            is_taken = _parent_id(kept, gone, take) == gone.parent_id
        else:
            is_taken = _is_taken(name, kept, gone, take)
        label = capfirst(str(type(kept)._meta.get_field(name).verbose_name))
        yield FieldChoice(name, label, ours, theirs, is_taken)


def _shown(row: Any, name: str) -> str:
    label = getattr(row, f"get_{name}_display", None)
    value = label() if label else getattr(row, name)
    return "" if value is None else str(value)


# --- what moves ---------------------------------------------------------------------------------


def _moving(kept: Model, gone: Model) -> Iterator[Moving]:
    for relation in relations_to(type(kept)):
        total = relation.rows(gone.pk).count()
        if not total:
            continue
        found = len(collisions(relation, kept_id=kept.pk, gone_id=gone.pk))
        settlement = settlement_of(relation.model)
        words = settlement.words if settlement else _("there once already; what is empty is filled")
        yield Moving(
            label=_label(relation, type(kept)),
            count=total - found,
            colliding=found,
            words=str(words) if found else "",
        )


def _label(relation: Relation, model: type[Model]) -> str:
    """What the rows are called, in the plural."""
    meta = relation.model._meta
    if relation.model is Contact and model is Contact:
        return _("People merged before")
    if relation.model is Organisation and model is Organisation:
        return _("Organisations that are part of it")
    if not meta.auto_created:
        return capfirst(str(meta.verbose_name_plural))
    # Of a many-to-many table: what stands on the other side.
    ends = [field.related_model for field in meta.fields if field.is_relation]
    other = next((end for end in ends if end is not model), model)
    return capfirst(str(cast("type[Model]", other)._meta.verbose_name_plural))


# --- what is good to know -----------------------------------------------------------------------


def _notes(kept: Any, gone: Any, take: Collection[str]) -> Iterator[str]:
    if isinstance(kept, Contact):
        yield from _notes_of_people(kept, gone, take)
        return
    name = kept.name if "name" in take else gone.name
    yield _("“%(name)s” becomes another name of it, so an import or a form finds it by both.") % {
        "name": name
    }


def _notes_of_people(kept: Contact, gone: Contact, take: Collection[str]) -> Iterator[str]:
    if takes_address(kept, gone, take):
        yield _("Mail goes to %(address)s from now on.") % {"address": gone.email}
        other = kept.email
    else:
        other = gone.email
    if other:
        yield _("Whoever signs up or is imported with %(address)s is found as this person.") % {
            "address": other
        }
    changes: Mapping[str, Any] = combined_person(kept, gone, take)
    if "paused_until" in changes or "wants_less_mail" in changes:
        yield _("What the person chose about less mail, or none for a while, is kept.")
    yield _("Who unsubscribed under one of the addresses stays unsubscribed.")

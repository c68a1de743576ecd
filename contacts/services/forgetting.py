"""What this room forgets of a person who is erased; the row itself is emptied by erasure."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from wagtail.models import ModelLogEntry

from contacts.enums import MAIL_DUE, ImportState, Kin, MailState
from contacts.models import (
    CommunityRepresentative,
    ConsentRecord,
    Contact,
    ContactImport,
    ContactMoment,
    ImportPart,
    Merge,
    Notice,
    Representation,
)
from contacts.services.import_files import drop_files
from contacts.services.traces import Traces, traces_of


def forget_person(contact: Contact, *, now: datetime) -> None:
    """Empty what tells of the person, and keep what the figures of organisations stand on.

    Call it last of the rooms, inside the transaction that erases: what the others do may still
    write a notice or a line in the log here.
    """
    traces = traces_of(contact)
    _end_places(contact, now)
    _withdraw(contact, now)
    _empty_moments(contact, traces)
    _silence_notices(contact)
    _empty_import_reports(traces)
    _leave_out_of_undoing(contact)
    _shorten_merges(contact)
    _empty_log(contact)


def _end_places(contact: Contact, now: datetime) -> None:
    """The person speaks for nobody any more; that somebody did is the organisation's to keep."""
    today = timezone.localdate(now)
    places = Representation.objects.filter(contact=contact)
    places.filter(Q(valid_until=None) | Q(valid_until__gt=today)).update(valid_until=today)
    places.update(function="")
    CommunityRepresentative.objects.filter(contact=contact).delete()


def _withdraw(contact: Contact, now: datetime) -> None:
    consents = ConsentRecord.objects.filter(contact=contact)
    consents.filter(withdrawn_at=None).update(withdrawn_at=now)
    consents.update(source_detail="")


def _empty_moments(contact: Contact, traces: Traces) -> None:
    """Contact with an organisation or a community stays in its log, without what was said."""
    own = ContactMoment.objects.filter(contact=contact)
    own.filter(organisation=None, community=None).delete()
    own.update(contact=None, text="")
    if not traces.words:
        return
    for moment in ContactMoment.objects.filter(traces.named_in("text")):
        moment.text = traces.removed_from(moment.text)
        moment.save(update_fields=["text"])


def _silence_notices(contact: Contact) -> None:
    """Nothing that waits goes out; one that is being sent is looked at just before the wire.

    A row that is claimed stays with its holder, who records what became of it.
    """
    about = Q(contact=contact)
    for address in {contact.email, contact.address_key or ""} - {""}:
        about |= Q(address__iexact=address)
    notices = Notice.objects.filter(about)
    notices.filter(state__in=MAIL_DUE).update(state=MailState.EXPIRED)
    notices.update(address="", context={}, reply_text="")


def _empty_import_reports(traces: Traces) -> None:
    """What a report says of a row may quote the cell of an address or a name."""
    if not traces.words:
        return
    for named in ContactImport.objects.filter(traces.named_in("file_name")).only("file_name"):
        named.file_name = traces.removed_from(named.file_name)
        named.save(update_fields=["file_name"])
    parts = ImportPart.objects.select_for_update().annotate(words=Cast("rows", TextField()))
    for part in parts.filter(traces.named_in("words")):
        for row in part.rows:
            row["reason"] = traces.removed_from(row["reason"])
        part.save(update_fields=["rows"])


#: An import can be undone for a day; the worker may still be at it somewhat later.
_UNDO_WITHIN = timedelta(days=2)

#: Where the id of the person stands in each item of `ImportPart.undo` (contacts.services.imports).
_PERSON_AT = {"people": 0, "people_values": 0, "places": 1, "consents": 1}


def _leave_out_of_undoing(contact: Contact) -> None:
    """An import can still be undone for a day, but for the person: it keeps what they were."""
    places = set(Representation.objects.filter(contact=contact).values_list("pk", flat=True))
    ids = [f"[{pk}, " for pk in (contact.pk, *places)]
    beginnings = [*ids, f", {contact.pk}, ", f", {contact.pk}]"]
    named = reduce(or_, (Q(words__contains=each) for each in beginnings))
    parts = ImportPart.objects.select_for_update().annotate(words=Cast("undo", TextField()))
    for part in parts.exclude(undo={}).filter(named):
        left = {
            kind: [item for item in items if not _is_undoing(kind, item, contact.pk, places)]
            for kind, items in part.undo.items()
        }
        part.undo = {kind: items for kind, items in left.items() if items}
        part.save(update_fields=["undo"])


def _is_undoing(kind: str, item: Any, contact_id: int, places: set[int]) -> bool:
    if kind == "functions":
        return item[0] in places
    return kind in _PERSON_AT and item[_PERSON_AT[kind]] == contact_id


def hold_imports(*, now: datetime) -> None:
    """Let no import be undone meanwhile, before the people are held: undoing holds both as well."""
    recent = Q(finished_at__gt=now - _UNDO_WITHIN) | Q(state=ImportState.UNDOING)
    held = ContactImport.objects.select_for_update().filter(recent)
    list(held.order_by("pk").values_list("pk"))


def drop_waiting_files(imports: QuerySet[ContactImport], *, why: str, now: datetime) -> None:
    """Drop the files, and say why to whoever comes to import them."""
    ids = list(imports.values_list("pk", flat=True))
    undecided = (ImportState.DRAFT, ImportState.STAGED, ImportState.RUNNING)
    found = ContactImport.objects.filter(pk__in=ids)
    found.filter(state__in=undecided).update(state=ImportState.CANCELLED, finished_at=now)
    found.update(error=why)
    drop_files(ids)


def _shorten_merges(contact: Contact) -> None:
    """A merge of the person cannot be undone any more; one of organisations, but for the person."""
    live = Merge.objects.exclude(log=[])
    live.filter(Q(kept_id=contact.pk) | Q(gone_id=contact.pk), kin=Kin.CONTACT).update(log=[])
    for merge in live.filter(kin=Kin.ORGANISATION):
        log = [step for step in merge.log if not _is_about(step, contact)]
        if log != merge.log:
            merge.log = log
            merge.save(update_fields=["log"])


def _is_about(step: dict[str, Any], contact: Contact) -> bool:
    values = [step.get(name, {}) for name in ("row", "before", "after")]
    if any(isinstance(each, dict) and each.get("contact_id") == contact.pk for each in values):
        return True
    if "pk" not in step:
        return False
    rows = apps.get_model(step["model"])._base_manager.filter(pk=step["pk"])
    return any(getattr(row, "contact_id", None) == contact.pk for row in rows)


def _empty_log(contact: Contact) -> None:
    """The log still says who did what and when; not to whom, and from what to what."""
    forget_log(Contact, {contact.pk: f"#{contact.pk}"})


def forget_log(model: type[Any], labels: dict[int, str]) -> None:
    """Take names and values out of the log of these rows; `labels` is {id: what it is called}."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model),
        object_id__in=[str(pk) for pk in labels],
    )
    for entry in entries:
        entry.label = labels[int(entry.object_id)]
        entry.data = without_values(entry.data)
    ModelLogEntry.objects.bulk_update(entries, ["label", "data"], batch_size=100)


def without_values(data: dict[str, Any]) -> dict[str, Any]:
    """Keep who did it and which fields it was about; Wagtail's own data may hold any text."""
    kept = {name: data[name] for name in ("by", "fields") if name in data}
    return kept | ({"fields": list(data["changes"])} if "changes" in data else {})

"""What this room tells on a person's timeline: each function reads one kind of line."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.enums import ContactAct, Kin
from contacts.holdings import Happening, TimelineSource
from contacts.models import (
    ConsentRecord,
    Contact,
    ContactMoment,
    Merge,
    Notice,
    Representation,
    Suppression,
)
from contacts.selectors.authors import TOLD_BY_ROWS, author, log_of, name_of
from contacts.selectors.days import start_of
from contacts.selectors.outcomes import outcome
from contacts.selectors.streams import names_of

Ids = Collection[int]
Lines = Iterator[Happening]

_SUMMARY = 80


def _added(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Contact.objects.filter(pk__in=ids, created_at__lte=until)
    # The row and its line in the log are not made at the very same moment.
    log = log_of(ids).filter(action=ContactAct.CREATE)
    authors = {entry.object_id: author(entry) for entry in log}
    for row in rows.order_by("-created_at", "-pk")[:limit]:
        source = row.address_source
        yield Happening(
            at=row.created_at,
            kind="person",
            text=_("Added to the contact base"),
            detail=_("Source of the address: %(source)s") % {"source": source} if source else "",
            by=authors.get(str(row.pk), ""),
        )


def _merged(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = _merges_of(ids).filter(merged_at__lte=until).order_by("-merged_at", "-pk")
    found = list(rows.select_related("merged_by")[:limit])
    names = _names_of_others(found, ids)
    for row in found:
        text = _("Merged with %(name)s") % {"name": names[row.pk]}
        yield Happening(at=row.merged_at, kind="person", text=text, by=name_of(row.merged_by))


def _unmerged(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = _merges_of(ids).filter(undone_at__lte=until).order_by("-undone_at", "-pk")
    found = list(rows.select_related("undone_by")[:limit])
    names = _names_of_others(found, ids)
    for row in found:
        text = _("Merge with %(name)s undone") % {"name": names[row.pk]}
        if row.undone_at:
            yield Happening(at=row.undone_at, kind="person", text=text, by=name_of(row.undone_by))


def _merges_of(ids: Ids) -> QuerySet[Merge]:
    return Merge.objects.filter(Q(kept_id__in=ids) | Q(gone_id__in=ids), kin=Kin.CONTACT)


def _names_of_others(merges: list[Merge], ids: Ids) -> dict[int, str]:
    """Return by merge what the row is called that this person was merged with."""
    others = {row.pk: row.gone_id if row.kept_id in ids else row.kept_id for row in merges}
    people = Contact.objects.in_bulk(set(others.values()))
    return {pk: str(people.get(other, f"#{other}")) for pk, other in others.items()}


def _changes(ids: Ids, until: datetime, limit: int) -> Lines:
    """The audit log, without what has lines of its own."""
    entries = log_of(ids).filter(timestamp__lte=until).exclude(action__in=TOLD_BY_ROWS)
    for entry in entries.exclude(action=ContactAct.IMPORT).order_by("-timestamp", "-pk")[:limit]:
        yield Happening(
            at=entry.timestamp, kind="change", text=str(entry.message), by=author(entry)
        )


def _imports(ids: Ids, until: datetime, limit: int) -> Lines:
    entries = log_of(ids).filter(timestamp__lte=until, action=ContactAct.IMPORT)
    for entry in entries.order_by("-timestamp", "-pk")[:limit]:
        yield Happening(
            at=entry.timestamp, kind="import", text=str(entry.message), by=author(entry)
        )


def _consents_given(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = ConsentRecord.objects.filter(contact__in=ids, given_at__lte=until)
    found = list(rows.order_by("-given_at", "-pk")[:limit])
    names = names_of({(row.purpose, row.topic) for row in found})
    for row in found:
        said = {"purpose": names[row.purpose, row.topic]}
        parts = (row.get_basis_display(), row.get_source_display(), row.source_detail, row.wording)
        yield Happening(
            at=row.given_at,
            kind="consent",
            text=_("Basis to mail noted: %(purpose)s") % said,
            detail=" · ".join(filter(None, map(str, parts))),
        )


def _consents_withdrawn(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = ConsentRecord.objects.filter(contact__in=ids, withdrawn_at__lte=until)
    found = list(rows.order_by("-withdrawn_at", "-pk")[:limit])
    names = names_of({(row.purpose, row.topic) for row in found})
    for row in found:
        said = {"purpose": names[row.purpose, row.topic]}
        if row.withdrawn_at:
            yield Happening(
                at=row.withdrawn_at, kind="consent", text=_("Withdrawn: %(purpose)s") % said
            )


def _suppressions(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = suppressions_of(ids).filter(created_at__lte=until)
    found = list(rows.order_by("-created_at", "-pk")[:limit])
    names = names_of({(row.purpose, row.topic) for row in found})
    for row in found:
        yield Happening(
            at=row.created_at,
            kind="consent",
            text=_("Mail stopped: %(what)s") % {"what": names[row.purpose, row.topic]},
            detail=f"{row.get_reason_display()} · {row.get_source_display()}",
        )


def suppressions_of(ids: Ids) -> QuerySet[Suppression]:
    """Suppressions of every address that these rows have."""
    hashes = Contact.objects.filter(pk__in=ids).exclude(address_hash="").values("address_hash")
    return Suppression.objects.filter(address_hash__in=hashes)


def _notices(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Notice.objects.filter(contact__in=ids).annotate(at=Coalesce("sent_at", "created_at"))
    for row in rows.filter(at__lte=until).order_by("-at", "-pk")[:limit]:
        kind = capfirst(row.get_kind_display())
        yield Happening(at=row.at, kind="mail", text=kind, detail=outcome(row))


def _places_from(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Representation.objects.filter(contact__in=ids, valid_from__lte=timezone.localdate(until))
    rows = rows.select_related("organisation").order_by("-valid_from", "-pk")
    for row in rows[:limit]:
        if row.valid_from:
            text = _("Speaks for %(organisation)s from this day")
            yield _place(row, start_of(row.valid_from), text)


def _places_until(ids: Ids, until: datetime, limit: int) -> Lines:
    day = timezone.localdate(until)
    rows = Representation.objects.filter(contact__in=ids, valid_until__lte=day)
    rows = rows.select_related("organisation").order_by("-valid_until", "-pk")
    for row in rows[:limit]:
        if row.valid_until:
            text = _("Last day of speaking for %(organisation)s")
            yield _place(row, start_of(row.valid_until), text)


def _place(row: Representation, at: datetime, text: str) -> Happening:
    said = {"organisation": row.organisation.name}
    url = reverse("wagtailsnippets_contacts_organisation:inspect", args=[row.organisation_id])
    return Happening(at=at, kind="place", text=text % said, detail=row.function, url=url)


def _moments(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = ContactMoment.objects.filter(contact__in=ids)
    return moment_lines(rows, until, limit)


def moment_lines(rows: QuerySet[ContactMoment], until: datetime, limit: int) -> Lines:
    """The newest of these contact moments as lines; also for organisations."""
    rows = rows.filter(happened_on__lte=timezone.localdate(until)).select_related("written_by")
    for row in rows.order_by("-happened_on", "-pk")[:limit]:
        start = Truncator(row.text).chars(_SUMMARY)
        yield Happening(
            at=start_of(row.happened_on),
            kind="moment",
            text=f"{capfirst(row.get_kind_display())}: {start}",
            detail=row.text if start != row.text else "",
            by=name_of(row.written_by),
        )


_PERSON = gettext_lazy("in the contact base")
_CONSENT = gettext_lazy("consent and mail stopped")
_PLACE = gettext_lazy("organisations")
_VIEW = "contacts.view_contact"

PEOPLE_SOURCES = (
    TimelineSource("person", _PERSON, _VIEW, _added),
    TimelineSource("person", _PERSON, _VIEW, _merged),
    TimelineSource("person", _PERSON, _VIEW, _unmerged),
    TimelineSource("change", gettext_lazy("changes"), _VIEW, _changes),
    TimelineSource("import", gettext_lazy("imports"), _VIEW, _imports),
    TimelineSource("consent", _CONSENT, _VIEW, _consents_given),
    TimelineSource("consent", _CONSENT, _VIEW, _consents_withdrawn),
    TimelineSource("consent", _CONSENT, _VIEW, _suppressions),
    TimelineSource("mail", gettext_lazy("mail"), _VIEW, _notices),
    TimelineSource("place", _PLACE, "contacts.view_representation", _places_from),
    TimelineSource("place", _PLACE, "contacts.view_representation", _places_until),
    TimelineSource(
        "moment", gettext_lazy("contact moments"), "contacts.view_contactmoment", _moments
    ),
)

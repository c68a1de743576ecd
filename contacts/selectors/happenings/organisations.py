"""What this room tells on an organisation's timeline: each function reads one kind of line."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import ModelLogEntry

from contacts.enums import Kin
from contacts.holdings import Happening, TimelineSource
from contacts.models import (
    CommunityOrganisation,
    ContactMoment,
    Membership,
    Merge,
    Organisation,
    Representation,
)
from contacts.selectors.authors import TOLD_BY_ROWS, author, name_of
from contacts.selectors.days import start_of
from contacts.selectors.happenings.people import moment_lines

Ids = Collection[int]
Lines = Iterator[Happening]


def _memberships_from(ids: Ids, until: datetime, limit: int) -> Lines:
    day = timezone.localdate(until)
    rows = Membership.objects.filter(organisation__in=ids, valid_from__lte=day)
    for row in rows.order_by("-valid_from", "-pk")[:limit]:
        text = _("%(kind)s from this day") % {"kind": row.get_kind_display()}
        yield Happening(at=start_of(row.valid_from), kind="membership", text=text)


def _memberships_until(ids: Ids, until: datetime, limit: int) -> Lines:
    day = timezone.localdate(until)
    rows = Membership.objects.filter(organisation__in=ids, valid_until__lte=day)
    for row in rows.order_by("-valid_until", "-pk")[:limit]:
        text = _("Last day as %(kind)s") % {"kind": row.get_kind_display()}
        yield Happening(at=start_of(row.valid_until), kind="membership", text=text)


def _people_from(ids: Ids, until: datetime, limit: int) -> Lines:
    day = timezone.localdate(until)
    rows = Representation.objects.filter(organisation__in=ids, valid_from__lte=day)
    rows = rows.select_related("contact").order_by("-valid_from", "-pk")
    for row in rows[:limit]:
        yield _person(row, start_of(row.valid_from), _("%(person)s speaks for it from this day"))


def _people_until(ids: Ids, until: datetime, limit: int) -> Lines:
    day = timezone.localdate(until)
    rows = Representation.objects.filter(organisation__in=ids, valid_until__lte=day)
    rows = rows.select_related("contact").order_by("-valid_until", "-pk")
    for row in rows[:limit]:
        yield _person(row, start_of(row.valid_until), _("Last day of %(person)s for it"))


def _person(row: Representation, at: datetime, text: str) -> Happening:
    url = reverse("wagtailsnippets_contacts_contact:inspect", args=[row.contact_id])
    return Happening(
        at=at, kind="person", text=text % {"person": row.contact}, detail=row.function, url=url
    )


def _communities(ids: Ids, until: datetime, limit: int) -> Lines:
    day = timezone.localdate(until)
    rows = CommunityOrganisation.objects.filter(organisation__in=ids, since__lte=day)
    for row in rows.select_related("community").order_by("-since", "-pk")[:limit]:
        if row.since:
            text = _("In the community %(community)s from this day")
            yield Happening(
                at=start_of(row.since),
                kind="community",
                text=text % {"community": row.community},
                detail=row.get_tier_display(),
            )


def _moments(ids: Ids, until: datetime, limit: int) -> Lines:
    return moment_lines(ContactMoment.objects.filter(organisation__in=ids), until, limit)


def _merges(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Merge.objects.filter(kin=Kin.ORGANISATION, kept_id__in=ids, merged_at__lte=until)
    for row in rows.select_related("merged_by").order_by("-merged_at", "-pk")[:limit]:
        text = _("Another organisation turned out to be this one")
        if row.undone_at:
            text = _("Merged with another organisation, and undone later")
        yield Happening(at=row.merged_at, kind="merge", text=text, by=name_of(row.merged_by))


def _changes(ids: Ids, until: datetime, limit: int) -> Lines:
    """What was done to its form in the admin."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Organisation),
        object_id__in=[str(each) for each in ids],
        timestamp__lte=until,
    ).exclude(action__in=TOLD_BY_ROWS)
    for entry in entries.select_related("user").order_by("-timestamp", "-pk")[:limit]:
        text = str(entry.message)
        yield Happening(at=entry.timestamp, kind="change", text=text, by=author(entry))


_MEMBERSHIP = gettext_lazy("membership")
_PEOPLE = gettext_lazy("people coming and going")
_VIEW = "contacts.view_organisation"
_VIEW_PEOPLE = "contacts.view_contact"

ORGANISATION_SOURCES = (
    TimelineSource("membership", _MEMBERSHIP, _VIEW, _memberships_from),
    TimelineSource("membership", _MEMBERSHIP, _VIEW, _memberships_until),
    TimelineSource("person", _PEOPLE, _VIEW_PEOPLE, _people_from),
    TimelineSource("person", _PEOPLE, _VIEW_PEOPLE, _people_until),
    TimelineSource("community", gettext_lazy("communities"), _VIEW, _communities),
    TimelineSource(
        "moment", gettext_lazy("contact moments"), "contacts.view_contactmoment", _moments
    ),
    TimelineSource("change", gettext_lazy("changes"), _VIEW, _changes),
    TimelineSource("merge", gettext_lazy("merges"), _VIEW, _merges),
)

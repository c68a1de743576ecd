"""Keep me informed: people who want to hear when the date of a session is known."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from contacts.enums import NoticeKind
from contacts.models import Contact
from contacts.services.notices import create_notice
from content.enums import Precision, SessionStatus
from content.models import Session
from content.selectors import told_hash
from participation.enums import LIVE, ChangeState
from participation.models import Interest, Registration, ScheduleChange
from participation.services.changes import TAKE_BACK, notice_key


@transaction.atomic
def note_interest(*, session: Session, contact: Contact, now: datetime) -> Interest:
    """Remember that the contact wants to hear when the date is known. Twice is once."""
    interest, _created = Interest.objects.get_or_create(
        session=session, contact=contact, defaults={"since": now}
    )
    if contact.address_key:
        create_notice(
            kind=NoticeKind.INTEREST,
            address=contact.address_key,
            contact=contact,
            language=contact.language,
            context={"session": session.pk},
            key=f"{NoticeKind.INTEREST}:{session.pk}:{contact.pk}",
            now=now,
            told=told_hash(session),
        )
    return interest


@transaction.atomic
def announce_known_dates(*, now: datetime) -> int:
    """Queue "the date is known" for everybody who asked and was not told yet. Returns how many.

    A change of the session tells them (services.changes); this makes up for who slipped past one.
    Nobody hears while a change waits, or of one that was withdrawn or a correction. Who signed up
    is told as such. The mail waits a quarter of an hour after publication.
    """
    quiet = ScheduleChange.objects.filter(
        session=OuterRef("session"), version=OuterRef("session__schedule_version")
    ).exclude(state=ChangeState.SENT)
    signed_up = Registration.objects.filter(
        session=OuterRef("session"), contact=OuterRef("contact"), state__in=LIVE
    )
    due = (
        Interest.objects.filter(
            ~Exists(quiet),
            ~Exists(signed_up),
            session__precision__in=(Precision.EXACT, Precision.DAY),
            session__status__in=(SessionStatus.PLANNED, SessionStatus.CONFIRMED),
            session__first_day__gte=timezone.localdate(now),
            contact__address_key__isnull=False,
            told_at=None,
        )
        .select_related("session", "contact")
        .order_by("id")[:500]
    )
    return sum(_announce(interest, now) for interest in due)


def _announce(interest: Interest, now: datetime) -> bool:
    session, contact = interest.session, interest.contact
    if not Interest.objects.filter(pk=interest.pk, told_at=None).update(told_at=now):
        return False
    return create_notice(
        kind=NoticeKind.DATE_KNOWN,
        address=contact.address_key or "",
        contact=contact,
        language=contact.language,
        context={"session": session.pk},
        key=notice_key(session, f"c{contact.pk}"),
        now=now,
        not_before=max(now, (session.published_at or now) + TAKE_BACK),
        told=told_hash(session),
    )

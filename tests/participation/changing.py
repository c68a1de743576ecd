"""A published session with people, and what becomes of its notices."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from wagtail.log_actions import LogContext

from campaigns.errors import NoticeObsolete
from campaigns.notices import compose_notice
from contacts.models import Contact, Notice
from content.models import Session, SessionPage
from content.selectors import told_hash
from participation.models import Interest, ScheduleChange
from tests.factories.base import make_user
from tests.factories.contacts import make_contact
from tests.factories.content import make_session_page
from tests.factories.participation import make_registration

#: Thursdays to come, seen from the real clock of the views.
_TODAY = timezone.localdate()
A = _TODAY + timedelta(days=30 + (3 - _TODAY.weekday()) % 7)
B = A + timedelta(days=7)
C = A + timedelta(days=14)

MAY_SEND = "campaigns.send_mailing"


def organiser() -> User:
    return make_user(permissions=[MAY_SEND])


def published(day: date = A, **values: Any) -> SessionPage:
    """The page of a session on day A, published by an organiser."""
    return make_session_page(first_day=day, publish=True, **values)


def publish(page: SessionPage, by: User | None = None, **values: Any) -> ScheduleChange:
    """Publish the page with other facts, as somebody in the admin, or by nobody known."""
    page = SessionPage.objects.get(pk=page.pk)
    for name, value in values.items():
        setattr(page, name, value)
    with LogContext(user=by):
        page.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    return change_of(page)


def change_of(page: SessionPage) -> ScheduleChange:
    session = session_of(page)
    return session.changes.get(version=session.schedule_version)


def session_of(page: SessionPage) -> Session:
    return Session.objects.get(page_key=page.translation_key)


def signed_up(session: Session, *, told: str | None = None, **values: Any) -> Any:
    """Somebody who signed up, and was told the present facts by mail (unless told is "")."""
    row = make_registration(session=session, created_at=timezone.now(), **values)
    if told != "":
        note_sent(row.contact, told or told_hash(session), registration=row.pk)
    return row


def follows(session: Session, **values: Any) -> Interest:
    """Somebody who wants to be kept informed, and was told so."""
    contact = make_contact(**values)
    note_sent(contact, told_hash(session), session=session.pk, kind="interest")
    return Interest.objects.create(session=session, contact=contact, since=timezone.now())


def note_sent(contact: Contact | None, told: str, *, kind: str = "registered", **context: int):
    now = timezone.now()
    return Notice.objects.create(
        kind=kind,
        address=(contact.address_key if contact else None) or "-",
        contact=contact,
        context=context,
        key=f"sent:{kind}:{Notice.objects.count()}",
        created_at=now,
        not_before=now,
        state="sent",
        sent_at=now,
        told=told,
    )


def waiting() -> list[Notice]:
    return list(Notice.objects.filter(state="queued").order_by("pk"))


def deliver() -> list[tuple[str, str]]:
    """Send all that waits, as the worker does; return (kind, address) of what was not obsolete."""
    sent = []
    for notice in waiting():
        now = timezone.now()
        try:
            mail = compose_notice(notice, now)
        except NoticeObsolete:
            Notice.objects.filter(pk=notice.pk).update(state="excluded")
            continue
        Notice.objects.filter(pk=notice.pk).update(state="sent", sent_at=now, told=notice.told)
        sent.append((notice.kind, mail.recipient))
    return sorted(sent)

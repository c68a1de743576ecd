"""A sign-up that was begun and never confirmed: one reminder, and no more."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from contacts.enums import NoticeKind
from contacts.models import Notice
from contacts.services.notices import create_notice
from content.models import Session
from participation.enums import LIVE, REFUSING, RegistrationState
from participation.models import Registration
from participation.selectors.registrations import unconfirmed_of
from participation.selectors.sessions import phase_of

NUDGE_AFTER = timedelta(days=2)

#: So many addresses at a time; the next call takes the rest.
_AT_ONCE = 200


@transaction.atomic
def nudge_unconfirmed(*, now: datetime) -> int:
    """Queue the one reminder of a sign-up that waits two days already. Returns how many.

    To be called every now and then: it looks for what is missing. A reminder names all that waits
    for its address and was not named before, so every sign-up has one and never two.
    """
    due = _not_reminded().filter(changed_at__lte=now - NUDGE_AFTER)
    due = due.filter(changed_at__gt=now - settings.CONFIRM_VALID)
    sessions = Session.objects.filter(pk__in=due.values("session"))
    open_ones = [session.pk for session in sessions if phase_of(session, now) not in REFUSING]
    addresses = due.filter(session__in=open_ones).values_list("address_key", flat=True)
    chosen = addresses.order_by("address_key").distinct()[:_AT_ONCE]
    return sum(_nudge(address, now) for address in list(chosen))


def _nudge(address: str, now: datetime) -> bool:
    waiting = (unconfirmed_of(address, now) & _not_reminded()).select_related("session")
    rows = [row for row in waiting if phase_of(row.session, now) not in REFUSING]
    return create_notice(
        kind=NoticeKind.NUDGE,
        address=address,
        contact=None,
        language=str(rows[0].typed.get("language") or "nl"),
        context={"registrations": [row.pk for row in rows]},
        key=f"{NoticeKind.NUDGE}:{rows[0].pk}",
        now=now,
    )


def _not_reminded() -> QuerySet[Registration]:
    """Sign-ups that wait, whose address got no reminder since they were made.

    Somebody who signed up in another way since then needs none.
    """
    reminded = Notice.objects.filter(
        kind=NoticeKind.NUDGE,
        address=OuterRef("address_key"),
        created_at__gte=OuterRef("created_at"),
    )
    signed_up = Registration.objects.filter(
        session=OuterRef("session"), contact__address_key=OuterRef("address_key"), state__in=LIVE
    )
    waiting = Registration.objects.filter(state=RegistrationState.UNCONFIRMED)
    return waiting.exclude(address_key="").filter(~Exists(reminded), ~Exists(signed_up))

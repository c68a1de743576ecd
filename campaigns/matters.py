"""What a notice is about, and whether what it says still holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from campaigns.errors import NoticeObsolete
from campaigns.news import is_news_to
from contacts.enums import NoticeKind
from contacts.models import Contact, Notice
from content.enums import SessionStatus
from content.models import Session
from content.selectors import has_begun
from participation.enums import LIVE, REFUSING, RegistrationState
from participation.models import Interest, Registration
from participation.selectors import is_dated
from participation.selectors.registrations import live_registration_of_address
from participation.selectors.sessions import phase_of


@dataclass(frozen=True, slots=True)
class Matter:
    """What a notice is about, as it is now."""

    notice: Notice
    session: Session
    contact: Contact
    registration: Registration | None = None
    #: All that a sign-up for several sessions asks to confirm.
    registrations: tuple[Registration, ...] = ()


def matter_of(notice: Notice) -> Matter:
    """Return what a notice is about. Raises NoticeObsolete when that is gone."""
    context = notice.context
    ids = context.get("registrations") or (
        [context["registration"]] if "registration" in context else []
    )
    if ids:
        rows = Registration.objects.select_related("session", "contact").filter(pk__in=ids)
        found = tuple(rows.order_by("session__first_day", "pk"))
        if not found:
            raise NoticeObsolete(f"notice {notice.pk}")
        contact = notice.contact or found[0].contact or _unknown_contact(found[0])
        return Matter(notice, found[0].session, contact, found[0], found)
    session = Session.objects.filter(pk=context.get("session")).first()
    if session is None or notice.contact is None:
        raise NoticeObsolete(f"notice {notice.pk}")
    own = Registration.objects.filter(
        session=session, contact=notice.contact, state__in=LIVE
    ).first()
    return Matter(notice, session, notice.contact, own)


def _unknown_contact(registration: Registration) -> Contact:
    """Return who signed up, without a name: nobody is in the contact base before confirming.

    Whoever typed it may be somebody else, who wants us to say something to this address.
    """
    return Contact(language=str(registration.typed.get("language") or ""))


def _is(*states: RegistrationState) -> Callable[[Matter, datetime], bool]:
    return lambda matter, now: (
        matter.registration is not None and matter.registration.state in states
    )


def _is_coming(*states: RegistrationState) -> Callable[[Matter, datetime], bool]:
    def holds(matter: Matter, now: datetime) -> bool:
        return (
            matter.registration is not None
            and matter.registration.state in states
            and not _is_off(matter.session, now)
        )

    return holds


def _is_off(session: Session, now: datetime) -> bool:
    return session.status == SessionStatus.CANCELLED or has_begun(session, now)


def to_confirm(matter: Matter) -> list[Registration]:
    """Return the sign-ups that wait for the button in the mail."""
    return [row for row in matter.registrations if row.state == RegistrationState.UNCONFIRMED]


def _any_to_confirm(matter: Matter, now: datetime) -> bool:
    return bool(to_confirm(matter))


def _any_still_to_confirm(matter: Matter, now: datetime) -> bool:
    """Whether the button would still do something: for a session that can be joined, and by
    somebody who did not sign up in another way."""
    return any(
        phase_of(row.session, now) not in REFUSING
        and live_registration_of_address(row.session, row.address_key) is None
        for row in to_confirm(matter)
    )


def _is_out(matter: Matter, now: datetime) -> bool:
    """Whether the offer lapsed, and the person did not sign up again since."""
    others = Registration.objects.filter(
        session=matter.session, contact=matter.contact, state__in=LIVE
    )
    return _is_coming(RegistrationState.LAPSED)(matter, now) and not others.exists()


def _is_interested(matter: Matter, now: datetime) -> bool:
    interests = Interest.objects.filter(session=matter.session, contact=matter.contact)
    return not _is_off(matter.session, now) and interests.exists()


def _date_is_known(matter: Matter, now: datetime) -> bool:
    return is_dated(matter.session) and _is_changed(matter, now)


def _is_changed(matter: Matter, now: datetime) -> bool:
    """A change is news to whoever was last told something else: there and back again is none."""
    return not _is_off(matter.session, now) and _is_to_be_told(matter, now)


def _session_is_cancelled(matter: Matter, now: datetime) -> bool:
    return matter.session.status == SessionStatus.CANCELLED and _is_to_be_told(matter, now)


def _is_to_be_told(matter: Matter, now: datetime) -> bool:
    return _is_concerned(matter) and is_news_to(
        matter.session, matter.contact, matter.registration, now
    )


def _is_concerned(matter: Matter) -> bool:
    if matter.registration is not None:
        return matter.registration.state in LIVE
    return Interest.objects.filter(session=matter.session, contact=matter.contact).exists()


_S = RegistrationState
#: Of each kind, whether what it says is still true.
HOLDS: dict[NoticeKind, Callable[[Matter, datetime], bool]] = {
    NoticeKind.CONFIRM: _any_to_confirm,
    NoticeKind.NUDGE: _any_still_to_confirm,
    NoticeKind.REGISTERED: _is_coming(_S.REGISTERED),
    NoticeKind.PENDING: _is_coming(_S.PENDING),
    NoticeKind.APPROVED: _is_coming(_S.REGISTERED, _S.WAITING),
    NoticeKind.REJECTED: _is(_S.REJECTED),
    NoticeKind.WAITING: _is_coming(_S.WAITING),
    NoticeKind.OFFERED: _is_coming(_S.OFFERED),
    NoticeKind.OFFER_LAPSED: _is_out,
    NoticeKind.CANCELLED: _is(_S.CANCELLED),
    NoticeKind.COLLEAGUE: _is_coming(_S.PENDING, _S.REGISTERED, _S.WAITING, _S.OFFERED),
    NoticeKind.TRANSFERRED: _is(_S.TRANSFERRED),
    NoticeKind.INTEREST: _is_interested,
    NoticeKind.DATE_KNOWN: _date_is_known,
    NoticeKind.CHANGED: _is_changed,
    NoticeKind.SESSION_CANCELLED: _session_is_cancelled,
    NoticeKind.LINK: _is(*LIVE),
}


# --- what it says -------------------------------------------------------------------------------

"""Every notice as mail, and those that are no longer true."""

import email
import email.policy
from datetime import timedelta

import pytest

from campaigns.errors import NoticeObsolete
from campaigns.notices import compose_notice
from contacts.enums import NoticeKind
from contacts.models import Contact, Notice
from content.selectors import told_hash
from participation.models import Interest, Registration
from participation.services.relocation import move_to_session
from tests.campaigns.test_message import _body, _readable
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_session
from tests.factories.participation import make_registration, typed_values
from tests.participation.libical import complaints

pytestmark = pytest.mark.django_db

#: The state in which each notice about a registration is true.
STATES = {
    "registered": "registered",
    "pending": "pending",
    "approved": "registered",
    "rejected": "rejected",
    "waiting": "waiting",
    "offered": "offered",
    "offer_lapsed": "lapsed",
    "cancelled": "cancelled",
    "colleague": "registered",
    "transferred": "transferred",
    "changed": "registered",
    "session_cancelled": "registered",
    "link": "registered",
}


def _session(**values):
    titles = {"nl": "Werksessie 1", "en": "Working session 1"}
    return make_session(**{"slug": "werksessie-1", "titles": titles} | values)


def _notice(kind, context, contact=None, **values):
    row = {
        "kind": kind,
        "address": "amina@example.org",
        "contact": contact,
        "context": context,
        "key": f"{kind}:{context}",
        "created_at": NOW,
        "not_before": NOW,
    }
    return Notice.objects.create(**row | values)


def _about_registration(kind, *, session=None, state=None, **values):
    """A notice about a registration in the state in which it is true, unless given another."""
    session = session or _session(
        pk=9101, status="cancelled" if kind == "session_cancelled" else "planned"
    )
    contact = make_contact(
        pk=9102, given_name="Amina", family_name="Berg", email="amina@example.org"
    )
    registration = make_registration(
        pk=9103,
        session=session,
        contact=contact,
        state=state or STATES[kind],
        offered_until=NOW + timedelta(days=2),
        rejection_reason="De groep is voor organisaties\n<b>uit</b> {{ contact.why }}.",
    )
    return _notice(kind, {"registration": registration.pk}, contact, **values)


def _all_kinds(kind, language):
    if kind in STATES:
        return _about_registration(kind, pk=9104, language=language)
    if kind in ("confirm", "nudge"):
        rows = [
            make_registration(
                pk=9110 + place,
                session=_session(pk=9120 + place, slug=f"s{place}"),
                state="unconfirmed",
                typed=typed_values(given_name="[x](https://kwaad.example.com)", family_name=""),
            ).pk
            for place in range(2)
        ]
        return _notice(kind, {"registrations": rows}, pk=9105, language=language)
    if kind == "system":
        context = {"subject": "Nieuw wachtwoord", "body": "Klik hier.\n\nDag", "html": ""}
        return _notice(kind, context, pk=9106, language=language)
    if kind == "access":
        contact = make_contact(
            pk=9140, given_name="Amina", family_name="Berg", email="amina@example.org"
        )
        return _notice(kind, {}, contact, pk=9108, language=language)
    precision = {"precision": "unknown"} if kind == "interest" else {}
    session = _session(pk=9130, **precision)
    contact = make_contact(pk=9131, given_name="Bo", family_name="Dam", email="bo@example.org")
    Interest.objects.create(session=session, contact=contact, since=NOW)
    return _notice(kind, {"session": session.pk}, contact, pk=9107, language=language)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", NoticeKind.values)
def test_notice_looks_as_approved(kind, language, golden, monkeypatch):
    # The link to confirm carries the moment in which it was made.
    monkeypatch.setattr("django.core.signing.time.time", NOW.timestamp)
    notice = _all_kinds(kind, language)

    mail = compose_notice(notice, NOW)

    assert mail.recipient == notice.address
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert not message.defects
    assert message["Auto-Submitted"] == "auto-generated"
    if kind == "system":
        golden(f"{kind}.{language}.txt", mail.content.decode().replace("\r\n", "\n"))
    else:
        assert 'https://kwaad.example.com"' not in _body(message, "html").get_content()
        golden(f"{kind}.{language}.txt", _readable(mail.content))


@pytest.mark.parametrize("kind", STATES)
def test_notice_about_another_state_is_obsolete(kind):
    ended = ("rejected", "cancelled", "lapsed", "transferred")
    state = "registered" if STATES[kind] in ended else "cancelled"
    notice = _about_registration(kind, state=state)

    with pytest.raises(NoticeObsolete):
        compose_notice(notice, NOW)


@pytest.mark.parametrize("kind", ["registered", "pending", "waiting", "changed", "approved"])
def test_notice_about_a_session_that_has_begun_is_obsolete(kind):
    session = _session()
    notice = _about_registration(kind, session=session)

    with pytest.raises(NoticeObsolete):
        compose_notice(notice, session.starts_at)


@pytest.mark.parametrize(
    "change", [{"email": "nieuw@example.org"}, {"erased_at": NOW}, {"merged_into": "other"}]
)
def test_link_to_ones_data_goes_to_the_persons_own_address_or_nowhere(change):
    contact = make_contact(email="amina@example.org")
    notice = _notice("access", {}, contact)
    assert compose_notice(notice, NOW).recipient == "amina@example.org"
    other = {"merged_into": make_contact()} if "merged_into" in change else {}
    Contact.objects.filter(pk=contact.pk).update(**change | other)

    with pytest.raises(NoticeObsolete):
        compose_notice(Notice.objects.get(pk=notice.pk), NOW)
    with pytest.raises(NoticeObsolete):
        compose_notice(_notice("access", {}, key="without"), NOW)


def test_confirm_is_obsolete_once_confirmed():
    registration = make_registration()

    with pytest.raises(NoticeObsolete):
        compose_notice(_notice("confirm", {"registrations": [registration.pk]}), NOW)
    with pytest.raises(NoticeObsolete):
        compose_notice(_notice("confirm", {"registrations": [987654]}), NOW)


def test_moving_there_and_back_sends_no_change_notice():
    session = _session()
    notice = _about_registration("changed", session=session)
    told = told_hash(session)
    mailing = make_mailing(state="done", session=session)
    row = make_delivery(
        mailing=mailing, contact=notice.contact, state="sent", told=told, sent_at=NOW
    )

    with pytest.raises(NoticeObsolete):
        compose_notice(notice, NOW)

    # A later mail told something else: now it is news again.
    Notice.objects.create(
        kind="changed",
        address="amina@example.org",
        contact=notice.contact,
        context=notice.context,
        key="later",
        created_at=NOW,
        not_before=NOW,
        state="sent",
        sent_at=NOW + timedelta(hours=1),
        told="something else",
    )
    assert compose_notice(notice, NOW).recipient == "amina@example.org"
    row.delete()


def test_calendar_is_withdrawn_only_where_it_was_sent():
    notice = _about_registration("cancelled")

    def kinds():
        message = email.message_from_bytes(
            compose_notice(notice, NOW).content, policy=email.policy.default
        )
        return [part.get_content_type() for part in message.iter_parts()]

    assert kinds() == ["text/plain", "text/html"]
    _notice("registered", notice.context, notice.contact, state="sent", sent_at=NOW)
    assert kinds() == ["text/plain", "text/html", "text/calendar"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("transferred", {}),
        ("changed", {"precision": "unknown", "status": "postponed"}),
        ("session_cancelled", {"precision": "unknown", "status": "cancelled"}),
    ],
)
def test_entry_in_a_calendar_is_withdrawn_where_it_no_longer_holds(kind, values):
    session = _session(**values)
    notice = _about_registration(kind, session=session)
    _notice("registered", notice.context, notice.contact, state="sent", sent_at=NOW, told="before")

    message = email.message_from_bytes(
        compose_notice(notice, NOW).content, policy=email.policy.default
    )

    (part,) = [each for each in message.iter_parts() if each.get_content_type() == "text/calendar"]
    assert part["Content-Type"].params["method"] == "CANCEL"
    assert complaints(part.get_content().replace("\r", "").replace("\n", "\r\n").encode()) == ""


def test_nothing_is_withdrawn_from_whoever_heard_of_no_day():
    session = _session(precision="unknown", status="planned")
    sent = {"state": "sent", "sent_at": NOW, "told": told_hash(session)}
    session.status = "cancelled"
    session.save()
    notice = _about_registration("session_cancelled", session=session)
    _notice("registered", notice.context, notice.contact, **sent)

    assert b"text/calendar" not in compose_notice(notice, NOW).content


def test_offer_that_lapsed_is_not_told_to_whoever_signed_up_again():
    notice = _about_registration("offer_lapsed")
    make_registration(session=_matter_session(notice), contact=notice.contact, state="waiting")

    with pytest.raises(NoticeObsolete):
        compose_notice(notice, NOW)


def _matter_session(notice):
    return Registration.objects.get(pk=notice.context["registration"]).session


@pytest.mark.parametrize("language", ["nl", "en"])
def test_notice_of_a_sign_up_that_was_moved_says_so(language, golden):
    contact = make_contact(
        pk=9102, given_name="Amina", family_name="Bos", email="a@example.org", language=language
    )
    old = make_registration(pk=9103, session=_session(pk=9101), contact=contact)
    move_to_session(registration=old, session=make_session(slug="andere"), now=NOW)
    notice = Notice.objects.get(kind=NoticeKind.CANCELLED)
    notice.pk = 9104  # it stands in the mail
    golden(f"moved.{language}.txt", _readable(compose_notice(notice, NOW).content))

"""The timeline of a person: every kind, in order, page by page, for whoever may see it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from contacts.errors import CursorUnknown
from contacts.models import Contact, Merge
from contacts.selectors.timeline import kinds_of_people, organisation_timeline, timeline
from contacts.services.audit import PERSON, note_change
from contacts.services.consents import add_consent
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.communities import make_community, make_moment, make_place
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_suppression,
)
from tests.factories.content import make_session
from tests.factories.dossiers import LATER, make_dossier
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def anything(permission: str) -> bool:
    return True


def lines(contact: Contact, **values):
    asked: dict[str, Any] = {"may": anything, "now": LATER} | values
    return timeline(contact, **asked).lines


@pytest.mark.capability("C25")
def test_timeline_tells_every_kind_newest_first():
    found = make_dossier()

    told = [(line.kind, line.text, line.detail, line.by) for line in lines(found.contact)]

    assert told == [
        ("mail", "Mailing merkteken", "came back: 550 mailbox full merkteken", ""),
        (
            "mail",
            "Mailing merkteken",
            "not sent: no membership or consent for this kind of mail",
            "",
        ),
        ("agreement", "Agreement: Afgesproken merkteken", "open · Session merkteken", ""),
        ("poll", "Answered the poll: Doen we dit?", "Stichting merkteken", ""),
        ("question", "Learning question: Hoe merkteken?", "stated", ""),
        ("attendance", "Session merkteken: absent with notice", "", ""),
        ("registration", "Sign-up for Session merkteken: signed up", "", ""),
        (
            "registration",
            "Signed up for Session merkteken",
            "Stichting merkteken · public form",
            "",
        ),
        ("invitation", "Wants to hear when the date of Session merkteken is known", "", ""),
        (
            "invitation",
            "Answer to the invitation for Session merkteken: signed up",
            "",
            "",
        ),
        ("invitation", "Invited for Session merkteken", "brief merkteken", ""),
        ("import", "Imported: lijst merkteken.csv", "", "Collega merkteken"),
        ("change", "Changed: phone: – → “tel merkteken”", "", "Collega merkteken"),
        ("person", f"Merged with {found.gone}", "", "Collega merkteken"),
        ("mail", "Confirm your sign-up", "refused: 550 no such user merkteken", ""),
        ("consent", "Mail stopped: invitations", "by hand · form", "Collega merkteken"),
        ("consent", "Withdrawn: invitations", "", ""),
        ("consent", "Basis to mail noted: invitations", "consent · form · Ja, merkteken", ""),
        ("person", "Added to the contact base", "", ""),
        ("person", "Added to the contact base", "Source of the address: bron merkteken", ""),
        ("moment", "By phone: Gebeld over merkteken.", "", "Collega merkteken"),
        ("place", "Last day of speaking for Stichting merkteken", "functie merkteken", ""),
        ("place", "Speaks for Stichting merkteken from this day", "functie merkteken", ""),
    ]
    moments = [line.at for line in lines(found.contact)]
    assert moments == sorted(moments, reverse=True)


def test_timeline_never_tells_the_private_reason_of_an_absence():
    found = make_dossier()

    words = " ".join(f"{line.text} {line.detail}" for line in lines(found.contact))

    assert "merkteken" in words
    assert "geheim" not in words


def test_timeline_is_of_one_person_alone():
    mine, theirs = make_dossier("mijne"), make_dossier("hunne")
    # They work at the same place, were invited for the same session and got the same mailing.
    make_representation(theirs.contact, mine.organisation)
    make_registration(session=mine.session, contact=theirs.contact)
    make_delivery(mailing=mine.contact.deliveries.get().mailing, contact=theirs.contact)

    words = " ".join(f"{line.text} {line.detail} {line.by}" for line in lines(mine.contact))

    assert "mijne" in words
    assert "hunne" not in words


def test_timeline_waits_for_what_is_still_to_come():
    contact = make_contact()
    make_representation(contact, valid_from=date(2026, 3, 1), valid_until=date(2026, 4, 1))

    def places(now):
        return [line.text.split()[0] for line in lines(contact, now=now, kind="place")]

    assert places(NOW) == ["Speaks"]
    assert places(LATER + timedelta(days=2)) == ["Last", "Speaks"]


def test_timeline_shows_only_what_the_reader_may_see():
    found = make_dossier()
    reader = make_user(permissions=["contacts.view_contact"])

    kinds = {line.kind for line in lines(found.contact, may=reader.has_perm)}

    assert kinds == {"person", "change", "import", "consent", "mail"}
    assert [line.text for line in lines(found.contact, may=reader.has_perm, kind="mail")] == [
        "Confirm your sign-up"
    ]
    assert lines(found.contact, may=reader.has_perm, kind="moment") == []
    assert {code for code, _label in kinds_of_people(reader.has_perm)} == kinds


def test_timeline_is_read_page_by_page_without_gap_or_double():
    found = make_dossier()
    for place in range(7):  # several at one and the same moment
        make_consent(found.contact, given_at=NOW, wording=f"nr {place}")
    whole = [(line.at, line.text, line.detail) for line in lines(found.contact)]

    for size in (1, 2, 3, 5):
        read, cursor = [], ""
        while True:
            page = timeline(found.contact, may=anything, now=LATER, cursor=cursor, limit=size)
            read += [(line.at, line.text, line.detail) for line in page.lines]
            cursor = page.next
            if not cursor:
                break
        assert read == whole


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1.", ".1", "1.-1", "1.99999999", "9" * 21 + ".1", "--1.1", "1٣.1"]
)
def test_cursor_that_is_not_ours_is_refused(cursor):
    with pytest.raises(CursorUnknown):
        timeline(make_contact(), may=anything, now=LATER, cursor=cursor)


def test_timeline_asks_the_same_of_one_line_and_of_fifty():
    found = make_dossier()
    make_consent(found.contact, topic="thema", withdrawn_at=NOW)
    make_suppression(found.contact, scope="purpose", purpose="subgroup", topic="groep")
    lines(found.contact)  # the content types are known from here on

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            lines(found.contact)
        return len(asked)

    before = queries()
    for place in range(25):
        make_delivery(contact=found.contact, state="sent", sent_at=NOW)
        make_consent(found.contact, topic="thema")
        make_registration(contact=found.contact, session=make_session())
        make_representation(found.contact, make_organisation())
        make_moment(contact=found.contact)
        make_suppression(found.contact, scope="purpose", purpose="subgroup", topic=f"g{place}")
    assert queries() == before


def test_page_of_somebody_with_very_many_mails_reads_few_of_them():
    contact = make_contact()
    for place in range(120):
        make_delivery(
            contact=contact,
            mailing=make_mailing(state="done"),
            state="sent",
            sent_at=NOW + timedelta(minutes=place),
        )

    with CaptureQueriesContext(connection) as asked:
        page = timeline(contact, may=anything, now=LATER, limit=10)

    assert [line.at for line in page.lines] == [
        NOW + timedelta(minutes=119 - place) for place in range(10)
    ]
    assert [sql for query in asked if "campaigns_delivery" in (sql := query["sql"])] == [
        sql
        for query in asked
        if "campaigns_delivery" in (sql := query["sql"]) and "LIMIT 11" in sql
    ]


def test_merge_shows_with_both_and_says_when_it_was_undone():
    kept, gone = make_contact(family_name="Blijft"), make_contact(family_name="Terug")
    user = make_user()
    Merge.objects.create(
        kin="contact",
        kept_id=kept.pk,
        gone_id=gone.pk,
        merged_at=NOW + timedelta(hours=1),
        undone_at=NOW + timedelta(hours=2),
        undone_by=user,
    )

    def told(contact):
        return [(line.text, line.by) for line in lines(contact, kind="person")][:2]

    assert told(kept) == [
        (f"Merge with {gone} undone", user.username),
        (f"Merged with {gone}", ""),
    ]
    assert told(gone)[1] == (f"Merged with {kept}", "")


def test_author_of_a_consent_comes_from_the_log():
    contact, user = make_contact(), make_user(first_name="Bo", last_name="Dam")
    add_consent(
        contact=contact,
        purpose="announcements",
        topic="",
        basis="consent",
        source_detail="aan de telefoon",
        wording="Ja",
        by=user,
        now=NOW,
    )
    make_consent(contact, given_at=NOW + timedelta(hours=1))

    assert [(line.text, line.by) for line in lines(contact, kind="consent")] == [
        ("Basis to mail noted: invitations", ""),
        ("Basis to mail noted: announcements", "Bo Dam"),
    ]


def test_act_of_the_person_is_said_to_be_theirs():
    contact = make_contact()
    note_change(contact=contact, action="contacts.preferences", by=PERSON, now=NOW)

    assert [(line.text, line.by) for line in lines(contact, kind="change")] == [
        ("Preferences changed (by the person)", "")
    ]


def test_organisation_has_a_timeline_of_its_own():
    organisation = make_member(name="Stichting Wilg")
    other = make_member(name="Stichting Eik")
    contact = make_contact(given_name="Amina", family_name="Berg")
    make_representation(contact, organisation, function="directeur", valid_from=date(2026, 2, 1))
    make_representation(make_contact(given_name="Vreemd"), other, valid_from=date(2026, 2, 1))
    make_place(make_community(name="Kring"), organisation, since=date(2026, 1, 1))
    make_moment(organisation=organisation, text="Bezoek gebracht.", kind="meeting")
    make_moment(organisation=other, text="Elders geweest.")
    session = make_session(titles={"nl": "Werksessie", "en": "Working session"})
    for attendance in ("present", "no_show"):
        make_registration(
            session=session,
            contact=make_contact(),
            organisation=organisation,
            attendance=attendance,
        )
    make_registration(session=session, contact=make_contact(), organisation=other)
    mailing = make_mailing(title="Uitnodiging", state="done", started_at=NOW)
    for state in ("sent", "sent", "excluded"):
        make_delivery(mailing=mailing, organisation=organisation, state=state)

    page = organisation_timeline(organisation, may=anything, now=LATER)

    assert [(line.kind, line.text, line.detail) for line in page.lines] == [
        ("registration", "Working session", "2 people signed up, 1 present"),
        ("mail", "Uitnodiging", "sent to 2 people, not to 1"),
        ("moment", "Meeting: Bezoek gebracht.", ""),
        ("person", "Amina Berg speaks for it from this day", "directeur"),
        ("community", "In the community Kring from this day", "core"),
        ("membership", "member from this day", ""),
    ]


def test_timeline_of_an_organisation_names_nobody_to_whom_may_see_no_people():
    organisation = make_organisation()
    make_representation(make_contact(given_name="Amina"), organisation)
    reader = make_user(permissions=["contacts.view_organisation"])

    page = organisation_timeline(organisation, may=reader.has_perm, now=LATER)

    assert page.lines == []

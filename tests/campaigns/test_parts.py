"""Parts of a mail for some people only: each gets their own, and nothing of anybody else's."""

import email
import email.policy
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.checks import send_problems
from campaigns.compiling import Message, compile_messages
from campaigns.enums import Whom
from campaigns.message import draft_composer, open_composer, preview_for
from campaigns.models import Delivery, Mailing
from campaigns.parts import Edge
from campaigns.rendering import preview_page
from campaigns.selectors import load_deliveries
from campaigns.selectors.recipients import dry_run
from contacts.models import Contact
from contacts.names import salutation
from participation.enums import InvitationAnswer
from participation.models import Registration
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation
from tests.factories.content import make_series, make_session
from tests.factories.participation import make_invitation, make_registration
from worker.sources import MailingSource

pytestmark = pytest.mark.django_db


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "value": f"<p>{words}</p>"}


def only_for(*whom: str, say: str) -> dict[str, Any]:
    return {"type": "only_for", "value": {"whom": list(whom), "content": [text(say)]}}


def said(whom: str) -> str:
    """What the part for these people says, and no other part."""
    return f"Woorden voor {whom.upper()}."


BODY = [
    text("Beste allemaal,"),
    *(only_for(str(whom), say=said(str(whom))) for whom in Whom),
    text("Tot dan."),
]


class Person:
    """Somebody, and what is true of them."""

    def __init__(self, contact: Contact, *holds: str) -> None:
        self.contact = contact
        self.holds = set(holds)


def people_of(session) -> list[Person]:
    """One of each kind that there is, in two languages."""
    wilg = make_member(name="Stichting Wilg")

    def delegate(**values):
        return make_representation(make_contact(**values), wilg).contact

    stranger = make_contact()
    english = delegate(language="en")
    registered, waiting, pending, invited, declined, gone = (make_contact() for _ in range(6))
    present, excused, absent = (make_contact() for _ in range(3))
    make_registration(session=session, contact=registered)
    make_registration(session=session, contact=waiting, state="waiting")
    make_registration(session=session, contact=pending, state="pending")
    make_registration(session=session, contact=gone, state="cancelled")
    make_registration(contact=stranger)  # for another session
    make_invitation(session, invited)
    make_invitation(session, registered)
    make_invitation(session, declined, answer=InvitationAnswer.DECLINED)
    for contact, mark in ((present, "present"), (excused, "excused"), (absent, "no_show")):
        state = "cancelled" if mark == "excused" else "registered"
        make_registration(session=session, contact=contact, state=state, attendance=mark)
    return [
        Person(stranger, "non_member", "not_signed_up"),
        Person(english, "member", "other_language", "not_signed_up"),
        Person(registered, "non_member", "signed_up"),
        Person(waiting, "non_member", "waiting"),
        Person(pending, "non_member", "waiting"),
        Person(invited, "non_member", "not_signed_up", "unanswered"),
        Person(declined, "non_member", "not_signed_up"),
        Person(gone, "non_member", "not_signed_up"),
        Person(present, "non_member", "signed_up", "present"),
        Person(excused, "non_member", "not_signed_up", "excused"),
        Person(absent, "non_member", "signed_up", "no_show"),
    ]


def decoded(content: bytes) -> dict[str, str]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    found = {}
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        octets = part.get_payload(decode=True)
        assert isinstance(octets, bytes)
        found[kind] = octets.decode().replace("\r\n", "\n")
    return found


def parts_in(page: str) -> set[str]:
    return {str(whom) for whom in Whom if said(str(whom)) in page}


class _Nesting(HTMLParser):
    """Holds every end tag against the tag that is open."""

    EMPTY = ("meta", "br", "img", "link", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            assert self.open[-1] in ("table", "tbody", "thead")
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            assert self.open[-1] not in ("table", "tbody", "tr")


def assert_nested(page: str) -> None:
    reader = _Nesting()
    reader.feed(page)
    reader.close()
    assert reader.open == []


# --- who gets what ------------------------------------------------------------------------------


@pytest.mark.parametrize("is_8bit", [False, True])
def test_everybody_gets_their_parts_and_nothing_of_anybody_elses(is_8bit):
    session = make_session()
    people = people_of(session)
    mailing = make_mailing(
        state="sending", session=session, body_nl=BODY, subject_en="", body_en=[]
    )
    rows = [make_delivery(mailing=mailing, contact=person.contact).pk for person in people]
    composer = open_composer(mailing.pk, is_8bit=is_8bit)
    deliveries = load_deliveries(rows)
    composer.look_at(deliveries)

    for person, delivery in zip(people, deliveries, strict=True):
        mail = decoded(composer.compose(delivery, now=NOW).content)
        assert parts_in(mail["plain"]) == parts_in(mail["html"]) == person.holds
        assert "\n\n\n" not in mail["plain"]
        assert "Beste allemaal,\n\n" in mail["plain"]
        assert_nested(mail["html"])
        # The view in the browser and the look of an organiser are of the same person.
        page = composer.render(composer.recipient_of(Delivery.objects.get(pk=delivery.pk)))
        assert parts_in(page.html) == parts_in(page.text) == person.holds
        preview = preview_for(mailing, person.contact, now=NOW)
        assert preview is not None
        assert parts_in(preview.mail.html) == parts_in(preview.mail.text) == person.holds


def test_dry_run_counts_by_the_same_conditions():
    session = make_session()
    people = people_of(session)
    audience = {"contacts": [person.contact.pk for person in people]}
    mailing = make_mailing(
        session=session,
        kind="change",
        purpose="participation",
        audience=audience,
        body_nl=BODY,
        subject_en="",
        body_en=[],
    )
    numbers = dry_run(mailing, NOW)
    reached = [person for person in people if person.holds & {"signed_up", "waiting"}]

    assert numbers.recipients == len(reached)
    assert {(part.language, part.place, part.whom, part.of) for part in numbers.parts} == {
        ("nl", place, (whom,), len(reached)) for place, whom in enumerate(Whom, start=1)
    }
    assert {part.whom[0]: part.shown for part in numbers.parts} == {
        whom: sum(whom in person.holds for person in reached) for whom in Whom
    }


def test_several_conditions_mean_any_of_them():
    session = make_session()
    body = [only_for("signed_up", "waiting", say="Je staat op de lijst."), text("Dag")]
    mailing = make_mailing(state="sending", session=session, body_nl=body)
    waiting, stranger = make_contact(), make_contact()
    make_registration(session=session, contact=waiting, state="waiting")
    composer = open_composer(mailing.pk)

    def mail(contact):
        row = make_delivery(mailing=mailing, contact=contact)
        return decoded(composer.compose(row, now=NOW).content)["plain"]

    assert mail(waiting).startswith("Je staat op de lijst.\n\nDag\n\n-- \n")
    assert mail(stranger).startswith("Dag\n\n-- \n")


def test_membership_is_that_of_the_start_date():
    session = make_session()
    former = make_representation(organisation=make_member(name="Wilg")).contact
    body = [only_for("member", say="Als lid")]
    mailing = make_mailing(state="sending", session=session, body_nl=body, started_at=NOW)
    memberships = former.representations.get().organisation.memberships
    memberships.update(valid_until=NOW.date() + timedelta(days=3))
    row = make_delivery(mailing=mailing, contact=former)
    later = NOW + timedelta(days=30)

    assert "Als lid" in decoded(open_composer(mailing.pk, now=later).compose(row).content)["html"]
    draft = make_mailing(session=session, body_nl=body)
    composer = draft_composer(draft, now=later)
    assert "Als lid" not in composer.render(composer.recipient_of(row)).html


def test_mail_about_a_series_asks_for_any_of_its_sessions():
    series = make_series()
    session = make_session(series=series)
    person, other = make_contact(), make_contact()
    make_registration(session=session, contact=person)
    make_registration(contact=other)
    mailing = make_mailing(
        state="sending", series=series, body_nl=[only_for("signed_up", say="Fijn"), text("Dag")]
    )
    composer = open_composer(mailing.pk)

    pages = [
        composer.render(composer.recipient_of(make_delivery(mailing=mailing, contact=each))).text
        for each in (person, other)
    ]
    assert ["Fijn" in page for page in pages] == [True, False]


def test_who_signs_up_while_it_is_sent_gets_the_part_for_that():
    session = make_far_session()
    mailing = make_mailing(state="sending", session=session, body_nl=BODY, body_en=[])
    row = make_delivery(mailing=mailing)
    source = MailingSource(mailing.pk)
    (loaded,) = source.load("", [row.pk]) or load_deliveries([row.pk])

    def mail():
        source.exclusions([loaded], timezone.now())
        return parts_in(decoded(source.compose(loaded, timezone.now()).content)["html"])

    before = mail()
    Registration.objects.create(
        session=session,
        contact=row.contact,
        state="registered",
        source="organiser",
        created_at=NOW,
        changed_at=NOW,
    )

    assert before == {"non_member", "not_signed_up"}
    assert mail() == {"non_member", "signed_up"}


# --- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_true_of_people_takes_one_query(count):
    session = make_session()
    mailing = make_mailing(state="sending", session=session, body_nl=BODY)
    rows = load_deliveries([make_delivery(mailing=mailing).pk for _ in range(count)])
    composer = open_composer(mailing.pk)
    composer.compose(rows[0], now=NOW)  # reads the attachments

    with CaptureQueriesContext(connection) as queries:
        composer.look_at(rows)
        for row in rows:
            composer.compose(row, now=NOW)

    assert len(queries) == 1


def test_mail_for_everybody_alike_asks_nothing():
    mailing = make_mailing(state="sending", session=make_session())
    rows = load_deliveries([make_delivery(mailing=mailing).pk for _ in range(3)])
    composer = open_composer(mailing.pk)
    composer.compose(rows[0], now=NOW)  # reads the attachments

    with CaptureQueriesContext(connection) as queries:
        composer.look_at(rows)
        for row in rows:
            composer.compose(row, now=NOW)

    assert len(queries) == 0


def test_dry_run_takes_one_more_query_however_many_parts_and_people():
    session = make_session()

    def queries_of(mailing: Mailing) -> int:
        with CaptureQueriesContext(connection) as queries:
            dry_run(mailing, NOW)
        return len(queries)

    def measured() -> list[int]:
        return [
            queries_of(make_mailing(session=session, body_nl=body))
            for body in ([text("Dag")], BODY[:2], BODY)
        ]

    make_representation(organisation=make_member())
    plain, one, many = measured()
    make_representation(organisation=make_member())
    make_representation(organisation=make_member())

    assert (one, many) == (plain + 1, plain + 1)
    assert measured() == [plain, one, many]


# --- what is frozen -----------------------------------------------------------------------------


def test_frozen_text_is_read_as_it_was_written():
    mailing = make_mailing(session=make_session(), body_nl=BODY)
    for data in compile_messages(mailing).values():
        message = Message.of_json(data)
        assert message.as_json() == data
        assert all(isinstance(piece, str) for piece in message.subject)
    marks = [
        piece
        for piece in Message.of_json(compile_messages(mailing)["nl"]).html
        if isinstance(piece, Edge)
    ]
    assert len(marks) == 2 * len(Whom)


def test_text_frozen_before_there_were_parts_is_still_read():
    contact = make_contact()
    frozen = {
        "audience": {"everyone": True},
        "messages": {
            "nl": {
                "subject": ["Dag ", ["contact.given_name", "", None, "header"]],
                "html": ["<p>", ["contact.salutation", "", None, "html"], "</p>"],
                "text": [["contact.salutation", "", None, "text"], "\n"],
            }
        },
    }
    mailing = make_mailing(state="sending", frozen=frozen, started_at=NOW)
    row = make_delivery(mailing=mailing, contact=contact)

    mail = decoded(open_composer(mailing.pk).compose(row, now=NOW).content)
    assert mail["plain"].rstrip() == salutation(contact, "nl")
    assert mail["html"].strip() == f"<p>{salutation(contact, 'nl')}</p>"


# --- looking at it beforehand -------------------------------------------------------------------


def test_look_without_a_person_shows_every_part_and_for_whom():
    mailing = make_mailing(session=make_session(), body_nl=BODY)
    page = preview_page(mailing, "html-nl")
    plain = preview_page(mailing, "text-nl")

    assert parts_in(page) == parts_in(plain) == set(Whom.values)
    assert page.count("Alleen voor wie") == plain.count("Alleen voor wie") == len(Whom)
    assert "Alleen voor wie niet namens een lid spreekt" in page
    assert_nested(page)


def test_look_as_somebody_carries_none_of_their_links():
    session = make_session()
    contact = make_contact()
    make_registration(session=session, contact=contact)
    mailing = make_mailing(session=session, audience={"contacts": [contact.pk]})
    row = make_delivery(mailing=make_mailing(state="sending", session=session), contact=contact)
    composer = open_composer(row.mailing_id)
    own = composer.render(composer.recipient_of(row)).text
    preview = preview_for(mailing, contact, now=NOW)

    assert preview is not None
    assert contact.given_name in preview.mail.text
    links = {word for word in own.split() if word.startswith("http") and ":" in word[8:]}
    personal = {link for link in links if link.count("/") > 3 and "agenda" not in link}
    assert len(personal) >= 3
    assert not any(link in preview.mail.text or link in preview.mail.html for link in personal)


def test_look_as_somebody_of_whom_nothing_is_written_is_empty():
    mailing = make_mailing(subject_nl="", subject_en="", body_nl=[], body_en=[])
    assert preview_for(mailing, make_contact(), now=NOW) is None


# --- checks -------------------------------------------------------------------------------------


def test_part_about_a_session_needs_one():
    person = make_representation(organisation=make_member()).contact
    audience = {"contacts": [person.pk]}
    needy = make_mailing(audience=audience, body_nl=[only_for("signed_up", say="Fijn")], body_en=[])
    alike = make_mailing(audience=audience, body_nl=[only_for("member", say="Lid")], subject_en="")

    assert send_problems(needy, NOW)[0].startswith("Er is een onderwerp in het Engels, maar geen")
    needy.subject_en = ""
    assert len(send_problems(needy, NOW)) == 1
    assert "kies bij welke sessie" in send_problems(needy, NOW)[0]
    alike.body_en = []
    assert send_problems(alike, NOW) == []


def test_overview_tells_of_languages_and_parts(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("beheer", password="x"))
    person = make_representation(make_contact(language="en"), make_member()).contact
    mailing = make_mailing(
        audience={"contacts": [person.pk]},
        session=make_far_session(),
        body_nl=[only_for("member", "signed_up", say="Lid")],
        subject_en="",
        body_en=[],
    )
    page = client.get(f"/admin/snippets/campaigns/mailing/overview/{mailing.pk}/").content.decode()

    assert "1 persoon die Engels leest, krijgt de mail in het Nederlands." in page
    assert "<td>namens een lid spreekt of is aangemeld</td>" in page
    assert "<td>1 van de 1</td>" in page

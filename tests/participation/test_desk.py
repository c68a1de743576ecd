"""The desk of a session in the admin: who is in, who waits, what people want, who was asked."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from contacts.models import Contact, Notice
from content.models import Session, SessionPage
from participation.models import OrganisationInvitation, PartnerVisit, Registration
from tests.contacts.logins import log_in
from tests.factories.contacts import make_contact, make_organisation, make_representation
from tests.factories.content import make_session, make_session_page
from tests.factories.participation import make_invitation, make_question, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.database]

QUESTIONS = [
    {
        "id": "eat", "text": "What do you eat?", "kind": "choice", "help": "",
        "options": ["Vegetarian", "Anything"], "required": False, "private": True,
        "only_if": "", "only_if_answer": "",
    },
    {
        "id": "group", "text": "Which group?", "kind": "choices", "help": "",
        "options": ["Money", "Policy"], "required": False, "private": False,
        "only_if": "", "only_if_answer": "",
    },
]  # fmt: skip
#: The same questions in Dutch, the source language, in whose words answers are kept.
VRAGEN = [
    QUESTIONS[0] | {"text": "Wat eet je?", "options": ["Vegetarisch", "Alles"]},
    QUESTIONS[1] | {"text": "Welke groep?", "options": ["Geld", "Beleid"]},
]


@pytest.fixture
def organiser(client):
    log_in(client, "Organisator")
    return client


def _page(**values) -> tuple[SessionPage, Session]:
    page = make_session_page(publish=True, **values)
    assert page.session is not None
    return page, page.session


def _soon(**values) -> Session:
    start = timezone.now() + timedelta(days=5)
    values = {"starts_at": start, "ends_at": start + timedelta(hours=2)} | values
    return make_session(**values)


def _url(session, name="desk"):
    return reverse(f"session_desk:{name}", args=[session.pk])


def _get(client, session, name="desk"):
    return client.get(_url(session, name)).content.decode()


def _file(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


# --- the list of sessions ------------------------------------------------------------------------


def test_list_of_sessions_counts_for_an_organiser(organiser):
    _own, session = _page(capacity=20)
    _theirs, partner = _page(host_name="Brug", host_url="https://brug.example.org")
    for state in ("registered", "registered", "offered", "waiting", "pending", "unconfirmed"):
        make_registration(session=session, state=state)
    make_invitation(session)
    make_invitation(session, answer="declined")
    PartnerVisit.objects.create(session=partner, day="2026-03-01", count=4)
    PartnerVisit.objects.create(session=partner, day="2026-03-02", count=3)
    content = organiser.get(reverse("content_sessions:index"))
    found = {page.session_id: page for page in content.context["object_list"]}
    row = found[session.pk]
    counts = (row.seated_count, row.waiting_count, row.pending_count)
    assert counts == (3, 1, 1)
    assert (row.unconfirmed_count, row.unanswered_count) == (1, 1)
    assert "3 / 20" in content.content.decode()
    assert "7 times to the partner" in content.content.decode()


def test_list_of_sessions_asks_as_much_for_three_rows_as_for_one(organiser):
    path = reverse("content_sessions:index")
    page = make_session_page(publish=True)
    make_registration(session=page.session)
    one = _count(organiser, path)
    for _ in range(2):
        another = make_session_page(publish=True, parent=page.get_parent().specific)
        make_registration(session=another.session)
        make_invitation(another.session)
    assert _count(organiser, path) == one


def _count(client, path) -> int:
    """How often our own tables are asked; the buttons of a row ask Wagtail's own a page."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    ours = ("participation_", "content_session", "contacts_")
    return sum(
        any(f'FROM "{name}' in query["sql"] for name in ours) for query in queries.captured_queries
    )


@pytest.mark.parametrize("role", ["Organisator", "Redacteur"])
def test_list_of_sessions_is_searched_narrowed_and_sorted_at_once(client, role):
    log_in(client, role)
    for title, status in (("Over water", "planned"), ("Waterplan", "held"), ("Brood", "planned")):
        _page(title=title, status=status)
    where = reverse("content_sessions:index")
    for ordering in ("", "title", "-first_day", "live", "latest_revision_created_at"):
        for status, titles in (("", {"Over water", "Waterplan"}), ("held", {"Waterplan"})):
            values = {"q": "wat", "ordering": ordering, "status": status}
            response = client.get(where, values)
            assert response.status_code == 200, values
            assert {page.title for page in response.context["object_list"]} == titles, values


def test_editor_sees_sessions_but_neither_numbers_nor_people(client):
    page = make_session_page(publish=True)
    make_registration(session=page.session, contact=make_contact(family_name="Zonneveld"))
    log_in(client, "Redacteur")
    content = client.get(reverse("content_sessions:index")).content.decode()
    assert page.title in content
    assert "To approve" not in content
    for name in ("desk", "attendance", "agenda", "invited", "register", "walk_in", "close"):
        response = client.get(_url(page.session, name))
        assert response.status_code in (302, 403)
        assert "Zonneveld" not in response.content.decode()
    exported = client.get(_url(page.session), {"export": "csv"})
    assert exported.status_code in (302, 403)


# --- the sign-ups --------------------------------------------------------------------------------


@pytest.mark.capability("C56")
def test_desk_groups_by_organisation_and_names_joint_affiliations(organiser):
    session = _soon()
    imo, zand = make_organisation(name="IMO"), make_organisation(name="Zandstad")
    tineke = make_contact(given_name="Tineke", family_name="Waal")
    own = make_representation(tineke, imo, function="hoogleraar")
    make_representation(tineke, zand)
    make_registration(session=session, contact=tineke, organisation=imo, representation=own)
    make_registration(session=session, organisation=imo)
    make_registration(session=session, contact=make_contact(given_name="Alleen"))
    desk = organiser.get(_url(session)).context["desk"]
    assert [(name, len(rows)) for name, rows in desk.registered] == [("IMO", 2), ("", 1)]
    row = next(row for row in desk.registered[0][1] if row.name == "Tineke Waal")
    assert (row.also, row.function) == (("Zandstad",), "hoogleraar")


def test_desk_tells_what_has_to_be_done_in_order(organiser):
    session = _soon(capacity=1)
    make_registration(session=session, state="pending", works_on_theme=True, typed={
        "organisation": "Stichting Onbekend"
    })  # fmt: skip
    first = make_registration(session=session, state="waiting")
    second = make_registration(session=session, state="waiting")
    make_registration(session=session, state="offered", offered_until=timezone.now())
    make_registration(session=session, state="unconfirmed")
    make_registration(session=session, state="cancelled")
    make_registration(session=session, state="transferred")
    response = organiser.get(_url(session))
    desk, content = response.context["desk"], response.content.decode()
    assert [row.pk for row in desk.waiting] == [first.pk, second.pk]
    lists = (desk.pending, desk.offered, desk.unconfirmed, desk.cancelled, desk.transferred)
    assert [len(rows) for rows in lists] == [1] * 5
    assert "Stichting Onbekend" in content
    assert "Declares to work on the theme" in content


def test_desk_of_one_and_of_three_asks_the_same_number_of_queries(organiser):
    session = _soon()
    make_registration(session=session, organisation=make_organisation())
    one = _count(organiser, _url(session))
    for _ in range(2):
        contact = make_contact()
        make_representation(contact)
        make_registration(session=session, contact=contact, organisation=make_organisation())
    assert _count(organiser, _url(session)) == one


def test_private_answers_are_counted_without_names_and_never_exported(organiser):
    session = _soon(questions={"en": QUESTIONS, "nl": VRAGEN})
    for number, meal in enumerate(("Vegetarisch", "Vegetarisch", "Geheime pap")):
        make_registration(
            session=session,
            contact=make_contact(given_name=f"P{number}"),
            private_answers={"eat": meal},
            answers={"group": ["Geld", "Beleid"]},
            attendance_reason="ziek",
        )
    response = organiser.get(_url(session))
    tally = response.context["desk"].private[0]
    assert tally.options == [("Vegetarian", 2), ("Anything", 0), ("Geheime pap", 1)]
    text = _file(organiser.get(_url(session), {"export": "csv"}))
    assert "Money, Policy" in text
    assert "Vegetari" not in text
    assert "Geheime pap" not in text
    assert "ziek" not in text


def test_export_of_the_desk_is_safe_to_open(organiser):
    session = _soon()
    make_registration(session=session, contact=make_contact(given_name="=1+1", family_name="Bos"))
    text = _file(organiser.get(_url(session), {"export": "csv"}))
    assert "'=1+1 Bos" in text
    book = organiser.get(_url(session), {"export": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(book.streaming_content))).active
    assert [sheet.cell(2, 4).value, sheet.cell(2, 4).data_type] == ["=1+1 Bos", "s"]


def test_desk_of_an_empty_session_says_what_to_do(organiser):
    assert "Nobody has signed up yet." in _get(organiser, _soon())
    partner = make_session(host_name="Brug", host_url="https://brug.example.org")
    assert "upload it under Attendance" in _get(organiser, partner)
    assert "Nobody has been asked yet" in _get(organiser, _soon(), "invited")
    assert "Nobody has a seat yet" in _get(organiser, _soon(), "attendance")
    assert "Nobody has written down a need" in _get(organiser, _soon(), "agenda")


def test_pages_of_a_session_that_is_not_there_are_not_found(organiser):
    assert organiser.get(reverse("session_desk:desk", args=[999999])).status_code == 404


# --- somebody phones -----------------------------------------------------------------------------


@pytest.mark.capability("C12")
def test_organiser_types_in_somebody_unknown_with_answers(organiser):
    session = _soon(eligibility="members")
    assert organiser.get(_url(session, "register")).status_code == 200
    values = {
        "email": "ada@example.org", "given_name": "Ada", "family_name": "Proef",
        "organisation": "Stichting Nieuw", "function": "adviseur", "need": "Koffie",
        "learning_question": "Hoe dan?", "mail_language": "en",
    }  # fmt: skip
    assert organiser.post(_url(session, "register"), values).status_code == 302
    row = Registration.objects.get()
    assert row.contact is not None
    assert row.organisation is not None
    assert row.representation is not None
    assert (row.state, row.source, row.contact.language) == ("registered", "organiser", "en")
    assert row.answers == {"need": "Koffie", "learning_question": "Hoe dan?"}
    assert (row.organisation.name, row.representation.function) == ("Stichting Nieuw", "adviseur")
    assert Notice.objects.get().kind == "registered"


def test_organiser_chooses_somebody_known_and_needs_type_nothing(organiser):
    session, contact = _soon(), make_contact()
    assert organiser.post(_url(session, "register"), {"contact": contact.pk}).status_code == 302
    assert Registration.objects.get().contact == contact


def test_form_for_somebody_who_phoned_names_what_is_missing(organiser):
    session = _soon()
    response = organiser.post(_url(session, "register"), {"email": "geen adres"})
    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == ["email", "family_name", "given_name"]
    assert Registration.objects.count() == Contact.objects.count() == 0


@pytest.mark.parametrize("person", ["x", "-1", "1e3", "\0", "٣", "9" * 40, 10**9, "' OR 1=1 --"])
def test_person_who_is_no_choice_is_an_error_on_the_form(organiser, person):
    response = organiser.post(_url(_soon(), "register"), {"contact": person})
    assert (response.status_code, Registration.objects.count()) == (422, 0)


def test_organiser_cannot_register_for_a_session_that_is_off(organiser):
    session = _soon(status="cancelled")
    response = organiser.post(_url(session, "register"), {"contact": make_contact().pk})
    assert (response.status_code, Registration.objects.count()) == (422, 0)


# --- needs and questions -------------------------------------------------------------------------


def test_agenda_shows_yes_and_no_each_with_its_own_number(organiser):
    asked = [QUESTIONS[1] | {"id": "eats", "kind": "yes_no", "options": []}]
    session = _soon(questions={"en": asked, "nl": asked})
    for answer in ("yes", "yes", "no"):
        make_registration(session=session, answers={"eats": answer})
    content = organiser.get(_url(session, "agenda")).content.decode()
    assert "yes: <strong>2</strong>" in content
    assert "no: <strong>1</strong>" in content


@pytest.mark.capability("C14")
def test_needs_and_questions_are_grouped_by_organisation_and_counted(organiser):
    session = _soon(questions={"en": QUESTIONS, "nl": VRAGEN})
    wilg, brug = make_organisation(name="Wilg"), make_organisation(name="Brug")
    for organisation, need, group in ((wilg, "Rust", ["Geld"]), (brug, "=Cijfers", ["Geld"])):
        make_registration(
            session=session, organisation=organisation, answers={"need": need, "group": group}
        )
    make_registration(session=session, state="cancelled", answers={"need": "Weg ermee"})
    both = make_question(session=session, text="Samen?", is_public=True)
    both.organisations.set([wilg, brug])
    make_question(session=session, text="", state="asked").organisations.set([wilg])
    response = organiser.get(_url(session, "agenda"))
    agenda = response.context["agenda"]
    assert [wants.organisation for wants in agenda.wants] == ["Brug", "Wilg"]
    assert [[text for _name, text in wants.needs] for wants in agenda.wants] == [
        ["=Cijfers"], ["Rust"]
    ]  # fmt: skip
    assert agenda.wants[0].questions[0].organisations == ("Brug", "Wilg")
    assert agenda.wants[1].questions[0].text == ""
    assert agenda.answers[0].options == [("Money", 2), ("Policy", 0)]
    assert "- learning question: Samen? (Brug / Wilg)" in response.context["as_text"]
    assert "Amina" not in response.context["as_text"]
    text = _file(organiser.get(_url(session, "agenda"), {"export": "csv"}))
    assert "'=Cijfers" in text
    assert "Weg ermee" not in response.content.decode() + text
    book = organiser.get(_url(session, "agenda"), {"export": "xlsx"})
    book.close()
    assert book.status_code == 200


# --- who was asked -------------------------------------------------------------------------------


@pytest.mark.capability("C57")
def test_invited_without_answer_are_kept_apart_by_organisation(organiser):
    session = _soon()
    names = ("Aan", "Blijft weg", "Collega", "Door", "Leeg")
    by_name = {name: make_organisation(name=name) for name in names}
    come = make_contact()
    make_invitation(session, come, organisation=by_name["Aan"])
    make_invitation(session, organisation=by_name["Aan"])
    make_registration(session=session, contact=come, organisation=by_name["Aan"])
    make_invitation(session, organisation=by_name["Blijft weg"], answer="declined")
    make_invitation(session, organisation=by_name["Collega"], answer="colleague")
    OrganisationInvitation.objects.create(
        session=session, organisation=by_name["Door"], source="brief", invited_at=timezone.now()
    )
    make_invitation(session, organisation=by_name["Leeg"])
    response = organiser.get(_url(session, "invited"))
    rows = {row.organisation.name: str(row.state) for row in response.context["rows"]}
    assert rows == {
        "Aan": "registered", "Blijft weg": "declined", "Collega": "colleague", "Door": "none",
        "Leeg": "none",
    }  # fmt: skip
    counts = response.context["invited"]
    assert (counts.people, counts.unanswered) == (5, 2)
    assert (counts.organisations, counts.organisations_unanswered) == (5, 2)
    attendance = organiser.get(_url(session, "attendance")).context["counts"]
    assert (attendance.unmarked, attendance.no_show, attendance.absent_with_notice) == (1, 0, 0)
    only = organiser.get(_url(session, "invited"), {"state": "none"}).context["rows"]
    assert [row.organisation.name for row in only] == ["Door", "Leeg"]


def test_organisations_are_noted_as_asked_once(organiser):
    session, organisation = _soon(), make_organisation()
    values = {"organisations": [organisation.pk], "source": "brief van 3 maart"}
    assert organiser.get(_url(session, "invite")).status_code == 200
    for _ in range(2):
        assert organiser.post(_url(session, "invite"), values).status_code == 302
    row = OrganisationInvitation.objects.get()
    assert (row.organisation, row.source) == (organisation, "brief van 3 maart")
    assert Notice.objects.count() == 0
    missing = organiser.post(_url(session, "invite"), {"source": ""})
    assert (missing.status_code, sorted(missing.context["form"].errors)) == (
        422, ["organisations", "source"]
    )  # fmt: skip


# --- bulk actions from the desk ------------------------------------------------------------------


def _bulk(action, *rows, **query):
    path = reverse("wagtail_bulk_action", args=["participation", "registration", action])
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"{path}?{'&'.join(f'id={row.pk}' for row in rows)}{more}"


def test_bulk_acts_come_back_to_the_desk(organiser):
    session = _soon()
    row = make_registration(session=session)
    url = _bulk("excused", row, next=_url(session))
    assert organiser.get(url).status_code == 200
    response = organiser.post(url, {"reason": "griep"})
    assert response.url == _url(session)
    row.refresh_from_db()
    assert (row.attendance, row.attendance_reason) == ("excused", "griep")


def test_chosen_people_go_to_another_session(organiser):
    here, (_there, there) = _soon(), _page()
    start = timezone.now() + timedelta(days=9)
    Session.objects.filter(pk=there.pk).update(
        starts_at=start, ends_at=start + timedelta(hours=1), first_day=start.date()
    )
    row = make_registration(session=here)
    url = _bulk("move", row, next=_url(here))
    assert "Move 1 sign-ups" in organiser.get(url).content.decode()
    assert organiser.post(url, {"session": here.pk}).status_code == 200
    assert organiser.post(url, {"session": there.pk}).status_code == 302
    states = dict(Registration.objects.values_list("session", "state"))
    assert states == {here.pk: "cancelled", there.pk: "registered"}
    assert [moved.went_to for moved in organiser.get(_url(here)).context["desk"].moved] == [there]


def test_chosen_sign_ups_are_exported(organiser):
    session = _soon()
    rows = [
        make_registration(session=session, contact=make_contact(family_name=name))
        for name in ("Appel", "Peer")
    ]
    assert organiser.get(_bulk("export", rows[0])).status_code == 200
    text = _file(organiser.post(_bulk("export", rows[0]), {"form": "csv"}))
    assert "Appel" in text
    assert "Peer" not in text

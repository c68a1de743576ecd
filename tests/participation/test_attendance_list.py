"""Marking who was there: on the list, by closing it, at the door, and the numbers that follow."""

import csv
from collections import Counter
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from campaigns import audience
from contacts.models import Contact, Notice
from content.models import Session
from participation.enums import Attendance
from participation.errors import AttendanceNotPossible, AttendanceTooEarly, SignUpClosed
from participation.models import AttendanceList, Registration
from participation.selectors.attendance import attendance_counts
from participation.services.attendance import Mark, import_attendance, mark_list
from participation.services.attendance_lists import close_attendance, reopen_attendance
from participation.services.cancellation import cancel_registration
from participation.services.organiser import register_by_organiser
from participation.services.walk_ins import register_typed_walk_in, register_walk_in
from tests.contacts.logins import log_in
from tests.factories.contacts import NOW, make_contact, make_organisation, make_representation
from tests.factories.content import ENDS_AT, STARTS_AT, make_session
from tests.factories.participation import make_invitation, make_registration, make_typed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ANNEX = (Path(__file__).parents[1] / "data" / "annex.csv").read_bytes()
STATIC = Path(__file__).parents[2] / "site" / "static"
DURING = STARTS_AT + timedelta(minutes=5)


@pytest.fixture
def organiser(client):
    log_in(client, "Organisator")
    return client


def _url(session, name="attendance"):
    return reverse(f"session_desk:{name}", args=[session.pk])


def _begun(**values):
    start = timezone.now() - timedelta(minutes=30)
    return make_session(**{"starts_at": start, "ends_at": start + timedelta(hours=2)} | values)


# --- on paper and as a file ----------------------------------------------------------------------


def _annex(client, session, form="csv"):
    answer = client.get(_url(session), {"export": form})
    content = b"".join(answer.streaming_content)
    if form == "xlsx":
        sheet = load_workbook(BytesIO(content)).active
        return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    lines = content.decode("utf-8-sig").splitlines()
    return list(csv.reader(lines, delimiter=";" if ";" in lines[0] else ","))


@pytest.mark.capability("C50")
def test_list_is_printed_and_carried_off_and_the_annex_is_read_back(organiser):
    session = _begun()
    import_attendance(ANNEX, session=session, host="POS-bureau", now=timezone.now())
    Registration.objects.update(attendance_reason="ziek")
    marks = "registrations__attendance", "registrations__contact__family_name"

    # On paper: the list by organisation, without what is only for the screen.
    page = organiser.get(_url(session)).content.decode()
    for name in Registration.objects.values_list("contact__family_name", "organisation__name"):
        assert all(word in page for word in name)
    assert "bijeen/desk.css" in page
    assert "@media print" in (STATIC / "bijeen" / "desk.css").read_text()

    # As a file of all that is known of the sign-ups.
    for form in ("csv", "xlsx"):
        answer = organiser.get(_url(session, "desk"), {"export": form})
        assert len(b"".join(answer.streaming_content)) > 1000

    # As the annex of the report: 11 present, 4 excused, 3 who did not appear.
    annex = _annex(organiser, session)
    assert annex == _annex(organiser, session, "xlsx")
    assert Counter(row[3] for row in annex[1:]) == {
        "present": 11,
        "absent with notice": 4,
        "did not appear": 3,
    }
    assert "@" not in str(annex)
    assert "ziek" not in str(annex)

    again = _begun()
    answer = organiser.get(_url(session), {"export": "xlsx"})
    content = b"".join(answer.streaming_content)
    report = import_attendance(content, session=again, host="POS-bureau", now=timezone.now())
    assert (report.present, report.hosts, report.excused, report.no_show) == (11, 2, 4, 3)
    assert report.skipped == []
    first, second = (set(Session.objects.filter(pk=one.pk).values_list(*marks))
                     for one in (session, again))  # fmt: skip
    assert first == second


def test_annex_leaves_open_who_is_not_marked_and_leaves_out_who_has_no_seat(organiser):
    session = _begun()
    wilg = make_organisation(name="Wilg")
    place = make_representation(make_contact(given_name="=1+1", family_name="Bos"), wilg)
    make_registration(session=session, contact=place.contact, organisation=wilg)
    make_registration(session=session, contact=make_contact(), state="waiting")
    make_registration(session=session, contact=make_contact(), state="transferred")
    make_registration(session=session, contact=make_contact(family_name="Vos"), state="cancelled")
    assert _annex(organiser, session)[1:] == [
        ["Wilg", "'=1+1 Bos", "", "", ""],
        ["", "Amina Vos", "", "absent with notice", ""],
    ]


# --- the list ------------------------------------------------------------------------------------


@pytest.mark.capability("C52")
def test_list_marks_one_or_all_in_one_form_and_leaves_the_rest(organiser):
    session = _begun()
    came, ill, other = (make_registration(session=session) for _ in range(3))
    assert organiser.get(_url(session)).status_code == 200
    # Somebody else marks the third while this page stands open.
    Registration.objects.filter(pk=other.pk).update(attendance="no_show")
    values = {f"was-{row.pk}": "unmarked" for row in (came, ill, other)} | {
        f"mark-{came.pk}": "present",
        f"mark-{ill.pk}": "excused",
        f"reason-{ill.pk}": "griep",
        f"mark-{other.pk}": "unmarked",
        "mark-999999": "present",
    }
    assert organiser.post(_url(session), values).status_code == 302
    rows = {row.pk: row for row in Registration.objects.all()}
    marks = [rows[row.pk].attendance for row in (came, ill, other)]
    assert marks == ["present", "excused", "no_show"]
    assert (rows[ill.pk].attendance_reason, rows[ill.pk].attendance_source) == (
        "griep", "organiser"
    )  # fmt: skip
    assert rows[ill.pk].attendance_at is not None


def test_list_is_read_but_not_marked_by_who_may_only_look(client):
    session = _begun()
    row = make_registration(session=session)
    log_in(client, "Relatiebeheerder")
    assert client.get(_url(session)).status_code == 200
    values = {f"was-{row.pk}": "unmarked", f"mark-{row.pk}": "present"}
    assert client.post(_url(session), values).status_code in (302, 403)
    assert client.post(_url(session, "close")).status_code in (302, 403)
    row.refresh_from_db()
    assert (row.attendance, AttendanceList.objects.count()) == ("unmarked", 0)


def test_marks_of_another_session_are_refused_and_none_is_kept():
    here, there = make_session(), make_session()
    own, others = make_registration(session=here), make_registration(session=there)
    with pytest.raises(AttendanceNotPossible):
        mark_list(
            session=here,
            marks=[Mark(own.pk, Attendance.PRESENT), Mark(others.pk, Attendance.PRESENT)],
            source="organiser",
            now=NOW,
        )
    assert Registration.objects.filter(attendance="present").count() == 0


# --- closing -------------------------------------------------------------------------------------


@pytest.mark.capability("C53")
def test_closing_decides_who_did_not_appear_and_reopening_takes_it_back(organiser):
    session = _begun()
    make_registration(session=session, attendance="present")
    before = make_registration(session=session, attendance="no_show", attendance_at=NOW)
    unmarked = [make_registration(session=session) for _ in range(2)]
    make_registration(session=session, state="waiting")
    asked = organiser.get(_url(session, "close")).content.decode()
    assert "2 people are not marked" in asked
    assert AttendanceList.objects.count() == 0
    organiser.post(_url(session, "close"))
    absent = set(Registration.objects.filter(attendance="no_show").values_list("pk", flat=True))
    assert absent == {before.pk, *(row.pk for row in unmarked)}
    assert AttendanceList.objects.get().closed_by is not None
    assert "The list was closed on" in organiser.get(_url(session)).content.decode()
    organiser.post(_url(session, "reopen"))
    assert Registration.objects.get(attendance="no_show") == before
    assert Registration.objects.filter(attendance_at=None, attendance="unmarked").count() == 3
    assert AttendanceList.objects.count() == 0


def test_list_is_closed_once_and_not_before_the_session_begins():
    session = make_session()
    make_registration(session=session)
    with pytest.raises(AttendanceTooEarly):
        close_attendance(session=session, by=None, now=STARTS_AT - timedelta(minutes=1))
    assert close_attendance(session=session, by=None, now=DURING) == 1
    make_registration(session=session)
    assert close_attendance(session=session, by=None, now=ENDS_AT) == 0
    assert AttendanceList.objects.get().closed_at == DURING
    assert reopen_attendance(session=session, now=ENDS_AT) == 1
    assert reopen_attendance(session=session, now=ENDS_AT) == 0


# --- counted -------------------------------------------------------------------------------------


@pytest.mark.capability("C32")
def test_counts_keep_hosts_and_those_who_cancelled_apart():
    host = make_organisation(name="POS-bureau")
    session = make_session(
        eligibility="everyone",
        roles=[{"role": "host", "name": "", "organisation": "pos bureau"}],
    )
    guest, own, comes_back = (make_contact() for _ in range(3))
    make_representation(own, host)
    for contact in (guest, own, comes_back):
        register_by_organiser(
            session=session, contact=contact, organisation=None, answers={}, now=NOW
        )
    assert Registration.objects.get(is_host=True).contact == own
    for row in Registration.objects.all():
        cancel_registration(registration=row, now=NOW)
    for contact in (own, comes_back):
        register_by_organiser(
            session=session, contact=contact, organisation=None, answers={}, now=NOW
        )
    Registration.objects.filter(state="registered").update(attendance="present")
    make_registration(session=session, attendance="excused")
    make_invitation(session)
    counts = attendance_counts(session)
    assert (counts.present, counts.guests, counts.hosts) == (2, 1, 1)
    assert (counts.excused, counts.cancelled, counts.absent_with_notice) == (1, 1, 2)
    assert (counts.no_show, counts.unmarked, counts.organisations) == (0, 0, 1)


@pytest.mark.parametrize(
    ("values", "expected"), [(["present"], "present"), (["no_show", "excused"], "no_show excused")]
)
def test_audience_by_attendance_is_who_was_marked_so(values, expected):
    session = make_session()
    for mark in ("present", "excused", "no_show", "unmarked"):
        make_registration(session=session, contact=make_contact(given_name=mark), attendance=mark)
    make_invitation(session)
    condition = audience.parse({"attendance": {"session": session.slug, "values": values}})
    moment = audience.Moment(day=NOW.date())
    found = Contact.objects.filter(audience.matching(condition, moment))
    assert sorted(found.values_list("given_name", flat=True)) == sorted(expected.split())


# --- at the door ---------------------------------------------------------------------------------


def test_walk_in_is_present_at_once_when_it_is_full_and_hears_nothing():
    session = make_session(
        capacity=1, waiting_list=False, registration_closes_at=STARTS_AT - timedelta(days=2)
    )
    make_registration(session=session)
    typed = make_typed(email="", organisation="Stichting Deur", function="adviseur")
    row = register_typed_walk_in(session=session, typed=typed, now=DURING)
    assert (row.state, row.source, row.attendance) == ("registered", "walk_in", "present")
    assert row.organisation is not None
    assert row.contact is not None
    assert (row.organisation.name, row.contact.email) == ("Stichting Deur", "")
    assert register_typed_walk_in(session=session, typed=typed, now=DURING) == row
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("state", ["pending", "waiting", "offered", "registered"])
def test_walk_in_who_had_signed_up_takes_part(state):
    session = make_session(capacity=1)
    contact = make_contact()
    row = make_registration(session=session, state=state, contact=contact)
    register_walk_in(session=session, contact=contact, organisation=None, answers={}, now=DURING)
    row.refresh_from_db()
    assert (row.state, row.attendance) == ("registered", "present")
    assert Registration.objects.count() == 1


def test_nobody_walks_in_before_the_day_or_when_it_is_off():
    typed = make_typed(email="")
    with pytest.raises(AttendanceTooEarly):
        register_typed_walk_in(session=make_session(), typed=typed, now=NOW)
    with pytest.raises(SignUpClosed):
        register_typed_walk_in(session=make_session(status="cancelled"), typed=typed, now=DURING)
    assert Contact.objects.count() == Registration.objects.count() == 0


def test_walk_in_is_typed_in_at_the_desk(organiser):
    session = _begun()
    path = _url(session, "walk_in")
    assert organiser.get(path).status_code == 200
    assert organiser.post(path, {"given_name": "Ada"}).status_code == 422
    response = organiser.post(path, {"given_name": "Ada", "family_name": "Proef"})
    assert response.url == _url(session)
    assert Registration.objects.get().attendance == "present"


# --- the list of a partner -----------------------------------------------------------------------


def test_list_of_a_partner_is_uploaded_and_told_row_by_row(organiser):
    session = _begun(host_name="POS-bureau", host_url="https://pos.example.org")
    path = _url(session, "import_attendance")
    assert organiser.get(path).context["form"].initial == {"host": "POS-bureau"}
    content = ANNEX + b"Korenaar;?;?;aanwezig\n"
    file = SimpleUploadedFile("lijst.csv", content, "text/csv")
    response = organiser.post(path, {"file": file, "host": "POS-bureau"})
    report = response.context["report"]
    assert (report.present, report.guests, report.hosts) == (11, 9, 2)
    assert (report.excused, report.no_show, len(report.skipped)) == (4, 3, 1)
    text = response.content.decode()
    assert "11 present (9 guests, 2 of the host)" in text
    assert "there is no name in it" in text
    assert Notice.objects.count() == 0


def test_upload_that_is_no_table_says_so_and_stores_nothing(organiser):
    session = _begun()
    for values in (
        {},
        {"file": SimpleUploadedFile("a.csv", b"a\0b")},
        {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04rest")},
    ):
        response = organiser.post(_url(session, "import_attendance"), values)
        assert (response.status_code, "file" in response.context["form"].errors) == (422, True)
    assert Registration.objects.count() == 0

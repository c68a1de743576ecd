"""Attendance: marked one by one, and read from the annex of a report."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Contact, Notice, Organisation
from participation.errors import AttendanceNotPossible, TableUnreadable
from participation.models import Registration
from participation.services import import_attendance, mark_attendance
from tests.contacts.workbooks import Rows, workbook
from tests.factories.contacts import (
    NOW,
    make_alias,
    make_contact,
    make_organisation,
    make_representation,
)
from tests.factories.content import make_session
from tests.factories.participation import make_registration

# Again on PostgreSQL: imports, and rows that may be there once.
pytestmark = [pytest.mark.django_db, pytest.mark.database]

ANNEX = (Path(__file__).parents[1] / "data" / "annex.csv").read_bytes()
HOST = "POS-bureau"


def _import(content=ANNEX, session=None, host=HOST):
    return import_attendance(content, session=session or make_session(), host=host, now=NOW)


@pytest.mark.capability("C27")
@pytest.mark.capability("C32")
@pytest.mark.capability("C50")
@pytest.mark.capability("C52")
def test_annex_counts_guests_hosts_excused_and_no_shows():
    session = make_session()
    report = _import(session=session)
    assert (len(report.rows), report.skipped) == (18, [])
    assert (report.present, report.guests, report.hosts) == (11, 9, 2)
    assert (report.excused, report.no_show, report.created) == (4, 3, 18)
    rows = Registration.objects.filter(session=session)
    assert rows.filter(attendance="present", is_host=False).count() == 9
    assert rows.filter(attendance="present", is_host=True).count() == 2
    assert rows.filter(attendance="excused").count() == 4
    assert rows.filter(attendance="no_show").count() == 3


@pytest.mark.capability("C8")
def test_annex_read_twice_changes_nothing():
    session = make_session()
    _import(session=session)
    before = (Contact.objects.count(), Organisation.objects.count(), Registration.objects.count())
    report = _import(session=session)
    after = (Contact.objects.count(), Organisation.objects.count(), Registration.objects.count())
    assert (report.created, after) == (0, before)


@pytest.mark.capability("C28")
@pytest.mark.capability("C31")
def test_annex_blank_organisation_continues_the_row_above_and_question_mark_is_unknown():
    _import()
    brug = Organisation.objects.get(name="Brug Novum")
    names = sorted(row.contact.full_name for row in brug.representations.all())
    assert names == ["Bilal Amrani", "Lotte de Groen"]
    lotte = Contact.objects.get(family_name="Groen")
    assert (lotte.given_name, lotte.family_name_prefix, lotte.email) == ("Lotte", "de", "")
    joke = Contact.objects.get(family_name="Appel")
    assert joke.representations.get().function == ""


@pytest.mark.capability("C29")
def test_annex_joint_affiliation_is_two_representations():
    _import()
    tineke = Contact.objects.get(family_name="Waal")
    assert tineke.title == "Dr."
    named = sorted(row.organisation.name for row in tineke.representations.all())
    assert named == ["IMO", "Universiteit Zandstad"]


@pytest.mark.capability("C30")
def test_annex_uses_the_organisation_of_an_alias():
    nara = make_organisation(name="NARA Netwerk")
    make_alias(nara, "NARANetwerk")
    _import()
    assert Registration.objects.filter(organisation=nara).count() == 1
    assert not Organisation.objects.filter(name="NARANetwerk").exists()


def test_annex_matches_a_known_person_of_the_organisation():
    korenaar = make_organisation(name="Korenaar")
    mees = make_contact(given_name="Mees", family_name="Winter", email="mees@example.org")
    make_representation(mees, korenaar)
    session = make_session()
    _import(session=session)
    assert Registration.objects.get(session=session, contact=mees).attendance == "present"
    assert Contact.objects.filter(family_name="Winter").count() == 1


@pytest.mark.capability("C54")
def test_annex_remark_about_an_absentee_is_private_and_mails_nobody():
    session = make_session()
    _import(session=session)
    klaas = Registration.objects.get(session=session, contact__family_name="Peer")
    assert klaas.attendance_reason == "Ziek"
    assert Notice.objects.count() == 0


def test_annex_row_without_readable_status_is_skipped_with_the_reason():
    report = _import(
        b"Organisatie;Naam;Status\nKorenaar;Mees Winter;misschien\n;;aanwezig\n", host=""
    )
    assert report.skipped == [{"row": 2, "reason": "status"}, {"row": 3, "reason": "person"}]
    assert (report.rows, Registration.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04rest", b"Organisatie;Naam\nKorenaar;Ronald\n", b"a\0b;c\n", b"\xff\xfe\x00a"],
)
def test_annex_that_is_no_table_is_refused_and_stores_nothing(content):
    with pytest.raises(TableUnreadable):
        _import(content, host="")
    assert (Registration.objects.count(), Contact.objects.count()) == (0, 0)


def test_annex_in_windows_1252_and_with_tabs_is_read():
    text = "Organisatie\tNaam\tStatus\nKorenaar\tRené Winter\taanwezig\n"
    report = _import(text.encode("cp1252"), host="")
    assert report.present == 1
    assert Contact.objects.get(family_name="Winter").given_name == "René"


def test_workbook_is_read_as_the_same_table_is():
    explanation = [["Wat is dit?"], ["De lijst van de werksessie"]]
    rows: Rows = [
        ["Aanwezigheid werksessie"],
        ["Organisatie", "Naam", "Functie", "Aan/afwezig"],
        ["Korenaar", "Mees Winter", "adviseur", "aanwezig"],
        [None, "Maria Bos", None, "verhinderd"],
        ["Wilg", None, "?", "aanwezig"],
    ]
    report = _import(workbook(Toelichting=explanation, Lijst=rows), host="")
    assert (report.present, report.excused, report.created) == (1, 1, 2)
    assert report.skipped == [{"row": 5, "reason": "person"}]
    assert Organisation.objects.count() == 2


def test_cells_merged_over_rows_mean_the_organisation_above():
    rows: Rows = [["Organisatie", "Naam", "Status"], ["Korenaar", "A Berg", "aanwezig"],
            [None, "B Dam", "aanwezig"]]  # fmt: skip
    session = make_session()
    _import(workbook(*rows, merged="A2:A3"), session=session, host="")
    names = session.registrations.values_list("organisation__name", flat=True)
    assert list(names) == ["Korenaar", "Korenaar"]


def test_workbook_without_the_columns_names_them():
    with pytest.raises(TableUnreadable, match="vertegenwoord"):
        _import(workbook(["Organisatie", "Status"], ["Korenaar", "aanwezig"]))


def test_import_command_says_what_it_did_and_which_session_is_missing(tmp_path, capsys):
    make_session(slug="start")
    file = tmp_path / "annex.csv"
    file.write_bytes(ANNEX)
    call_command("import_attendance", str(file), "--session", "start", "--host", HOST)
    assert "18 rows: 11 present (9 guests, 2 of the host), 4 excused, 3 no-show" in (
        capsys.readouterr().out
    )
    with pytest.raises(CommandError, match="nergens"):
        call_command("import_attendance", str(file), "--session", "nergens")
    with pytest.raises(CommandError, match=r"weg\.csv"):
        call_command("import_attendance", str(tmp_path / "weg.csv"), "--session", "start")


@pytest.mark.capability("C51")
def test_attendance_is_marked_with_time_and_source():
    registration = make_registration()
    mark_attendance(
        registration=registration, attendance="excused", source="organiser", reason="x", now=NOW
    )
    registration.refresh_from_db()
    assert (registration.attendance, registration.attendance_at) == ("excused", NOW)
    assert (registration.attendance_source, registration.attendance_reason) == ("organiser", "x")


@pytest.mark.parametrize("state", ["unconfirmed", "cancelled", "rejected"])
def test_attendance_of_somebody_who_is_not_signed_up_is_refused(state):
    registration = make_registration(state=state)
    with pytest.raises(AttendanceNotPossible):
        mark_attendance(
            registration=registration, attendance="present", source="organiser", now=NOW
        )
    registration.refresh_from_db()
    assert registration.attendance == "unmarked"


@pytest.mark.parametrize("name", ["\u0301", "?", "–", "!\u0301"])
def test_annex_organisation_of_signs_alone_makes_no_failure(name):
    table = f"organisatie;naam;status\n{name};Jan Bos;aanwezig\n".encode()
    report = _import(table, session=make_session(), host=name)
    assert len(report.rows) + len(report.skipped) == 1

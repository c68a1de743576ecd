"""The pages of imports: upload, columns, report, and what a person does with an import."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from contacts.enums import ImportState
from contacts.models import Contact, ContactImport, Organisation
from contacts.services.imports import run_import
from tests.contacts.workbooks import workbook
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact

pytestmark = pytest.mark.django_db

LIST = b"e-mail;naam;schoenmaat\na@example.org;Amina Berg;39\nkapot;Bo;40\n"


@pytest.fixture
def manager(client) -> User:
    user = make_user(is_superuser=True)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


def url(name: str, *args: Any) -> str:
    return reverse(f"contact_imports:{name}", args=args)


def upload(client, content: bytes, name: str = "mensen.csv"):
    return client.post(url("new"), {"file": SimpleUploadedFile(name, content)})


def confirm(client, found: ContactImport, *fields: str, **more: str):
    columns = {f"column-{place}": field for place, field in enumerate(fields)}
    return client.post(url("mapping", found.pk), columns | more)


def run(found: ContactImport) -> ContactImport:
    return run_import(import_id=found.pk, now=timezone.now(), pause=lambda seconds: None)


def looked_at(client, content: bytes = LIST, *fields: str) -> ContactImport:
    """A file that was uploaded, of which the columns were confirmed and the rows looked at."""
    upload(client, content)
    found = ContactImport.objects.latest("pk")
    confirm(client, found, *(fields or ("email", "name", "")))
    return run(found)


def written(client, content: bytes = LIST, *fields: str) -> ContactImport:
    rehearsed = looked_at(client, content, *fields)
    client.post(url("apply", rehearsed.pk))
    return run(ContactImport.objects.latest("pk"))


def test_list_says_what_to_do_when_there_is_nothing(client, manager):
    page = client.get(url("index")).content.decode()
    assert "Nothing has been imported yet." in page
    assert page.count(f'href="{url("new")}"') == 2


def test_list_shows_state_outcome_and_who(client, manager):
    looked_at(client)
    page = client.get(url("index"))
    text = page.content.decode()
    ((_each, standing, numbers),) = page.context["imports"]
    assert (standing.label, standing.text) == ("looked at, nothing written", "2 of 2 rows")
    assert numbers == [("new", "1"), ("skipped", "1")]
    assert "<td>new: 1<br>skipped: 1</td>" in text
    assert str(manager) in text


def test_list_asks_the_database_no_more_for_more_imports(client, manager):
    counts = []
    for _time in range(2):
        looked_at(client)
        client.get(url("index"))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("index"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_upload_tells_the_limits_before_they_are_met(client, manager):
    page = client.get(url("new")).content.decode()
    assert "at most 20 MB and 50,000 rows" in page


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"", b"e-mail\n" + b"a@example.org\n" * 50_001]
)
def test_file_that_cannot_be_read_is_refused_with_an_error(client, manager, content):
    response = upload(client, content)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not ContactImport.objects.exists()


def test_columns_are_shown_with_first_rows_and_guess(client, manager):
    response = upload(client, LIST + b"c@example.org;Carla;41\nd@example.org;Dirk;42\n")
    found = ContactImport.objects.get()
    assert (response.status_code, response["Location"]) == (302, url("mapping", found.pk))
    assert client.get(url("report", found.pk))["Location"] == url("mapping", found.pk)
    columns = client.get(url("mapping", found.pk)).context["columns"]
    assert [
        (each["header"], each["samples"], each["select"].initial, each["remark"])
        for each in columns
    ] == [
        ("e-mail", ["a@example.org", "kapot", "c@example.org"], "email", ""),
        ("naam", ["Amina Berg", "Bo", "Carla"], "name", ""),
        ("schoenmaat", ["39", "40", "41"], "", "not recognised"),
    ]


def test_second_column_with_a_heading_is_left_out_and_named(client, manager):
    upload(client, b"e-mail;naam;;e-mail\na@example.org;A;;b@example.org\n")
    page = client.get(url("mapping", ContactImport.objects.get().pk))
    assert [(each["header"], each["remark"]) for each in page.context["columns"]] == [
        ("e-mail", ""),
        ("naam", ""),
        ("e-mail", "there is a column for this already"),
    ]


def test_columns_are_taken_as_a_person_says(client, manager):
    upload(client, b"Wie;Waar;Schoenmaat\nAmina Berg;Wilg;39\n;;40\nBo Berg;;41\n")
    found = ContactImport.objects.get()
    response = confirm(client, found, "name", "organisation", "", fill_organisation="on")
    assert response["Location"] == url("report", found.pk)
    found.refresh_from_db()
    assert (found.state, found.options["fill_organisation"]) == (ImportState.STAGED, True)
    assert [each["field"] for each in found.mapping] == ["name", "organisation", ""]
    assert run(found).counts["created"] == 2


@pytest.mark.parametrize(
    "fields", [("name", "", ""), ("email", "email", ""), ("email", "shoe size", "")]
)
def test_columns_that_cannot_be_are_refused_and_the_file_waits(client, manager, fields):
    upload(client, LIST)
    found = ContactImport.objects.get()
    response = confirm(client, found, *fields)
    assert response.status_code == 422
    assert response.context["form"].errors
    found.refresh_from_db()
    assert found.state == ImportState.DRAFT


def test_sheet_of_a_workbook_is_chosen(client, manager):
    upload(
        client,
        workbook(
            Leden=[["E-mail"], ["a@example.org"]], Oud=[["Adres", "Organisatie"], ["b", "Wilg"]]
        ),
        "leden.xlsx",
    )
    found = ContactImport.objects.get()
    assert client.get(url("mapping", found.pk)).context["table"].sheets == ("Leden", "Oud")
    assert client.post(url("sheet", found.pk), {"sheet": "Nieuw"})["Location"] == url(
        "report", found.pk
    )
    client.post(url("sheet", found.pk), {"sheet": "Oud"})
    columns = client.get(url("mapping", found.pk)).context["columns"]
    assert [(each["header"], each["samples"]) for each in columns] == [
        ("Adres", ["b"]),
        ("Organisatie", ["Wilg"]),
    ]
    confirm(client, found, "", "organisation")
    assert run(found).counts["created"] == 1


def test_merged_cells_are_warned_of(client, manager):
    content = workbook(
        ["E-mail", "Organisatie"],
        ["a@example.org", "Wilg"],
        ["b@example.org", None],
        merged="B2:B3",
    )
    upload(client, content, "leden.xlsx")
    found = ContactImport.objects.get()
    assert "There are merged cells" in client.get(url("mapping", found.pk)).content.decode()
    confirm(client, found, "email", "organisation", fill_organisation="on")
    rows = client.get(url("report", run(found).pk)).context["rows"]
    assert [row["reason"] for row in rows] == [
        "New organisation: Wilg.",
        "A merged cell goes on in this row; only its first row holds what it says.",
    ]


def test_draft_is_thrown_away(client, manager):
    upload(client, LIST)
    found = ContactImport.objects.get()
    client.post(url("cancel", found.pk))
    found.refresh_from_db()
    assert (found.state, found.content) == (ImportState.CANCELLED, b"")
    assert "Nothing was written" in client.get(url("report", found.pk)).content.decode()


def test_rows_are_looked_at_first_and_then_written_once(client, manager):
    rehearsed = looked_at(client)
    page = client.get(url("report", rehearsed.pk))
    assert [(row["name"], row["outcome"]) for row in page.context["rows"]] == [
        ("Amina Berg a@example.org", "created"),
        ("Bo kapot", "skipped"),
    ]
    assert "Import this 1 change" in page.content.decode()
    assert not Contact.objects.exists()
    apply = url("apply", rehearsed.pk)
    assert client.get(apply).status_code == 405
    client.post(apply)
    client.post(apply)
    found = run(ContactImport.objects.get(dry_run=False))
    page = client.get(url("report", found.pk)).content.decode()
    assert "Done. New: 1. Changed: 0." in page
    assert "See why 1 row was skipped" in page
    assert Contact.objects.count() == 1
    assert (found.created_by, rehearsed.created_by) == (manager, manager)


def test_report_is_filtered_and_searched(client, manager):
    found = looked_at(client, LIST + b"c@example.org;Carla;41\n")
    report = url("report", found.pk)

    def rows(**query: str) -> list[int]:
        return [row["row"] for row in client.get(report, query).context["rows"]]

    assert rows() == [2, 3, 4]
    assert rows(outcome="skipped") == [3]
    assert rows(outcome="created") == [2, 4]
    assert rows(q="4") == [4]
    assert rows(q="an @ in it") == [3]
    assert rows(q="an @ in it", outcome="created") == []
    assert rows(outcome="nonsense") == []


def test_report_is_downloaded_without_formulas(client, manager):
    content = b"e-mail;naam;organisatie\na@example.org;A;=cmd|x\nkapot;B;Wilg\n"
    found = looked_at(client, content, "email", "name", "organisation")
    text = b"".join(client.get(url("rows", found.pk)).streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Row", "Outcome", "Reason"],
        ["2", "new", "New organisation: =cmd|x."],
        ["3", "skipped", "Enter an e-mail address with an @ in it, such as name@example.org."],
    ]


def test_conflict_leads_to_the_person_who_is_there(client, manager):
    known = make_contact(email="a@example.org", given_name="Carla", family_name="Wilg")
    make_contact(email="b@example.org", given_name="Bo", family_name="Zonneveld")
    page = client.get(url("report", looked_at(client).pk)).content.decode()
    inspect = reverse("wagtailsnippets_contacts_contact:inspect", args=[known.pk])
    assert f'<a href="{inspect}">Carla Wilg (a@example.org)</a>' in page
    assert "Zonneveld" not in page


def test_report_asks_the_database_no_more_for_more_conflicts(client, manager):
    counts = []
    for size in (1, 3):
        text = ""
        for n in range(size):
            make_contact(email=f"p{size}{n}@example.org", given_name="Carla", family_name="Wilg")
            text += f"p{size}{n}@example.org;Bo;39\n"
        report = url("report", looked_at(client, LIST + text.encode()).pk)
        client.get(report)
        with CaptureQueriesContext(connection) as queries:
            client.get(report)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_progress_is_told_in_figures(client, manager):
    upload(client, LIST)
    found = ContactImport.objects.get()
    confirm(client, found, "email", "name", "")
    ContactImport.objects.update(state=ImportState.RUNNING, done_count=12_300, row_count=50_000)
    assert client.get(url("progress", found.pk)).json() == {
        "label": "Being looked at",
        "done": 12_300,
        "total": 50_000,
        "text": "12,300 of 50,000 rows",
        "isBusy": True,
    }
    page = client.get(url("report", found.pk)).content.decode()
    assert '<progress id="progress" class="w-w-full" max="50000" value="12300">' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    ContactImport.objects.update(state=ImportState.DONE)
    assert not client.get(url("progress", found.pk)).json()["isBusy"]
    assert "import_progress" not in client.get(url("report", found.pk)).content.decode()


def test_import_that_waits_says_for_which(client, manager):
    upload(client, LIST, "eerste.csv")
    first = ContactImport.objects.get()
    ContactImport.objects.update(state=ImportState.RUNNING)
    upload(client, LIST)
    second = ContactImport.objects.latest("pk")
    confirm(client, second, "email", "name", "")
    page = client.get(url("report", second.pk)).content.decode()
    assert "This waits until “eerste.csv” is ready" in page
    assert "This waits" not in client.get(url("report", first.pk)).content.decode()


def test_import_is_stopped_after_a_question(client, manager):
    rehearsed = looked_at(client)
    client.post(url("apply", rehearsed.pk))
    found = ContactImport.objects.latest("pk")
    ContactImport.objects.filter(pk=found.pk).update(
        state=ImportState.RUNNING, done_count=1, counts={"created": 1}
    )
    asked = client.get(url("cancel", found.pk)).content.decode()
    assert "1 of 2 rows. What 1 row wrote so far stays." in asked
    client.post(url("cancel", found.pk))
    found.refresh_from_db()
    assert found.state == ImportState.CANCELLED
    assert "Stopped after 1 of 2 rows." in client.get(url("report", found.pk)).content.decode()
    assert client.get(url("cancel", found.pk)).status_code == 302


def test_import_is_undone_after_a_question_with_numbers(client, manager):
    content = b"e-mail;naam;organisatie\na@example.org;Amina;Wilg\nb@example.org;Bo;Wilg\n"
    found = written(client, content, "email", "name", "organisation")
    assert url("undo", found.pk) in client.get(url("report", found.pk)).content.decode()
    asked = client.get(url("undo", found.pk)).content.decode()
    assert "Rows that added something, which is removed: 2." in asked
    assert "Undo 2 changes" in asked
    assert Contact.objects.count() == 2
    client.post(url("undo", found.pk))
    assert run(found).state == ImportState.UNDONE
    assert (Contact.objects.count(), Organisation.objects.count()) == (0, 0)
    page = client.get(url("report", found.pk)).content.decode()
    assert f"Undone by {manager}." in page
    assert client.get(url("undo", found.pk)).status_code == 302


def test_import_of_days_ago_is_not_undone(client, manager):
    found = written(client)
    ContactImport.objects.filter(pk=found.pk).update(finished_at=NOW)
    assert url("undo", found.pk) not in client.get(url("report", found.pk)).content.decode()
    assert client.get(url("undo", found.pk)).status_code == 302
    client.post(url("undo", found.pk))
    found.refresh_from_db()
    assert (found.state, Contact.objects.count()) == (ImportState.DONE, 1)


def test_import_that_failed_says_why(client, manager):
    upload(client, LIST)
    found = ContactImport.objects.get()
    ContactImport.objects.update(state=ImportState.FAILED, error="De schijf is vol.")
    page = client.get(url("report", found.pk)).content.decode()
    assert "De schijf is vol." in page
    assert url("new") in page


VIEWS = ["mapping", "report", "progress", "rows", "cancel", "undo"]


@pytest.mark.parametrize("name", VIEWS)
def test_import_that_is_not_there_is_not_found(client, manager, name):
    assert client.get(url(name, 1)).status_code == 404


@pytest.mark.parametrize(
    ("method", "name"),
    [("get", name) for name in VIEWS]
    + [("post", name) for name in ("mapping", "sheet", "apply", "cancel", "undo")],
)
def test_who_may_not_add_people_sees_no_import(client, manager, method, name):
    found = written(client)
    client.force_login(
        make_user(permissions=["wagtailadmin.access_admin", "contacts.view_contact"])
    )
    response = getattr(client, method)(url(name, found.pk))
    assert response.status_code == 302
    assert response["Location"] == reverse("wagtailadmin_home")
    found.refresh_from_db()
    assert found.state == ImportState.DONE

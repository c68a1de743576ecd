"""Running an import: in short transactions, one at a time, through kills, races and cancelling."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from contacts import selectors
from contacts.enums import ImportState
from contacts.errors import ImportMoved
from contacts.models import Contact, ContactImport, Organisation, Representation
from contacts.selectors.imports import goes_before, import_rows
from contacts.services.imports import cancel_import, leases, pacing, run_import, running
from tests.contacts.importing import go_on, outcomes, people, run, stage, the_base
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact, make_organisation, make_representation
from worker import tasks

# Again on PostgreSQL: locks, constraints, and rows written past the ORM.
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def in_runs_of(monkeypatch):
    """Let a run take so many rows at most."""

    def limit(rows: int) -> None:
        monkeypatch.setattr(running, "FIRST", rows)
        monkeypatch.setattr(pacing, "MOST", rows)

    return limit


class Killed(BaseException):
    """Stands for a kill -9 between two transactions."""


def run_until_killed(staged: ContactImport, *, pauses: int) -> ContactImport:
    """Run an import until so many runs are done, as if its worker were killed then."""
    left = [None] * (pauses - 1)

    def kill(seconds: float) -> None:
        if not left:
            raise Killed
        left.pop()

    with pytest.raises(Killed):
        run_import(import_id=staged.pk, now=NOW, pause=kill)
    staged.refresh_from_db()
    return staged


# --- in runs ----------------------------------------------------------------------------------


def test_killed_import_goes_on_where_it_stopped_with_the_same_report(in_runs_of):
    in_runs_of(2)
    unharmed = run(people(7), dry_run=True)
    killed = run_until_killed(stage(people(7)), pauses=2)
    assert (killed.state, killed.done_count, Contact.objects.count()) == ("running", 4, 4)
    done = go_on(killed)
    assert (done.state, done.done_count) == ("done", 7)
    assert outcomes(done) == outcomes(unharmed)
    assert done.counts == unharmed.counts
    assert (Contact.objects.count(), Representation.objects.count()) == (7, 7)


def test_dry_run_that_was_interrupted_begins_again(in_runs_of):
    in_runs_of(2)
    staged = stage(people(5), dry_run=True)
    done = go_on(staged)
    # As it stands when its worker died after the second run: what later rows meet is unknown.
    done.parts.filter(first__gte=4).delete()
    counts = done.counts | {"created": 4}
    ContactImport.objects.filter(pk=done.pk).update(state="running", done_count=4, counts=counts)
    again = go_on(staged)
    assert [row["row"] for row in import_rows(again)] == [2, 3, 4, 5, 6]
    assert (again.state, again.done_count, again.counts["created"]) == ("done", 5, 5)


def test_import_that_is_done_is_not_run_again():
    done = run("a@example.org;Amina Berg;Wilg;\n")
    Contact.objects.update(given_name="Later")
    assert go_on(done).done_count == 1
    assert Contact.objects.get().given_name == "Later"


def test_pause_is_as_long_as_the_write(in_runs_of):
    in_runs_of(1)
    pauses: list[float] = []
    run_import(import_id=stage(people(2)).pk, now=NOW, pause=pauses.append)
    assert [0 < seconds < 10 for seconds in pauses] == [True, True]


def test_run_stops_deciding_when_its_time_is_up(monkeypatch):
    monkeypatch.setattr(running, "DECIDING_SECONDS", 0)
    done = run(people(4))
    assert [len(part.rows) for part in done.parts.order_by("first")] == [1, 1, 1, 1]
    assert (done.state, done.done_count) == ("done", 4)
    assert list(Contact.objects.order_by("pk").values_list("given_name", "family_name")) == [
        ("Persoon", str(number)) for number in range(4)
    ]


@pytest.mark.parametrize(
    ("rows", "seconds", "size"),
    [(50, 0.01, 100), (100, 0.18, 100), (100, 0.36, 50), (100, 30, 25), (4000, 0.001, 4000)],
)
def test_next_run_is_as_large_as_fits_in_the_time(rows, seconds, size):
    assert pacing.next_size(rows, seconds) == size


def test_rows_of_one_run_and_of_many_write_the_same(in_runs_of):
    text = (
        "a@example.org;Amina Berg;Wilg;\n"
        "a@example.org;Amina Berg;Wilg;directeur\n"
        "a@example.org;A. Berg;Water / Wilg;adviseur\n"
        ";Bo Berg;Water;\n"
        "bo@example.org;Bo Berg;Water;lid\n"
    )

    def people_written() -> list[Any]:
        places = Representation.objects.order_by("contact__email", "organisation__name")
        return list(
            places.values_list(
                "contact__email", "contact__given_name", "organisation__name", "function"
            )
        )

    at_once = run(text)
    expected, report = people_written(), outcomes(at_once)
    Contact.objects.all().delete()
    Organisation.objects.all().delete()
    in_runs_of(1)
    assert (outcomes(run(text)), people_written()) == (report, expected)
    assert expected == [
        ("a@example.org", "Amina", "Water", "adviseur"),
        ("a@example.org", "Amina", "Wilg", "adviseur"),
        ("bo@example.org", "Bo", "Water", "lid"),
    ]


def test_person_without_address_is_found_again_in_a_later_run(in_runs_of):
    in_runs_of(1)
    done = run(";Amina Berg;Wilg;\n;Bo Berg;Wilg;\n;Amina Berg;Wilg / Water;directeur\n")
    assert [outcome for _row, outcome, _code in outcomes(done)] == [
        "created",
        "created",
        "updated",
    ]
    assert Contact.objects.count() == 2


def test_same_file_again_writes_nobody():
    text = people(5)
    run(text)
    before, log = the_base(), ModelLogEntry.objects.count()
    with CaptureQueriesContext(connection) as queries:
        again = run(text)
    written = [
        query["sql"]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE", "COPY"))
        and "contactimport" not in query["sql"]
        and "importpart" not in query["sql"]
        and "importfile" not in query["sql"]
    ]
    assert (again.counts["unchanged"], written) == (5, [])
    assert (the_base(), ModelLogEntry.objects.count()) == (before, log)


def test_every_person_is_in_the_audit_log_with_who_and_which_file():
    user = make_user()
    known = make_contact(email="p1@example.org", given_name="Persoon", family_name="1", phone="1")
    header = "e-mail;naam;organisatie;telefoon\n"
    run("p1@example.org;Persoon 1;Wilg;2\nnew@example.org;Bo Berg;;3\n", header=header, by=user)
    lines = ModelLogEntry.objects.filter(action="contacts.import").order_by("pk")
    new = Contact.objects.get(email="new@example.org")
    assert [(line.object_id, line.label, line.user, line.data) for line in lines] == [
        (str(new.pk), "Bo Berg", user, {"detail": "mensen.csv"}),
        (
            str(known.pk),
            "Persoon 1",
            user,
            {
                "detail": "mensen.csv",
                "changes": {"phone": ["1", "2"], "organisations": ["", "Wilg"]},
            },
        ),
    ]


# --- what the database refuses ----------------------------------------------------------------


@pytest.fixture
def refused_address():
    """An address that the database itself refuses, for whatever reason."""
    address = "p5@example.org"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON contacts_contact "
                f"WHEN NEW.address_key = '{address}' BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        else:
            cursor.execute(
                "ALTER TABLE contacts_contact ADD CONSTRAINT refuse "
                f"CHECK (address_key <> '{address}')"
            )
    return address


def test_row_that_the_database_refuses_is_left_out_and_the_others_are_not(refused_address):
    done = run(people(9))
    assert [(row, outcome) for row, outcome, _code in outcomes(done)] == [
        (row, "skipped" if row == 7 else "created") for row in range(2, 11)
    ]
    assert import_rows(done)[5] == {
        "row": 7,
        "outcome": "skipped",
        "code": "invalid",
        "reason": "This row cannot be stored. Check each cell, and its length.",
    }
    assert not Contact.objects.filter(address_key=refused_address).exists()
    assert (done.state, done.done_count, Representation.objects.count()) == ("done", 9, 8)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="on SQLite no two write at the same moment"
)
def test_address_that_somebody_takes_meanwhile_is_decided_anew():
    """Another writer has taken the address, and has not committed when the run is decided."""
    taken, decided = threading.Event(), threading.Event()

    def sign_up() -> None:
        with transaction.atomic():
            make_contact(email="p1@example.org", given_name="Carla", family_name="Wilg")
            taken.set()
            decided.wait(5)
        connections.close_all()

    other = threading.Thread(target=sign_up)
    other.start()
    taken.wait(5)
    threading.Timer(1, decided.set).start()
    done = run(people(3))
    other.join()
    assert outcomes(done) == [
        (2, "created", "organisation_new"),
        (3, "conflict", "other_name"),
        (4, "created", "organisation_new"),
    ]
    assert list(
        Contact.objects.filter(address_key="p1@example.org").values_list("given_name", flat=True)
    ) == ["Carla"]


# --- one at a time ----------------------------------------------------------------------------


def test_waiting_imports_are_staged_ones_and_those_whose_worker_is_gone():
    staged = stage("a@example.org;A;;\n")
    done = run("b@example.org;B;;\n")
    held = stage("c@example.org;C;;\n")
    leases.take(held.pk)
    gone, undoing = stage("d@example.org;D;;\n"), stage("e@example.org;E;;\n")
    ContactImport.objects.filter(pk=gone.pk).update(state=ImportState.RUNNING, lease_until=NOW)
    ContactImport.objects.filter(pk=undoing.pk).update(state=ImportState.UNDOING)
    assert done.state == "done"
    assert selectors.waiting_import_ids() == [staged.pk, gone.pk, undoing.pk]


def test_second_import_waits_while_one_runs_and_says_for_which(in_runs_of):
    in_runs_of(1)
    first, second = stage(people(2)), stage("z@example.org;Zoë Berg;Wilg;\n")
    seen = []

    def look(seconds: float) -> None:
        waiting = go_on(second)
        seen.append((waiting.state, goes_before(waiting), go_on(first).done_count))

    run_import(import_id=first.pk, now=NOW, pause=look)
    assert seen == [("staged", first, 1), ("staged", first, 2)]
    assert (go_on(second).state, goes_before(second)) == ("done", None)
    assert Contact.objects.count() == 3


def test_interrupted_import_goes_before_one_that_has_not_begun(in_runs_of):
    in_runs_of(1)
    waiting = stage("z@example.org;Zoë Berg;Wilg;\n")
    interrupted = run_until_killed(stage(people(3)), pauses=1)
    assert (go_on(waiting).state, Contact.objects.count()) == ("staged", 1)
    assert (go_on(interrupted).state, go_on(waiting).state) == ("done", "done")


def test_import_whose_worker_hangs_is_not_taken_before_its_lease_is_over():
    staged = stage(people(2))
    leases.take(staged.pk)
    assert (go_on(staged).state, Contact.objects.count()) == ("running", 0)
    ContactImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert (go_on(staged).state, Contact.objects.count()) == ("done", 2)


def test_worker_that_lost_its_import_to_another_writes_no_more(in_runs_of):
    in_runs_of(2)
    staged = stage(people(6))

    def lose(seconds: float) -> None:
        if Contact.objects.count() == 2:
            ContactImport.objects.update(lease_until=None)
            go_on(staged)

    done = run_import(import_id=staged.pk, now=NOW, pause=lose)
    assert (done.state, done.done_count, Contact.objects.count()) == ("done", 6, 6)
    assert [part.first for part in done.parts.order_by("first")] == [0, 2, 4]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="the test's SQLite has one connection")
def test_two_workers_that_take_one_import_do_it_once():
    staged = stage(people(40))
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(5)
        go_on(staged)
        connections.close_all()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    done = ContactImport.objects.get()
    assert (done.state, done.counts["created"], Contact.objects.count()) == ("done", 40, 40)
    assert [row["row"] for row in import_rows(done)] == list(range(2, 42))


# --- cancelling -------------------------------------------------------------------------------


@pytest.mark.parametrize("dry_run", [False, True])
def test_waiting_import_is_cancelled_with_its_file(dry_run):
    cancelled = cancel_import(import_id=stage(people(2), dry_run=dry_run).pk, now=NOW)
    assert (cancelled.state, cancelled.finished_at, cancelled.content) == (
        "cancelled",
        NOW,
        b"",
    )
    assert go_on(cancelled).state == "cancelled"
    assert not Contact.objects.exists()


def test_running_import_stops_before_its_next_rows_when_it_is_cancelled(in_runs_of):
    in_runs_of(2)
    staged = stage(people(6))

    def cancel(seconds: float) -> None:
        cancel_import(import_id=staged.pk, now=NOW)

    cancelled = run_import(import_id=staged.pk, now=NOW, pause=cancel)
    assert (cancelled.state, cancelled.done_count, Contact.objects.count()) == ("cancelled", 2, 2)
    assert (cancelled.content, cancelled.counts["created"]) == (b"", 2)
    assert len(import_rows(cancelled)) == 2


def test_import_that_is_over_cannot_be_cancelled():
    done = run(people(1))
    with pytest.raises(ImportMoved) as raised:
        cancel_import(import_id=done.pk, now=NOW)
    assert str(raised.value) == (
        "This cannot be done (any more): the import is in the state “done”."
    )
    assert ContactImport.objects.get().state == "done"


# --- the worker -------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:\\s*The 'queue' task")  # Celery 6 is not there yet
def test_task_gives_up_an_import_that_cannot_go_on_so_that_the_next_one_can(monkeypatch):
    broken, next_one = stage(people(2)), stage(people(3))
    with monkeypatch.context() as patched:
        patched.setattr(pacing, "MOST", None)  # a mistake of ours in the middle of it
        with pytest.raises(TypeError):
            tasks.run_import(import_id=broken.pk)
    broken.refresh_from_db()
    assert (broken.state, bool(broken.error), broken.content) == ("failed", True, b"")
    tasks.run_import(import_id=next_one.pk)
    next_one.refresh_from_db()
    assert next_one.state == "done"


def test_address_of_a_person_at_a_large_organisation_is_read_without_all_its_people():
    """The number of queries of a run does not depend on who else works there."""
    counts = []
    for size in (1, 30):
        organisation = make_organisation(name=f"Groot {size}")
        for _number in range(size):
            make_representation(make_contact(), organisation)
        text = f"x{size}@example.org;Xandra Berg{size};Groot {size};\n"
        with CaptureQueriesContext(connection) as queries:
            run(text)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)  # what refers to nothing is refused at the commit
def test_organisation_that_goes_between_two_runs_is_met_anew(in_runs_of):
    in_runs_of(2)
    staged = stage(people(6))

    def remove(seconds: float) -> None:
        if Contact.objects.count() == 4:
            Contact.objects.all().delete()
            Organisation.objects.all().delete()

    done = run_import(import_id=staged.pk, now=NOW, pause=remove)
    assert (done.state, done.counts["created"], done.counts["skipped"]) == ("done", 6, 0)
    assert list(Organisation.objects.order_by("name").values_list("name", flat=True)) == [
        "Organisatie 1",
        "Organisatie 2",
    ]
    assert Representation.objects.count() == 2

"""Undoing an import: what nobody built on goes, and what is kept is told with its reason."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation
from wagtail.models import ModelLogEntry

from contacts.enums import ImportState, Purpose, Source
from contacts.errors import ImportMoved, UndoTooLate
from contacts.models import (
    ConsentRecord,
    Contact,
    ContactImport,
    Membership,
    Organisation,
    Representation,
    Suppression,
)
from contacts.selectors.imports import kept_rows
from contacts.services import unsubscribe, update_contact
from contacts.services.erasure import erase_contact
from contacts.services.imports import cancel_import, pacing, run_import, undo_import
from contacts.services.imports import undoing as undoing_module
from contacts.services.merging import merge_contacts
from tests.contacts.importing import go_on, people, run, stage, the_base
from tests.factories.base import make_user
from tests.factories.contacts import (
    NOW,
    make_alias,
    make_contact,
    make_organisation,
    make_representation,
    make_theme,
)
from tests.factories.participation import make_registration

# Again on PostgreSQL: locks, and queries into JSON.
pytestmark = [pytest.mark.django_db, pytest.mark.database]

LATER = NOW + timedelta(hours=2)
FULL = (
    "e-mail;naam;organisatie;functie;telefoon;label;thema;lid;andere namen;website;grondslag;bron\n"
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def undo(done: ContactImport, *, by: Any = None) -> ContactImport:
    asked = undo_import(import_id=done.pk, by=by, now=LATER)
    assert asked.state == ImportState.UNDOING
    return go_on(asked, now=LATER)


def told(undone: ContactImport) -> tuple[int, int, int]:
    return tuple(undone.counts[name] for name in ("removed", "restored", "kept"))


def test_undone_import_leaves_the_base_as_it_was():
    make_theme(slug="migratie", name_nl="Migratie")
    wilg = make_organisation(name="Wilg")
    make_alias(wilg, "De Wilg")
    known = make_contact(email="", given_name="Amina", family_name="Berg", phone="1", tags=["oud"])
    make_representation(known, wilg, function="lid")
    before = the_base()
    done = run(
        "a@example.org;Amina Berg;Wilg;directeur;2;nieuw;Migratie;ja;Wilgen;wilg.example.org;"
        "toestemming;beurs\n"
        "b@example.org;Bo Berg;Water;lid;3;nieuw;Migratie;ja;Waters;water.example.org;"
        "toestemming;beurs\n"
        "a@example.org;Amina Berg;Water;adviseur;4;;;;;;;\n",
        header=FULL,
    )
    assert done.counts == {
        "created": 1,
        "updated": 2,
        "unchanged": 0,
        "conflict": 0,
        "skipped": 0,
    }
    assert the_base() != before
    undone = undo(done)
    assert the_base() == before
    assert (undone.state, undone.counts["removed"], kept_rows(undone)) == ("undone", 2, [])
    assert undone.counts["created"] == 1


def test_undo_of_what_is_written_in_many_runs_takes_the_last_rows_first(monkeypatch):
    monkeypatch.setattr(pacing, "MOST", 1)
    known = make_contact(email="a@example.org", given_name="Amina", family_name="Berg", phone="1")
    header = "e-mail;naam;organisatie;telefoon\n"
    done = run(
        "a@example.org;Amina Berg;Wilg;2\n" + "a@example.org;Amina Berg;Water;3\n", header=header
    )
    known.refresh_from_db()
    assert known.phone == "3"
    undone = undo(done)
    known.refresh_from_db()
    assert (known.phone, undone.counts["kept"], Organisation.objects.count()) == ("1", 0, 0)


def test_killed_undoing_goes_on_where_it_stopped(monkeypatch):
    class Killed(BaseException):
        """Stands for a kill -9 between two transactions."""

    def kill(seconds: float) -> None:
        raise Killed

    done = run(people(9))
    monkeypatch.setattr(undoing_module, "FIRST", 2)
    monkeypatch.setattr(pacing, "MOST", 2)
    asked = undo_import(import_id=done.pk, by=None, now=LATER)
    with pytest.raises(Killed):
        run_import(import_id=asked.pk, now=LATER, pause=kill)
    asked.refresh_from_db()
    assert (asked.state, asked.counts["removed"], Contact.objects.count()) == ("undoing", 2, 7)
    undone = go_on(asked, now=LATER)
    assert (undone.state, told(undone)) == ("undone", (12, 0, 0))
    assert not Contact.objects.exists()
    assert not Organisation.objects.exists()


def test_person_with_a_registration_since_is_kept_with_their_organisation():
    done = run("a@example.org;Amina Berg;Wilg;\nb@example.org;Bo Berg;Wilg;\n")
    amina = Contact.objects.get(email="a@example.org")
    make_registration(contact=amina)
    undone = undo(done)
    assert list(Contact.objects.all()) == [amina]
    assert Representation.objects.get().contact == amina
    assert told(undone) == (1, 0, 2)
    assert kept_rows(undone) == [
        {"kind": "person", "id": amina.pk, "reason": "In use since: registrations."},
        {
            "kind": "organisation",
            "id": Organisation.objects.get().pk,
            "reason": "In use since: representations.",
        },
    ]


def test_what_somebody_changed_since_is_kept():
    known = make_contact(email="a@example.org", given_name="Amina", phone="1", language="en")
    place = make_representation(known, make_organisation(name="Wilg"), function="lid")
    header = "e-mail;naam;organisatie;functie;telefoon;taal\n"
    done = run(
        "a@example.org;Amina;Wilg;directeur;2;nl\nb@example.org;Bo Berg;;;;\n", header=header
    )
    bo = Contact.objects.get(email="b@example.org")
    update_contact(contact=bo, given_name="Bob", now=LATER)
    Contact.objects.filter(pk=known.pk).update(phone="3")
    Representation.objects.filter(pk=place.pk).update(function="voorzitter")
    undone = undo(done)
    known.refresh_from_db()
    place.refresh_from_db()
    assert (known.phone, known.language, place.function) == ("3", "en", "voorzitter")
    assert sorted((row["kind"], row["id"], row["reason"]) for row in kept_rows(undone)) == sorted(
        [
            ("person", known.pk, "Changed since."),
            ("person", known.pk, "Changed since."),
            ("person", bo.pk, "Changed since."),
        ]
    )


def test_person_who_unsubscribed_since_is_kept_and_stays_unsubscribed():
    header = "e-mail;naam;grondslag;bron\n"
    done = run("a@example.org;Amina Berg;toestemming;beurs\n", header=header)
    contact = Contact.objects.get()
    unsubscribe(contact=contact, purpose=Purpose.INVITATIONS, source=Source.FORM, now=LATER)
    undone = undo(done)
    assert told(undone) == (0, 0, 1)
    assert ConsentRecord.objects.get().withdrawn_at == LATER
    assert Suppression.objects.count() == 1
    assert Contact.objects.get() == contact


def test_merged_and_erased_people_are_history():
    known = make_contact(email="k@example.org", given_name="Amina", family_name="Berg")
    done = run("a@example.org;Amina Berg;Wilg;\nb@example.org;Bo Berg;Wilg;\n")
    amina, bo = (Contact.objects.get(email=f"{letter}@example.org") for letter in "ab")
    merge_contacts(kept_id=known.pk, gone_id=amina.pk, by=None, now=LATER)
    erase_contact(contact_id=bo.pk, by=None, source=Source.FORM, now=LATER)
    undone = undo(done)
    amina.refresh_from_db()
    assert (undone.state, amina.merged_into, Contact.objects.count()) == ("undone", known, 3)
    assert {row["reason"] for row in kept_rows(undone) if row["id"] == amina.pk} == {
        "Erased or merged since."
    }
    assert Representation.objects.filter(contact=known).count() == 1


def test_organisation_that_somebody_looked_at_since_is_kept():
    done = run("a@example.org;Amina Berg;Wilg;\nb@example.org;Bo Berg;Water;\n")
    Organisation.objects.filter(name="Wilg").update(reviewed=True)
    undone = undo(done)
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Wilg"]
    assert [row["reason"] for row in kept_rows(undone)] == ["Somebody has looked at it since."]


def test_membership_that_was_ended_since_is_kept():
    make_organisation(name="Wilg")
    done = run("a@example.org;Amina Berg;Wilg;ja\n", header="e-mail;naam;organisatie;lid\n")
    Membership.objects.update(valid_until=date(2027, 1, 1))
    undone = undo(done)
    assert (Membership.objects.count(), told(undone)) == (1, (1, 0, 1))


def test_removed_people_are_without_a_name_in_the_log_which_tells_who_undid_it():
    user = make_user()
    done = run("a@example.org;Amina Berg;Wilg;\n")
    pk = Contact.objects.get().pk
    undo(done, by=user)
    lines = ModelLogEntry.objects.filter(object_id=str(pk)).order_by("pk")
    assert [(line.action, line.user, line.label) for line in lines] == [
        ("contacts.import", None, f"#{pk}"),
        ("contacts.undo_import", user, f"#{pk}"),
    ]


def test_import_cannot_be_undone_on_a_later_day():
    done = run(people(1))
    with pytest.raises(UndoTooLate) as raised:
        undo_import(import_id=done.pk, by=None, now=NOW + timedelta(days=1, seconds=1))
    assert str(raised.value) == (
        "This import ended more than a day ago, so it cannot be undone any more. Correct the "
        "people by hand, or import a corrected file."
    )
    assert (ContactImport.objects.get().state, Contact.objects.count()) == ("done", 1)


def test_dry_run_and_undone_import_cannot_be_undone():
    rehearsed, undone = run(people(1), dry_run=True), undo(run(people(1)))
    waiting = stage(people(1))
    for each in (rehearsed, undone, waiting):
        with pytest.raises(ImportMoved):
            undo_import(import_id=each.pk, by=None, now=LATER)
    assert (rehearsed.state, undone.state, waiting.state) == ("done", "undone", "staged")


def test_cancelled_import_can_be_undone(monkeypatch):
    monkeypatch.setattr(pacing, "MOST", 2)
    staged = stage(people(60))

    def cancel(seconds: float) -> None:
        cancel_import(import_id=staged.pk, now=NOW)

    cancelled = run_import(import_id=staged.pk, now=NOW, pause=cancel)
    assert (cancelled.state, Contact.objects.count()) == ("cancelled", 50)
    undo(cancelled)
    assert (Contact.objects.count(), Organisation.objects.count()) == (0, 0)

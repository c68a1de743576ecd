"""What a person says before an import begins: which column is what, which sheet, which options."""

from typing import Any

import pytest
from django.utils import translation

from contacts.enums import ImportState
from contacts.errors import FileUnreadable, ImportMoved, MappingInvalid, OptionUnknown
from contacts.models import Contact, ContactImport, Representation
from contacts.services.imports import cancel_import, confirm_mapping, stage_import
from tests.contacts.importing import go_on, outcomes
from tests.factories.contacts import NOW

pytestmark = pytest.mark.django_db

TEXT = "Adres;Wie;Waar;Rol\na@example.org;Amina Berg;Wilg;lid\n"
WHOLE = {0: "email", 1: "name", 2: "organisation", 3: "function"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def draft(text: str = TEXT, **given) -> ContactImport:
    values: dict[str, Any] = {"dry_run": False, "options": {}, "confirm_columns": True} | given
    return stage_import(
        file_name="mensen.csv", content=text.encode(), created_by=None, now=NOW, **values
    )


def confirm(found: ContactImport, mapping, **options) -> ContactImport:
    return confirm_mapping(import_id=found.pk, mapping=mapping, options=options, now=NOW)


def test_draft_waits_until_somebody_says_what_its_columns_are():
    found = draft()
    assert (found.state, go_on(found).state, Contact.objects.count()) == ("draft", "draft", 0)
    staged = confirm(found, WHOLE)
    assert staged.state == ImportState.STAGED
    assert staged.mapping == [
        {"column": "Adres", "field": "email"},
        {"column": "Wie", "field": "name"},
        {"column": "Waar", "field": "organisation"},
        {"column": "Rol", "field": "function"},
    ]
    assert outcomes(go_on(staged)) == [(2, "created", "organisation_new")]
    assert Representation.objects.get().function == "lid"


def test_column_that_is_not_named_is_left_out():
    done = go_on(confirm(draft(), {0: "email", 1: "name"}))
    assert [each["field"] for each in done.mapping] == ["email", "name", "", ""]
    assert not Representation.objects.exists()


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({1: "name"}, "column_missing"),
        ({}, "column_missing"),
        ({0: "email", 1: "email"}, "field_twice"),
        ({0: "email", 1: "schoenmaat"}, "field_unknown"),
        ({0: "email", 4: "name"}, "column_unknown"),
        ({0: "email", -1: "name"}, "column_unknown"),
    ],
)
def test_columns_that_cannot_be_are_refused_and_the_draft_stays(mapping, code):
    found = draft()
    before = ContactImport.objects.values().get()
    with pytest.raises(MappingInvalid) as raised:
        confirm(found, mapping)
    assert (raised.value.code, bool(str(raised.value))) == (code, True)
    assert ContactImport.objects.values().get() == before


def test_options_are_added_to_those_that_were_given():
    found = draft(options={"language": "nl"})
    staged = confirm(found, WHOLE, fill_organisation=True)
    assert staged.options == {"language": "nl", "fill_organisation": True}
    with pytest.raises(OptionUnknown):
        confirm(draft(), WHOLE, snel=True)


def test_draft_is_confirmed_once():
    found = draft()
    confirm(found, WHOLE)
    with pytest.raises(ImportMoved):
        confirm(found, {0: "email"})
    assert ContactImport.objects.get().mapping[3]["field"] == "function"


def test_draft_is_cancelled_with_its_file():
    cancelled = cancel_import(import_id=draft().pk, now=NOW)
    assert (cancelled.state, cancelled.content) == ("cancelled", b"")
    with pytest.raises(ImportMoved):
        confirm(cancelled, WHOLE)


def test_file_without_a_column_for_whom_a_row_is_about_is_refused_unless_columns_are_asked():
    with pytest.raises(FileUnreadable) as raised:
        draft(confirm_columns=False)
    assert raised.value.code == "column_missing"
    assert not ContactImport.objects.exists()
    assert draft().state == "draft"


def test_columns_can_be_named_when_the_file_is_staged():
    named = {"adres": "email", "Rol": ""}
    found = draft("Adres;Rol;Naam\na@example.org;x;Bo Berg\n", confirm_columns=False, mapping=named)
    assert [each["field"] for each in found.mapping] == ["email", "", "name"]
    assert (found.state, go_on(found).counts["created"]) == ("staged", 1)

"""Staging and running imports in a few words, for the tests of imports."""

from typing import Any

from contacts.models import (
    ConsentRecord,
    Contact,
    ContactImport,
    Membership,
    Organisation,
    OrganisationAlias,
    Representation,
    Suppression,
)
from contacts.selectors.imports import import_rows
from contacts.services.imports import run_import, stage_import
from tests.factories.contacts import NOW

HEADER = "E-mail;Naam;Organisatie;Functie\n"


def no_pause(seconds: float) -> None:
    """What a command does between two runs."""


def stage(
    text: str, *, dry_run: bool = False, header: str = HEADER, by: Any = None, **options: Any
) -> ContactImport:
    return stage_import(
        file_name="mensen.csv",
        content=(header + text).encode(),
        dry_run=dry_run,
        options=options,
        created_by=by,
        now=NOW,
    )


def go_on(staged: ContactImport, *, now=NOW) -> ContactImport:
    return run_import(import_id=staged.pk, now=now, pause=no_pause)


def run(text: str, **values: Any) -> ContactImport:
    return go_on(stage(text, **values))


def people(count: int) -> str:
    """Rows about so many people of three organisations."""
    return "".join(f"p{n}@example.org;Persoon {n};Organisatie {n % 3};rol\n" for n in range(count))


def outcomes(done: ContactImport) -> list[tuple[int, str, str]]:
    return [(row["row"], row["outcome"], row["code"]) for row in import_rows(done)]


def the_base() -> list[Any]:
    """Everything an import may write, to compare before and after."""
    tables: tuple[Any, ...] = (
        Contact,
        Organisation,
        OrganisationAlias,
        Organisation.themes.through,
        Representation,
        Membership,
        ConsentRecord,
        Suppression,
    )
    return [list(table.objects.order_by("id").values()) for table in tables]

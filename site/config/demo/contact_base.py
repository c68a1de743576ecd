"""Loading who exists: themes, organisations, people, and who must not be mailed.

People come in through the import that everybody uses, so that its report can be looked at in the
admin; one row in it is a conflict on purpose, since two people share an address.
"""

import csv
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone

from contacts.enums import FormOfAddress, Purpose, Source, SuppressionReason, SuppressionScope
from contacts.models import (
    Contact,
    ContactImport,
    MailDomain,
    Membership,
    Organisation,
    OrganisationAlias,
    Representation,
    Theme,
)
from contacts.names import name_key
from contacts.services import create_organisation, suppress, unsubscribe, update_contact
from contacts.services.imports import run_import, stage_import

FOLDER = Path(__file__).parent
#: In the column "lid vanaf": a membership that has been agreed on and begins some months from now.
SOON = "binnenkort"
MONTHS_AHEAD = 4


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a data file beside this module, by their headers."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def load_themes() -> None:
    """Make the themes, the larger before their parts."""
    for row in read_rows("themes.csv"):
        Theme.objects.create(
            slug=row["slug"],
            name_nl=row["naam"],
            name_en=row["name"],
            parent=Theme.objects.get(slug=row["deel van"]) if row["deel van"] else None,
        )


def load_organisations(*, now: datetime) -> None:
    """Make the organisations with their other names, mail domains and membership."""
    for row in read_rows("organisations.csv"):
        organisation = create_organisation(
            name=row["naam"],
            kind=row["soort"],
            country=row["land"],
            themes=list(Theme.objects.filter(slug__in=_parts(row["thema's"]))),
            now=now,
        )
        for alias in _parts(row["ook bekend als"]):
            OrganisationAlias.objects.create(
                organisation=organisation, name=alias, name_key=name_key(alias)
            )
        for domain in _parts(row["maildomeinen"]):
            MailDomain.objects.create(organisation=organisation, domain=domain)
        if row["lidmaatschap"]:
            _join(organisation, row, now)


def load_people(*, now: datetime) -> ContactImport:
    """Import the people, then set what the import does not know; return the import."""
    content = (FOLDER / "people.csv").read_bytes()
    staged = stage_import(
        file_name="contacten-voorbeeld.csv",
        content=content,
        dry_run=False,
        options={"language": "nl"},
        created_by=None,
        now=now,
    )
    done = run_import(import_id=staged.pk, now=now, pause=lambda seconds: None)
    for row in read_rows("people.csv"):
        contact = Contact.objects.filter(
            email=row["e-mail"],
            given_name=row["voornaam"],
            family_name=row["achternaam"],
        ).first()
        if contact is not None:
            _complete(contact, row, now)
    return done


def _parts(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def _join(organisation: Organisation, row: dict[str, str], now: datetime) -> None:
    begins, ends = row["lid vanaf"], row["lid tot"]
    Membership.objects.create(
        organisation=organisation,
        kind=row["lidmaatschap"],
        valid_from=_soon(now) if begins == SOON else date.fromisoformat(begins),
        valid_until=date.fromisoformat(ends) if ends else None,
    )


def _soon(now: datetime) -> date:
    """Return the first day of the month, some months ahead."""
    today = timezone.localdate(now)
    year, month = divmod(today.year * 12 + today.month - 1 + MONTHS_AHEAD, 12)
    return date(year, month + 1, 1)


def _complete(contact: Contact, row: dict[str, str], now: datetime) -> None:
    if row["aanspreekvorm"] or row["aanhef"]:
        update_contact(
            contact=contact,
            form_of_address=row["aanspreekvorm"] or FormOfAddress.JE,
            courtesy_title=row["aanhef"],
            now=now,
        )
    if row["plaats"]:
        Representation.objects.filter(contact=contact).update(role=row["plaats"])
    match row["uitgeschreven"]:
        case "all":
            unsubscribe(contact=contact, purpose=None, source=Source.MAIL, now=now)
        case "invitations":
            unsubscribe(contact=contact, purpose=Purpose.INVITATIONS, source=Source.MAIL, now=now)
        case "hard_bounce":
            suppress(
                address_hash=contact.address_hash,
                scope=SuppressionScope.ALL,
                reason=SuppressionReason.HARD_BOUNCE,
                source=Source.MAIL,
                now=now,
            )

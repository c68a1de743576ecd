"""Erase a person, by address or id, from the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts.enums import Source
from contacts.errors import AlreadyErased
from contacts.models import Contact
from contacts.selectors.erasure import consequences_of
from contacts.selectors.people import contact_of_address
from contacts.services.erasure import erase_contact


class Command(BaseCommand):
    help = "Erase a person for good: figures stay, and the address is never mailed or imported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", metavar="EMAIL|ID", help="an e-mail address, or an id")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        contact = _find(options["who"])
        if contact is None:
            raise CommandError(f"There is no person “{options['who']}”.")
        for line in consequences_of(contact, timezone.now()):
            self.stdout.write(line)
        if not options["yes"] and input(f"Erase #{contact.pk} for good? [y/N] ") not in ("y", "Y"):
            raise CommandError("Nothing was erased.")
        try:
            erase_contact(
                contact_id=contact.pk, by=None, source=Source.ORGANISER, now=timezone.now()
            )
        except AlreadyErased as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"#{contact.pk} was erased.")


def _find(who: str) -> Contact | None:
    if who.isascii() and who.isdigit() and len(who) < 19:
        return Contact.objects.filter(pk=who).first()
    return contact_of_address(who)

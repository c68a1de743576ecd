"""`manage.py render_mailing ID --contact ID`: the exact bytes of one recipient's mail."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.errors import CampaignError
from campaigns.message import draft_composer, open_composer
from campaigns.models import Delivery, Mailing
from contacts.models import Contact


class Command(BaseCommand):
    help = "Writes the mail that one contact gets, byte by byte, to standard output. Sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mailing", type=int, metavar="ID")
        parser.add_argument("--contact", type=int, required=True, metavar="ID")

    def handle(self, *args: Any, **options: Any) -> None:
        mailing = Mailing.objects.filter(pk=options["mailing"]).first()
        contact = Contact.objects.filter(pk=options["contact"]).first()
        if mailing is None or contact is None:
            raise CommandError("There is no such mailing or contact.")
        rows = Delivery.objects.select_related("contact", "organisation")
        row = rows.filter(mailing=mailing, contact=contact).first() or Delivery(
            pk=0,
            mailing=mailing,
            contact=contact,
            address_key=contact.address_key,
            language=contact.language,
        )
        try:
            composer = open_composer(mailing.pk) if mailing.frozen else draft_composer(mailing)
            if not composer.messages:
                raise CommandError("There is no subject and text yet.")
            content = composer.compose(row, now=timezone.now()).content
        except CampaignError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(content.decode("ascii"), ending="")

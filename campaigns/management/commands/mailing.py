"""`manage.py mailing ID start|pause|resume|cancel|status [--json]`."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.errors import CampaignError
from campaigns.models import Mailing
from campaigns.selectors.ledger import counts
from campaigns.services import mailings

ACTS: dict[str, Callable[..., Mailing]] = {
    "start": mailings.start,
    "pause": mailings.pause_mailing,
    "resume": mailings.resume_mailing,
    "cancel": mailings.cancel_mailing,
}


class Command(BaseCommand):
    help = "Starts a mailing at once, pauses, resumes or cancels it, and tells how far it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mailing", type=int, metavar="ID")
        parser.add_argument("act", choices=[*ACTS, "status"])
        parser.add_argument(
            "--confirm", type=int, metavar="N", help="the number of people, when it is asked for"
        )
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        mailing_id = options["mailing"]
        try:
            if act := ACTS.get(options["act"]):
                more = {"confirmed": options["confirm"]} if act == mailings.start else {}
                act(mailing_id=mailing_id, now=timezone.now(), **more)
            mailing = Mailing.objects.get(pk=mailing_id)
        except Mailing.DoesNotExist:
            raise CommandError(f"There is no mailing {mailing_id}.") from None
        except CampaignError as error:
            raise CommandError(str(error)) from error
        numbers = counts(mailing_id)
        if options["json"]:
            found = {
                "id": mailing_id,
                "title": mailing.title,
                "state": mailing.state,
                "counts": numbers,
            }
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        some = ", ".join(f"{number} {state}" for state, number in numbers.items() if number)
        self.stdout.write(f"{mailing.title}: {mailing.state}{f' ({some})' if some else ''}")

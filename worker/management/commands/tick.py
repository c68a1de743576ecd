"""One look at the clock, by hand or by cron: what `beat` asks for every second."""

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaigns.selectors.hold import current_hold
from worker import scheduler
from worker.ledger import HOST


class Command(BaseCommand):
    help = "Do what is due now, once, and report the work that is waiting."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="report as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        work = scheduler.tick(now=timezone.now(), holder=HOST, journal_dir=settings.JOURNAL_DIR)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(work)))
        else:
            self.stdout.write(
                f"Mailings with work: {work.mailing_ids or 'none'}; "
                f"notices waiting: {'yes' if work.notices else 'no'}; "
                f"imports waiting: {work.import_ids or 'none'}."
            )
            if (hold := current_hold()) is not None:
                self.stdout.write(f"Mail is held (`release` lets it go): {hold.why_in_english}")

"""Settle what dead workers left behind, or give up on a host that will not return."""

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from worker.recovery import abandon_host, absent_hosts, recover


class Command(BaseCommand):
    help = (
        "Settle the claims of dead workers from their journals; list hosts that are out of reach."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--abandon",
            metavar="HOST",
            help="give up on this host: what it was sending becomes `unknown`",
        )
        parser.add_argument("--json", action="store_true", help="report as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        report: dict[str, Any] = asdict(recover(journal_dir=settings.JOURNAL_DIR, now=now))
        if host := options["abandon"]:
            report["abandoned"] = abandon_host(host=host, journal_dir=settings.JOURNAL_DIR, now=now)
        report["absent"] = absent_hosts(journal_dir=settings.JOURNAL_DIR)
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        self.stdout.write(
            f"Back in the queue: {report['requeued']}. "
            f"Settled from a journal: {report['settled']}. "
            f"In doubt, for a person to decide: {report['unknown'] + report.get('abandoned', 0)}."
        )
        for absent, rows in report["absent"].items():
            self.stdout.write(
                f"Host {absent} is absent and holds {rows} rows. It settles them when it returns; "
                f"`recover --abandon {absent}` gives it up."
            )

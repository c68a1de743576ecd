"""Read who was there from the annex of a report (CSV or XLSX)."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from content.models import Session
from participation.errors import TableUnreadable
from participation.services import import_attendance


class Command(BaseCommand):
    help = "Read attendance for a session from a CSV or XLSX file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--session", required=True, help="slug of the session")
        parser.add_argument("--host", default="", help="name of the organisation that hosted")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        session = Session.objects.filter(slug=options["session"]).first()
        if session is None:
            raise CommandError(f"There is no session “{options['session']}”.")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        try:
            report = import_attendance(
                content, session=session, host=options["host"], now=timezone.now()
            )
        except TableUnreadable as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
            return
        self.stdout.write(
            f"{len(report.rows)} rows: {report.present} present ({report.guests} guests,"
            f" {report.hosts} of the host), {report.excused} excused, {report.no_show} no-show;"
            f" {report.created} sign-ups added."
        )
        for row in report.skipped:
            self.stdout.write(f"row {row['row']} skipped: no readable {row['reason']}")

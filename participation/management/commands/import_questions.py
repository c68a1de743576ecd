"""Read learning questions from a table (CSV or XLSX)."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from content.models import SeriesPage, Session
from participation.errors import TableUnreadable
from participation.services import import_questions


class Command(BaseCommand):
    help = "Read learning questions for a session or a series from a CSV or XLSX file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--session", help="slug of the session")
        where.add_argument("--series", help="slug of the series")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        session = series = None
        if options["session"]:
            session = Session.objects.filter(slug=options["session"]).first()
        else:
            series = SeriesPage.objects.filter(slug=options["series"]).order_by("id").first()
        if session is None and series is None:
            slug = options["session"] or options["series"]
            raise CommandError(f"There is no session or series “{slug}”.")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        try:
            report = import_questions(content, session=session, series=series, now=timezone.now())
        except TableUnreadable as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
            return
        self.stdout.write(
            f"{len(report.rows)} rows: {report.questions} questions,"
            f" {report.not_formulated} not yet formulated; {report.created} added,"
            f" {report.unchanged} unchanged."
        )

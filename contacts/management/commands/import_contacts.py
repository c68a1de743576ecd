"""Import people and organisations from a CSV or XLSX file, here and now."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts.enums import ImportState, RowOutcome
from contacts.errors import FileUnreadable
from contacts.imports.columns import FIELD_LABELS
from contacts.models import ContactImport
from contacts.selectors.imports import import_rows
from contacts.services.imports import run_import, stage_import


class Command(BaseCommand):
    help = "Import people and organisations from a file and say what became of each row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a CSV or XLSX file")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, only report")
        parser.add_argument("--sheet", default="", help="which sheet of a workbook")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADING=FIELD",
            help="what a column is, again for each; without a field it is left out. Fields: "
            + ", ".join(FIELD_LABELS),
        )
        parser.add_argument(
            "--fill-organisation",
            action="store_true",
            help="a blank organisation means the one of the row above",
        )
        parser.add_argument("--json", action="store_true", help="the report as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        try:
            staged = stage_import(
                file_name=path.name,
                content=content,
                dry_run=options["dry_run"],
                options={"fill_organisation": options["fill_organisation"]},
                created_by=None,
                now=timezone.now(),
                mapping=dict(map(_chosen, options["map"])),
                sheet=options["sheet"],
            )
        except FileUnreadable as error:
            raise CommandError(f"{path}: {error}") from error
        done = run_import(import_id=staged.pk, now=timezone.now(), pause=_no_pause)
        if options["json"]:
            self.stdout.write(json.dumps(_report(done), ensure_ascii=False))
        else:
            self._print(done)
        if done.state != ImportState.DONE:
            raise CommandError(done.error or f"The import stopped: {done.get_state_display()}.")

    def _print(self, done: ContactImport) -> None:
        for column in done.mapping:
            self.stdout.write(f"{column['column'] or '–'}: {column['field'] or '–'}")
        for row in import_rows(done):
            label = RowOutcome(row["outcome"]).label
            self.stdout.write(f"{row['row']}: {label}. {row['reason']}".rstrip())
        counted = (f"{outcome.label} {done.counts.get(outcome, 0)}" for outcome in RowOutcome)
        self.stdout.write(", ".join(counted))


def _chosen(text: str) -> tuple[str, str]:
    """Return (heading, field); a heading may have an = in it, a field has none."""
    heading, equals, field = text.rpartition("=")
    if not equals:
        raise CommandError(f"--map {text}: write HEADING=FIELD.")
    return heading, field


def _no_pause(seconds: float) -> None:
    """Whoever waits at a terminal is not kept waiting; transactions stay short all the same."""


def _report(done: ContactImport) -> dict[str, Any]:
    return {
        "id": done.pk,
        "state": done.state,
        "dry_run": done.dry_run,
        "mapping": done.mapping,
        "counts": done.counts,
        "rows": import_rows(done),
    }

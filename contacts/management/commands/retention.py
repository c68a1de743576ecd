"""Remove what was kept long enough, now; or only count it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts.selectors.retention import Due, retention_rules, what_is_due
from contacts.services.retention import clean_up


class Command(BaseCommand):
    help = "Remove what was kept long enough. The worker does it every night after three o'clock."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")
        parser.add_argument("--json", action="store_true", help="the report as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["dry_run"]:
            report = [_line(each) for each in what_is_due(now)]
        else:
            report = clean_up(now=now).report
        if options["json"]:
            text = json.dumps(
                {"dry_run": options["dry_run"], "at": now.isoformat(), "rules": report}
            )
            self.stdout.write(text)
        else:
            self._print(report)
        if failed := [line["rule"] for line in report if "error" in line]:
            raise CommandError(f"Failed, see the log: {', '.join(failed)}.")

    def _print(self, report: list[dict[str, Any]]) -> None:
        labels = {rule.code: rule.label for rule in retention_rules()}
        for line in report:
            self.stdout.write(f"{line['count']:>7}  {labels.get(line['rule'], line['rule'])}")


def _line(due: Due) -> dict[str, Any]:
    return {"rule": due.rule.code, "count": due.count}

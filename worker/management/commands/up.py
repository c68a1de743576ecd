"""Everything for one machine in one process group."""

import argparse
import os
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from worker.programs import programs
from worker.supervisor import PortTakenError, Supervisor, check_port


class Command(BaseCommand):
    help = (
        "Start web, workers, clock, broker and (locally) the mail catcher; Ctrl-C stops them all."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--without-demonstration",
            action="store_true",
            help="start with an empty house instead of the demonstration",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        children = programs()
        names = {child.name for child in children}
        try:
            check_port(settings.PORT, used_by="web", variable="PORT")
            if "catcher" in names:
                check_port(
                    settings.CATCHER_PORT, used_by="the mail catcher", variable="CATCHER_PORT"
                )
            if "valkey" in names:
                check_port(settings.VALKEY_PORT, used_by="the broker", variable="VALKEY_PORT")
        except PortTakenError as error:
            raise CommandError(str(error)) from error

        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.SHOW_INBOX:
            call_command("collectstatic", verbosity=0, interactive=False)
        demonstration = settings.SHOW_INBOX and not options["without_demonstration"]
        call_command("prepare", demonstration=demonstration, stdout=self.stdout)

        supervisor = Supervisor(
            children=children,
            environment={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
                "PYTHONPATH": os.pathsep.join([str(settings.ROOT), str(settings.SITE_DIR)]),
                "PYTHONUNBUFFERED": "1",
            },
            folder=settings.ROOT,
            logs=settings.DATA_DIR / "log",
            say=self.stderr.write,
        )
        supervisor.start()
        try:
            if self._wait_for_web(supervisor):
                self._say_where(names)
            supervisor.run()
        finally:
            supervisor.stop()
        self.stdout.write("Everything has stopped.")

    def _wait_for_web(self, supervisor: Supervisor) -> bool:
        """Wait until the first page comes; False when told to stop meanwhile."""
        for _attempt in range(300):
            if supervisor.stopping:
                return False
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/healthz", timeout=5):
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.stderr.write(f"The web server does not answer yet; see {supervisor.logs}/web.log")
        return True

    def _say_where(self, names: set[str]) -> None:
        site = settings.SITE_URL
        lines = [
            "",
            "Bijeen is up.",
            f"  Site     {site}/",
            f"  Admin    {site}/admin/     (account: {settings.DATA_DIR}/first-account.txt)",
        ]
        if "catcher" in names:
            lines.append(f"  Inbox    {site}/inbox/     (every mail that went out over SMTP)")
        lines += [
            f"  API      {site}/api/docs",
            f"  Logs     {settings.DATA_DIR}/log/",
            "",
            "Ctrl-C stops everything.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

"""What a new installation needs before its first visitor. Running it again changes nothing."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaigns.services.groups import ensure_groups
from config.settings.base import env
from content.models import Session
from content.services import ensure_site


class Command(BaseCommand):
    help = "Make the site, the groups and the first account, if they are not there yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demonstration",
            action="store_true",
            help="load the demonstration into an empty house",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_site(now=timezone.now())
        ensure_groups()
        if not User.objects.filter(is_superuser=True).exists():
            self._create_first_account()
        if options["demonstration"] and not Session.objects.exists():
            self.stdout.write("Loading the demonstration …")
            call_command("demo", stdout=self.stdout)

    def _create_first_account(self) -> None:
        email = env.str("ADMIN_EMAIL", default="beheer@example.org")
        password = env.str("ADMIN_PASSWORD", default="")
        note = settings.DATA_DIR / "first-account.txt"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch(mode=0o600)
        if password:
            note.write_text(f"{email}\n(the password is the one in ADMIN_PASSWORD)\n")
        else:
            password = secrets.token_urlsafe(12)
            note.write_text(f"{email}\n{password}\n")
        User.objects.create_superuser(username=email, email=email, password=password)
        self.stdout.write(f"The first account is {email}; its password stands in {note}.")

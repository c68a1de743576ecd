"""Print a new access token of the HTTP API."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from base.services import EVERY_SCOPE, ScopeInvalid, create_access_token


class Command(BaseCommand):
    help = "Print a new access token; it may do what its user may do, narrowed by its scopes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="address (or user name) of an existing user")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            metavar="THING:ACT",
            help="such as contacts:read; may be repeated; without it: all that the user may do",
        )
        parser.add_argument("--days", type=int, default=None, help="valid for so many days")
        parser.add_argument("--name", default="", help="what the token is for")
        parser.add_argument("--json", action="store_true", help="as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] is not None and not 1 <= options["days"] <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        scopes = options["scope"] or [EVERY_SCOPE]
        user = _user(options["email"])
        try:
            token = create_access_token(
                user=user,
                scopes=scopes,
                days=options["days"],
                name=options["name"][:100],
                now=timezone.now(),
            )
        except ScopeInvalid as error:
            raise CommandError(
                f"“{error}” is no scope. Write it as thing:act, such as contacts:read."
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps({"token": token, "scopes": sorted(set(scopes))}))
        else:
            self.stdout.write(token)


def _user(email: str) -> User:
    found = User.objects.filter(email__iexact=email)[:2] or User.objects.filter(username=email)[:2]
    if not found:
        raise CommandError(f"There is no user with the address {email}.")
    if len(found) > 1:
        raise CommandError(f"There are several users with the address {email}; give the user name.")
    return found[0]

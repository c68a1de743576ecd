"""Let mail go out again after a restore, a copy or a move: see campaigns.services.release."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.errors import MailNotHeld
from campaigns.selectors.hold import Waiting, current_hold, waiting_mail
from campaigns.services.release import release_mail


class Command(BaseCommand):
    help = (
        "Show what waits while mail is held because the database was restored, copied or moved, "
        "and release mail. What was already waiting is not sent unless you ask for it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--send-waiting",
            action="store_true",
            help="send what was already waiting too: nothing was sent since this database was last "
            "in use",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        now, hold = timezone.now(), current_hold()
        if hold is None:
            self.stdout.write("Mail goes out as usual: there is nothing to release.")
            return
        since = hold.since.isoformat(timespec="seconds")
        self.stdout.write(
            f"Mail is held since {since}, found on {hold.host}. {hold.why_in_english}"
        )
        for line in _lines(waiting_mail(since=hold.since, now=now)):
            self.stdout.write(line)
        sends_waiting = options["send_waiting"]
        if not (options["yes"] or self._agrees(sends_waiting)):
            raise CommandError("Nothing was released.")
        try:
            released = release_mail(sends_waiting=sends_waiting, now=now)
        except MailNotHeld as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            "Mail is released."
            if sends_waiting
            else f"Mail is released. In doubt, for a person to decide: {released.mails} mails of "
            f"mailings and {released.notices} notices (unknown), "
            f"{released.missed} mailings (missed)."
        )

    def _agrees(self, sends_waiting: bool) -> bool:
        becomes = "is sent as well" if sends_waiting else "is not sent, and a person decides"
        self.stdout.write(
            f"What was already waiting {becomes}. No other copy of this installation may send mail."
        )
        try:
            return input("Release mail? [yes/no] ").strip().casefold() == "yes"
        except EOFError:
            raise CommandError("Nobody is there to answer: add --yes.") from None


def _lines(waiting: Waiting) -> Iterator[str]:
    """What waits, a line each."""
    yield "Already waiting, and perhaps sent:"
    for mailing, number in waiting.under_way:
        yield f"  mailing {mailing.pk} “{mailing}”, {mailing.state}: {number} mails"
    for mailing in waiting.planned:
        yield f"  mailing {mailing.pk} “{mailing}”, planned: was to start {mailing.due_at}"
    yield f"  notices to one person: {waiting.notices}"
    yield "Come since, and sent on release:"
    for mailing in waiting.new_planned:
        yield f"  mailing {mailing.pk} “{mailing}”, planned: was to start {mailing.due_at}"
    yield f"  notices to one person: {waiting.new_notices}"

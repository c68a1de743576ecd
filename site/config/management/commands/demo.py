"""The demonstration: load it, or play its whole story."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.demo.errors import HouseNotEmpty, StoryFailed
from config.demo.loader import load_demonstration
from config.demo.story import play


class Command(BaseCommand):
    help = "Load the demonstration into an empty house; --story plays it from beginning to end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--story",
            action="store_true",
            help="start services in a temporary folder, play the whole story and count every mail",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["story"]:
            self._play()
        else:
            self._load()

    def _load(self) -> None:
        # Every page and mailing reports that it was saved; a newcomer wants to read one line.
        logging.disable(logging.INFO)
        try:
            loaded = load_demonstration(now=timezone.now())
        except HouseNotEmpty:
            self.stdout.write(
                "There is something in this house already; nothing was loaded. The demonstration "
                "goes into an empty one: set BIJEEN_DATA to another folder."
            )
            return
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(
            f"The demonstration is loaded: {loaded.organisations} organisations, "
            f"{loaded.people} people ({loaded.conflicts} conflict in their import), "
            f"{loaded.sessions} sessions, {loaded.answers} questions and answers, "
            f"{loaded.questions} learning questions, {loaded.mailings} mailings. "
            "The invitation is checked and waits for you."
        )

    def _play(self) -> None:
        try:
            play(say=self._say)
        except StoryFailed as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

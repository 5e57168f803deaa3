"""What the commands have in common: a summary for a person or `--json`, and an exit status."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import BaseCommand, CommandError, SystemCheckError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError

from exact_client.errors import ExactError
from exact_client.models import Division
from zoho_client.errors import ZohoError

DONE, NEEDS_A_PERSON, COULD_NOT_RUN = 0, 1, 2


@dataclass(slots=True)
class Outcome:
    """What a command did: one line each for a person, values for a script."""

    lines: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    needs_a_person: bool = False


class Verb(BaseCommand):
    """A command that does one thing and says what came of it.

    Exit status 0 when all went well, 1 when something needs a person, 2 when it could not run.
    With `--json`, standard output holds one JSON object and nothing else: what came of it, or
    `error` with why it could not run.
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Every verb can speak JSON."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def do(self, *args: Any, **options: Any) -> Outcome:
        """Do it. What is to be said in between goes to standard error."""
        raise NotImplementedError

    def check(self, *args: Any, **options: Any) -> None:
        """Refuse to run with settings that can't be right."""
        try:
            super().check(*args, **options)
        except SystemCheckError as error:
            error.returncode = COULD_NOT_RUN
            raise

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, tell it, and leave with the status that fits."""
        try:
            outcome = self._outcome(**options)
        except CommandError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(error)}))
            raise
        if options["json"]:
            self.stdout.write(json.dumps(outcome.values, cls=DjangoJSONEncoder))
        elif outcome.lines:
            self.stdout.write("\n".join(outcome.lines))
        if outcome.needs_a_person:
            raise SystemExit(NEEDS_A_PERSON)

    def _outcome(self, **options: Any) -> Outcome:
        try:
            return self.do(**options)
        except (ExactError, ZohoError) as error:
            raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database can't be used: {str(error).strip()}. Run `manage.py migrate`, or "
                "`manage.py doctor` to see what is wrong.",
                returncode=COULD_NOT_RUN,
            ) from error


def the_division() -> Division:
    """Return the division to work in; without one, no verb that talks to Exact can run."""
    division = Division.objects.chosen().first()
    if division is None:
        raise CommandError(
            "No division of Exact is chosen. Run `manage.py connect exact --sandbox`, or connect "
            "in the browser under Set-up.",
            returncode=COULD_NOT_RUN,
        )
    return division


def the_divisions(code: int | None) -> list[Division]:
    """Return the divisions to work in: all that are chosen, or the one with this code."""
    chosen = list(Division.objects.chosen().order_by("pk")) or [the_division()]
    wanted = [division for division in chosen if code in {None, division.code}]
    if not wanted:
        codes = ", ".join(str(division.code) for division in chosen)
        raise CommandError(
            f"Division {code} is not chosen; these are: {codes}.", returncode=COULD_NOT_RUN
        )
    return wanted


def take_division(parser: ArgumentParser) -> None:
    """Let a verb be kept to one division."""
    parser.add_argument("--division", type=int, metavar="CODE", help="only in this division")


def counted(counts: dict[str, int]) -> str:
    """Return counts in words: `742 link, 294 review`."""
    return ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in counts.items())

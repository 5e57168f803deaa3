"""`manage.py doctor`: looks at everything that must be well, and says what to do about the rest."""

import json
from argparse import ArgumentParser, BooleanOptionalAction
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from sync.management.verbs import COULD_NOT_RUN, DONE, NEEDS_A_PERSON
from sync.running.health import Finding, examine


class Command(BaseCommand):
    """One line for each thing that was looked at."""

    help = "Checks settings, database, broker, worker, the connection to Exact and the set-up."
    requires_system_checks: list[str] = []  # they are findings

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what can be asked for."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--online",
            action=BooleanOptionalAction,
            default=True,
            help="also ask Exact who we are, once connected; it costs one call",
        )

    def handle(self, **options: Any) -> None:
        """Look, tell, and leave with the status that fits."""
        findings = list(examine(online=options["online"]))
        status = _status(findings)
        if options["json"]:
            rows = [{**asdict(one), "is_well": one.is_well} for one in findings]
            self.stdout.write(json.dumps({"status": status, "findings": rows}))
        else:
            for one in findings:
                self.stdout.write(_line(one))
        if status != DONE:
            raise SystemExit(status)


def _status(findings: list[Finding]) -> int:
    if any(one.stops_all for one in findings if not one.is_well):
        return COULD_NOT_RUN
    return DONE if all(one.is_well for one in findings) else NEEDS_A_PERSON


def _line(one: Finding) -> str:
    if one.is_well:
        return f"ok    {one.about}: {one.says}"
    return f"TO DO {one.about}: {one.says}\n      {one.remedy}"

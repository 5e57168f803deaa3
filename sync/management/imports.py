"""What the two import commands have in common."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts_link.imports.shapes import FileError
from exact_client.models import Division
from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb
from sync.services import prepare
from sync.services.intake import Report

ERRORS_SHOWN = 50


class ImportVerb(Verb):
    """Reads a file, takes its good rows in, and lists the others with line and column."""

    what = ""
    take_in: Callable[..., Report]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and whether to save anything."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="read and report; save nothing")

    def do(self, *, file: Path, dry_run: bool, **_: Any) -> Outcome:
        """Read the file, and save its good rows unless it is a dry run."""
        try:
            with file.open("rb") as opened:
                report = self.take_in(opened, file.name, now=timezone.now(), dry_run=dry_run)
        except (FileError, OSError) as error:
            raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
        if not dry_run:
            for division in Division.objects.chosen():
                prepare.refresh(division)
        values = {"dry_run": dry_run, **report.as_json(most=100_000)}
        return Outcome(self._lines(report, dry_run=dry_run), values, bool(report.errors))

    def _lines(self, report: Report, *, dry_run: bool) -> list[str]:
        verb = "would be" if dry_run else "are"
        lines = [
            f"{report.good:,} {self.what} read: {report.new:,} {verb} new, "
            f"{report.changed:,} {verb} changed, {report.same:,} stay as they are. "
            f"{report.refused:,} refused."
        ]
        lines += [f"  line {error.line}: {error.message}" for error in report.errors[:ERRORS_SHOWN]]
        if len(report.errors) > ERRORS_SHOWN:
            lines.append(f"  … and {len(report.errors) - ERRORS_SHOWN:,} more; see --json")
        lines += [f"  note, line {note.line}: {note.message}" for note in report.notes[:10]]
        if report.unknown_columns:
            lines.append(f"  columns not used: {', '.join(report.unknown_columns)}")
        return lines

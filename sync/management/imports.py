"""What the two import commands have in common."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts_link.imports.shapes import FileError, RowError, RowNote
from exact_client.models import Division
from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb
from sync.services.delivery import prepare
from sync.services.intake import Report

ERRORS_SHOWN = 50
NOTES_SHOWN = 10


class ImportVerb(Verb):
    """Reads files, takes their good rows in, and lists the others with line and column."""

    what = ""
    take_in: Callable[..., Report]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files, and whether to save anything."""
        super().add_arguments(parser)
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="read and report; save nothing")

    def do(self, *, files: list[Path], dry_run: bool, **_: Any) -> Outcome:
        """Read the files, and save their good rows unless it is a dry run."""
        report = self._taken_in(files, dry_run=dry_run)
        if not dry_run:
            for division in Division.objects.chosen():
                prepare.refresh(division)
        values = {"dry_run": dry_run, **report.as_json(most=100_000)}
        return Outcome(self._lines(report, dry_run=dry_run), values, bool(report.errors))

    def _taken_in(self, files: list[Path], *, dry_run: bool) -> Report:
        """Take in one file after the other; of several, a bad one keeps none of the others out."""
        report, unreadable = Report(), 0
        for file in files:
            try:
                with file.open("rb") as opened:
                    found = self.take_in(opened, file.name, now=timezone.now(), dry_run=dry_run)
            except (FileError, OSError) as error:
                unreadable += 1
                if unreadable == len(files):
                    raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
                found = Report(errors=[RowError(1, "", "", str(error), record=file.name)])
            report.absorb(found, file.name if len(files) > 1 else "")
        return report

    def _lines(self, report: Report, *, dry_run: bool) -> list[str]:
        verb = "would be" if dry_run else "are"
        lines = [
            f"{report.good:,} {self.what} read: {report.new:,} {verb} new, "
            f"{report.changed:,} {verb} changed, {report.same:,} stay as they are. "
            f"{report.refused:,} refused."
        ]
        lines += [f"  {_where(one)}: {one.message}" for one in report.errors[:ERRORS_SHOWN]]
        if len(report.errors) > ERRORS_SHOWN:
            lines.append(f"  … and {len(report.errors) - ERRORS_SHOWN:,} more; see --json")
        lines += [f"  note, {_where(note)}: {note.message}" for note in report.notes[:NOTES_SHOWN]]
        if report.unknown_columns:
            lines.append(f"  columns not used: {', '.join(report.unknown_columns)}")
        return lines


def _where(one: RowError | RowNote) -> str:
    return f"{one.file}, line {one.line}" if one.file else f"line {one.line}"

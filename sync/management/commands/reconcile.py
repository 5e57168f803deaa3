"""manage.py reconcile: a month of ours beside Exact's, per journal, with every difference."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.models import Division
from exact_client.reading import OddRecord
from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb, the_division
from sync.rules.drift import money
from sync.rules.reconciliation import Both, Reconciliation
from sync.services.locks import process_lock
from sync.services.reading_back import closing, reconcile_files
from sync.services.reading_back import job as booked_jobs
from sync.services.reading_back.read_back import NoBooksError, ReadBack
from sync.services.reading_back.reconcile import read_at

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class Command(Verb):
    """Compare what was booked in a month with what Exact has in it."""

    help = "Compare what was booked in a month with what Exact has in it, to the cent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the month, and whether to read back first."""
        super().add_arguments(parser)
        parser.add_argument("--month", type=_month, required=True, metavar="2026-10")
        parser.add_argument("--division", type=int, metavar="CODE", help="one of several")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write everything there")
        reading = parser.add_mutually_exclusive_group()
        reading.add_argument("--no-read", action="store_true", help="compare what was read already")
        reading.add_argument("--full", action="store_true", help="read everything anew")

    def do(self, *, month: date, division: int | None, csv: Path | None, **options: Any) -> Outcome:
        """Read back, compare, and tell."""
        chosen = _division(division)
        if not options["no_read"]:
            self._read_back(chosen, month, full=options["full"])
        if read_at(chosen) is None:
            raise _refused("Nothing was read back yet: run it without --no-read.")
        found = closing.compare(chosen, month, now=timezone.now())
        if csv is not None:
            _write(csv, found)
        values = {
            "division": chosen.code,
            "read_at": read_at(chosen),
            **reconcile_files.as_values(found),
        }
        return Outcome(list(_lines(chosen, found)), values, needs_a_person=not found.closes)

    def _read_back(self, division: Division, month: date, *, full: bool) -> None:
        odd: list[OddRecord] = []
        exact = ExactClient.connected(division, lane=Lane.PERSON, on_odd=odd.append)
        with process_lock("read back", division.pk) as held:
            if not held:
                raise _refused(booked_jobs.BUSY)
            try:
                booked_jobs.bring_up_to_date(
                    division, exact, full=full, odd=odd, but=month, progress=self._show
                )
            except NoBooksError as error:
                raise _refused(str(error)) from error

    def _show(self, done: ReadBack) -> None:
        if done.read % 10_000 == 0:
            self.stderr.write(f"{done.read:,} lines read back")


def _month(text: str) -> date:
    found = MONTH.fullmatch(text)
    if not found:
        raise ArgumentTypeError(f"{text!r} is no month; write it as 2026-10")
    return date(int(found[1]), int(found[2]), 1)


def _division(code: int | None) -> Division:
    """Return the one asked for, or the only one that is chosen."""
    chosen = Division.objects.chosen()
    if code is None:
        if chosen.count() > 1:
            codes = ", ".join(str(division.code) for division in chosen)
            raise _refused(f"Several divisions are chosen: say --division and one of {codes}.")
        return the_division()
    division = chosen.filter(code=code).first()
    if division is None:
        raise _refused(f"No division {code} is chosen.")
    return division


def _refused(message: str) -> CommandError:
    return CommandError(message, returncode=COULD_NOT_RUN)


def _write(path: Path, found: Reconciliation) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(reconcile_files.csv_of(found))
    except OSError as error:
        raise _refused(f"{path} can't be written: {error.strerror}.") from error


def _lines(division: Division, found: Reconciliation) -> list[str]:
    closes = "closes" if found.closes else f"{len(found.open):,} difference(s) to settle"
    return [
        f"{division}, {found.month:%B %Y}: {closes}.",
        f"{'journal':10}{'booked':>9}{'in Exact':>9}{'total booked':>18}{'total in Exact':>18}"
        f"{'difference':>16}",
        *(_line(journal, currency, both) for (journal, currency), both in found.journals.items()),
        *(
            f"  {one.kind}: {one.document or f'entry {one.entry_number}'}, "
            f"{money(one.amount)} {one.place.currency}. {one.reason}"
            + (" Accepted." if one.is_accepted else "")
            for one in found.differences
        ),
        *([f"Not in the books yet: {len(found.waiting):,} document(s)."] if found.waiting else []),
        *([f"Not read back yet: {len(found.awaited):,} entries."] if found.awaited else []),
    ]


def _line(journal: str, currency: str, both: Both) -> str:
    ours, theirs = both.ours, both.theirs
    return (
        f"{journal:10}{ours.entries:>9,}{theirs.entries:>9,}{money(ours.incl):>18}"
        f"{money(theirs.incl):>18}{money(both.difference.incl):>16} {currency}"
    )

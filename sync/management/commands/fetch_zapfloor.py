"""manage.py fetch_zapfloor: fetch customers, invoices and credit notes from zapfloor."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb, counted
from sync.models import Run
from sync.services import runs
from sync.services.zapfloor import job as zapfloor_job
from sync.services.zapfloor.fetch import Fetched, Wanted, fetch
from sync.services.zapfloor.source import client_of, the_source
from sync.zapfloor.errors import ZapfloorError

SHOWN = 50  # refused records that are printed


class Command(Verb):
    """Fetch what changed in zapfloor since the last fetch."""

    help = "Fetch customers, invoices and credit notes from zapfloor: what changed, or everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take since when, and whether to save anything."""
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="read and report; save nothing")
        parser.add_argument("--since", default="", metavar="2026-10-01", help="changed since then")
        parser.add_argument("--full", action="store_true", help="read everything anew")

    def do(self, *, dry_run: bool, since: str, full: bool, **_: Any) -> Outcome:
        """Fetch now, in this process."""
        wanted = Wanted(_moment(since), full, dry_run)
        fetched = _dry(wanted) if dry_run else _fetched(wanted)
        lines = [_line(fetched, dry_run=dry_run)]
        lines += [f"  {said}" for one in fetched.refused[:SHOWN] for said in one["said"]]
        values = {
            "dry_run": dry_run,
            "read": fetched.read,
            "not_final": fetched.not_final,
            "customers": fetched.customers.as_json(),
            "documents": fetched.documents.as_json(),
            "refused": fetched.refused,
        }
        return Outcome(lines, values, bool(fetched.refused))


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:
        day = moment = None
    if day is not None:
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    if moment is None:
        raise CommandError(
            f"“{text}” is no moment; write it like 2026-10-01.", returncode=COULD_NOT_RUN
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _dry(wanted: Wanted) -> Fetched:
    source = the_source()
    if source is None:
        raise CommandError("Connect to zapfloor first, under Set-up.", returncode=COULD_NOT_RUN)
    try:
        return fetch(source, client_of(source), wanted, now=timezone.now())
    except ZapfloorError as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error


def _fetched(wanted: Wanted) -> Fetched:
    run = runs.ask(Run.Job.SOURCE, by=None, now=timezone.now())
    fetched = zapfloor_job.fetch_now(run, wanted)
    if fetched is None:
        why = run.message or "Another process is fetching already; look at it under Runs."
        raise CommandError(why, returncode=COULD_NOT_RUN)
    return fetched


def _line(fetched: Fetched, *, dry_run: bool) -> str:
    came = counted(zapfloor_job.counts_of(fetched)) or "nothing new"
    return f"{fetched.read:,} records read: {came}.{' Nothing was saved.' if dry_run else ''}"

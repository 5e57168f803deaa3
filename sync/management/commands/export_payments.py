"""manage.py export_payments: what is told on of payments, as CSV."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts_link.imports.export import defused
from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb
from sync.services.payments.telling import PaymentRow, payments_to_tell

COLUMNS = [
    "invoice_number", "customer_number", "status", "open_amount", "paid_amount", "currency",
    "last_payment_date", "paid_date", "days_late", "told",
]  # fmt: skip


class Command(Verb):
    """Print how far each document is paid as CSV, for zapfloor or a spreadsheet."""

    help = "Print how far each document is paid, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take since when."""
        super().add_arguments(parser)
        parser.add_argument(
            "--since", metavar="ISO", help="only what changed since: 2026-10-05T09:30"
        )

    def do(self, *, since: str | None, json: bool, **_: Any) -> Outcome:
        """Write the table, or one JSON object that holds it and the `since` of the next time."""
        now = timezone.now()
        rows = payments_to_tell(_moment(since) if since else None, now)
        if json:
            return Outcome([], {"payments": [asdict(row) for row in rows], "as_of": now})
        writer = csv.DictWriter(self.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_cells(rows))
        return Outcome([])


def _moment(text: str) -> datetime:
    """Return the moment that was typed; a day alone begins at midnight here."""
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)):
            moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            f"“{text}” is no moment. Write it as 2026-10-05T09:30 or 2026-10-05.",
            returncode=COULD_NOT_RUN,
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _cells(rows: Iterator[PaymentRow]) -> Iterator[dict[str, Any]]:
    for row in rows:
        cells = {name: getattr(row, name) for name in COLUMNS}
        cells |= {name: defused(cells[name]) for name in ("invoice_number", "customer_number")}
        yield {name: "" if value is None else value for name, value in cells.items()}

"""manage.py push: send what is due to Exact, until done or out of budget."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, When
from django.utils import timezone

from exact_client.models import Division
from sync.management.verbs import Outcome, Verb, counted, take_division, the_divisions
from sync.models import Invoice, InvoiceState, OutboxEntry
from sync.services import jobs
from sync.services.delivery import push, release
from sync.services.delivery.deliver import Delivered
from sync.services.delivery.forecast import Forecast, forecast

PATIENCE = timedelta(minutes=2)  # what opens sooner, such as the next minute, is waited for


@dataclass(slots=True)
class _Told:
    """What the pushes of all divisions came to."""

    outcomes: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    paused: str = ""
    resumes_at: datetime | None = None


class Command(Verb):
    """Send every document that can go to Exact, until done or out of budget."""

    help = "Send every document that can go to Exact, until done or out of budget."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to send anything, and how many at most."""
        super().add_arguments(parser)
        take_division(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent")
        parser.add_argument("--limit", type=int, metavar="N", help="at most N documents")
        parser.add_argument("--no-wait", action="store_true", help="end when Exact says wait")

    def do(
        self,
        *,
        dry_run: bool,
        limit: int | None,
        no_wait: bool,
        division: int | None = None,
        **_: Any,
    ) -> Outcome:
        """Push now, in this process, one division after the other."""
        divisions = the_divisions(division)
        if dry_run:
            return _would([forecast(one) for one in divisions])
        waiting = Invoice.objects.all() if limit is None else _first(limit)
        release.release(waiting, now=timezone.now())
        told = _Told()
        for one in divisions:
            self._push(one, told, no_wait=no_wait)
        return _outcome(divisions, told)

    def _push(self, division: Division, told: _Told, *, no_wait: bool) -> None:
        office = jobs.office_of(division)
        while True:
            pushed = push.push(office, progress=self._show)
            told.outcomes.update(pushed.delivered.outcomes)
            if not self._wait(pushed.delivered, no_wait=no_wait):
                break
        told.waiting.update(pushed.waiting)
        told.paused = pushed.delivered.paused_because or told.paused
        told.resumes_at = pushed.delivered.resumes_at or told.resumes_at

    def _show(self, delivered: Delivered) -> None:
        if delivered.steps % 100 == 0:
            self.stderr.write(f"{delivered.steps:,} steps, {counted(delivered.outcomes)}")

    def _wait(self, delivered: Delivered, *, no_wait: bool) -> bool:
        """Sleep until there is more to do; say no when there is nothing, or not for long."""
        if delivered.resumes_at is None or no_wait:
            return False
        wait = delivered.resumes_at - timezone.now()
        if wait > PATIENCE:
            return False
        if delivered.paused_because:
            self.stderr.write(f"{delivered.paused_because} Going on by itself.")
        time.sleep(max(wait.total_seconds(), 0.05))
        return True


def _first(limit: int) -> Any:
    """Return the oldest that can go; when they are fewer, the oldest that may be able to soon."""
    is_ready = Case(When(state=InvoiceState.READY, then=0), default=1)
    waiting = Invoice.objects.before_the_outbox().order_by(is_ready, "invoice_date", "number")
    return Invoice.objects.filter(pk__in=list(waiting.values_list("pk", flat=True)[:limit]))


def _would(forecasts: Sequence[Forecast]) -> Outcome:
    waiting: Counter[str] = sum((one.waiting_by_state for one in forecasts), Counter())
    accounts = sorted(number for one in forecasts for number in one.accounts)
    entries = sum(one.total.entries for one in forecasts)
    total = sum((one.total.incl for one in forecasts), Decimal("0.00"))
    lines = [
        f"{entries:,} entries for {total:,.2f} including VAT would be sent, and "
        f"{len(accounts):,} accounts created first.",
        f"Waiting: {counted(waiting) or 'nothing'}.",
    ]
    values = {
        "dry_run": True,
        "entries": entries,
        "total": total,
        "accounts": accounts,
        "waiting": waiting,
    }
    return Outcome(lines, values, needs_a_person=bool(waiting))


def _outcome(divisions: list[Division], told: _Told) -> Outcome:
    stuck = OutboxEntry.objects.filter(division__in=divisions, state__in=OutboxEntry.FOR_A_PERSON)
    booked = Invoice.objects.in_the_books().count()
    lines = [
        f"{told.outcomes['done']:,} done in this push; {booked:,} documents are booked in all.",
        f"Waiting: {counted(told.waiting) or 'nothing'}.",
        *(f"  {entry.identity}: {entry.reason} {entry.advice}" for entry in stuck[:50]),
    ]
    if told.paused:
        lines.append(f"Paused: {told.paused}")
    values = {
        "outcomes": told.outcomes,
        "booked": booked,
        "waiting": told.waiting,
        "paused": told.paused,
        "resumes_at": told.resumes_at,
        "needs_a_person": [
            {"identity": entry.identity, "state": entry.state, "reason": entry.reason}
            for entry in stuck
        ],
    }
    return Outcome(lines, values, bool(told.waiting or told.paused or stuck))

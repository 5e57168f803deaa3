"""manage.py push: send what is due to Exact, until done or out of budget."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.db.models import Case, When
from django.utils import timezone

from exact_client.models import Division
from sync.management.verbs import Outcome, Verb, counted, the_division
from sync.models import Invoice, InvoiceState, OutboxEntry
from sync.services import jobs, push, release
from sync.services.deliver import Delivered
from sync.services.forecast import forecast

PATIENCE = timedelta(minutes=2)  # what opens sooner, such as the next minute, is waited for


class Command(Verb):
    """Send every document that can go to Exact, until done or out of budget."""

    help = "Send every document that can go to Exact, until done or out of budget."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to send anything, and how many at most."""
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent")
        parser.add_argument("--limit", type=int, metavar="N", help="at most N documents")
        parser.add_argument("--no-wait", action="store_true", help="end when Exact says wait")

    def do(self, *, dry_run: bool, limit: int | None, no_wait: bool, **_: Any) -> Outcome:
        """Push now, in this process."""
        division = the_division()
        if dry_run:
            return _would(division)
        office = jobs.office_of(division)
        release.release(
            Invoice.objects.all() if limit is None else _first(limit), now=timezone.now()
        )
        outcomes: dict[str, int] = {}
        while True:
            pushed = push.push(office, progress=self._show)
            for word, number in pushed.delivered.outcomes.items():
                outcomes[word] = outcomes.get(word, 0) + number
            if not self._wait(pushed.delivered, no_wait=no_wait):
                break
        return _outcome(division, pushed, outcomes)

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


def _would(division: Division) -> Outcome:
    would = forecast(division)
    waiting = would.waiting_by_state
    lines = [
        f"{would.total.entries:,} entries for {would.total.incl:,.2f} including VAT would be "
        f"sent, and {len(would.accounts):,} accounts created first.",
        f"Waiting: {counted(waiting) or 'nothing'}.",
    ]
    values = {
        "dry_run": True,
        "entries": would.total.entries,
        "total": would.total.incl,
        "accounts": sorted(would.accounts),
        "waiting": waiting,
    }
    return Outcome(lines, values, needs_a_person=bool(waiting))


def _outcome(division: Division, pushed: push.Pushed, outcomes: dict[str, int]) -> Outcome:
    stuck = OutboxEntry.objects.filter(division=division, state__in=OutboxEntry.FOR_A_PERSON)
    delivered = pushed.delivered
    booked = Invoice.objects.filter(state="booked").count()
    lines = [
        f"{outcomes.get('done', 0):,} done in this push; {booked:,} documents are booked in all.",
        f"Waiting: {counted(pushed.waiting) or 'nothing'}.",
        *(f"  {entry.identity}: {entry.reason} {entry.advice}" for entry in stuck[:50]),
    ]
    if delivered.paused_because:
        lines.append(f"Paused: {delivered.paused_because}")
    values = {
        "outcomes": outcomes,
        "booked": booked,
        "waiting": pushed.waiting,
        "paused": delivered.paused_because,
        "resumes_at": delivered.resumes_at,
        "needs_a_person": [
            {"identity": entry.identity, "state": entry.state, "reason": entry.reason}
            for entry in stuck
        ],
    }
    return Outcome(lines, values, bool(pushed.waiting or delivered.paused_because or stuck))

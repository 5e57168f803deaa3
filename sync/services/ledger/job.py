"""The job that reads what the books offer anew, and lets documents follow what changed there."""

from __future__ import annotations

from django.utils import timezone

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.models import Division
from sync.models import Run
from sync.services import runs
from sync.services.delivery import prepare
from sync.services.ledger import books, periods


def read_books(run: Run) -> bool:
    """Read every chosen division's books; return whether a document moved on or was stopped."""
    changed = 0
    with runs.running(run) as progress:
        for division in Division.objects.chosen():
            exact = ExactClient.connected(division, lane=Lane.BACKFILL)
            counts = books.read(division, exact)
            now = timezone.now()
            periods.tell_of_next_year(division, now=now, today=timezone.localdate(now))
            changed += prepare.refresh(division)
            progress.show(sum(counts.values()), None, changed=changed)
    return bool(changed)

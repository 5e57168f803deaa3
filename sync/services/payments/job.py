"""The job that reads payments: every chosen division, with a run to tell how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.models import Division
from sync.services import runs
from sync.services.locks import process_lock
from sync.services.odd_ones import tell_of_odd_ones
from sync.services.payments import telling as payments
from sync.services.payments import terms as payment_terms

if TYPE_CHECKING:
    from exact_client.reading import OddRecord
    from sync.models import Run


def read_payments(run: Run, *, full: bool = False) -> bool:
    """Read the payments of every chosen division; return whether any document changed."""
    told = payments.tell_on(timezone.now())  # whether or not Exact answers
    with runs.running(run) as progress:
        for division in Division.objects.chosen():
            told += _read(division, progress, full=full)
    return bool(told)


def _read(division: Division, progress: runs.Progress, *, full: bool) -> int:
    odd: list[OddRecord] = []
    exact = ExactClient.connected(division, lane=Lane.MIRROR, on_odd=odd.append)
    done, before = progress.run.done, dict(progress.run.counts)

    def show(read: payment_terms.TermsRead) -> None:
        settled = read.settled
        counts = {
            "changed": read.changed,
            "gone": read.gone,
            "paid": settled.paid,
            "part-paid": settled.part_paid,
            "bounced": settled.bounced,
            "odd": len(odd),
        }
        summed = {word: before.get(word, 0) + number for word, number in counts.items()}
        progress.show(done + read.read, None, **summed)

    with process_lock("payments", division.pk) as held:
        if not held:
            progress.run.message = "Another worker is reading payments already."
            return 0
        read = payment_terms.read(
            division, exact, now=timezone.now, full=full, odd=odd, progress=show
        )
        show(read)
    tell_of_odd_ones(
        division, odd, what="payments", command="payments", all_were_read=full, now=timezone.now()
    )
    return read.settled.paid + read.settled.part_paid + read.settled.bounced

"""The job that reads back what is booked, compares it with what we sent, and tells a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.models import Division
from sync.models import Invoice, InvoiceState, MirrorCursor, Run
from sync.services import feeds, runs, signals
from sync.services.locks import process_lock
from sync.services.odd_ones import tell_of_odd_ones
from sync.services.reading_back import closing, drift, read_back
from sync.services.reading_back.drift import Compared
from sync.services.reading_back.read_back import LINES, ReadBack

if TYPE_CHECKING:
    from exact_client.reading import OddRecord

ALL_AGAIN = timedelta(hours=24)  # so often everything is compared, whether it was touched or not
BUSY = "What is booked is being read back already."


def read_back_booked(run: Run, *, full: bool = False) -> bool:
    """Read back what every chosen division has booked; return whether anything drifted."""
    drifted = False
    with runs.running(run) as progress:
        for division in Division.objects.chosen():
            drifted |= _read_back(division, progress, full=full)
    return drifted


def _read_back(division: Division, progress: runs.Progress, *, full: bool) -> bool:
    odd: list[OddRecord] = []
    exact = ExactClient.connected(division, lane=Lane.MIRROR, on_odd=odd.append)

    def show(done: ReadBack) -> None:
        progress.show(done.read, None, changed=done.changed, gone=done.gone, odd=len(odd))

    with process_lock("read back", division.pk) as held:
        if not held:
            progress.run.message = BUSY
            return False
        try:
            compared = bring_up_to_date(division, exact, full=full, odd=odd, progress=show)
        except read_back.NoBooksError as error:
            progress.run.message = str(error)
            return False
    progress.run.counts |= {"drifted": compared.drifted, "as booked again": compared.mended}
    return bool(compared.drifted)


def bring_up_to_date(
    division: Division,
    exact: ExactClient,
    *,
    full: bool = False,
    odd: list[OddRecord] | None = None,
    but: date | None = None,
    progress: Callable[[ReadBack], None] = lambda done: None,
) -> Compared:
    """Read back what changed, let documents say what drifted, and compare the months it is in.

    Once a day, and after a reading that did not come to its end, everything is compared anew. The
    month `but` is left to the caller.
    Raises NoBooksError and ExactError as `read_back.read` does.
    """
    now = timezone.now()
    before = feeds.cursor_of(division, LINES).read_at
    checked_at = _doubted(division)
    anew = full or before is None or checked_at is None or checked_at < now - ALL_AGAIN
    odd = odd if odd is not None else []
    done = read_back.read(division, exact, now=now, full=full, odd=odd, progress=progress)
    tell_of_odd_ones(division, odd, what="lines", command="reconcile", all_were_read=full, now=now)
    touched = None if anew else done.touched
    since = before - 2 * feeds.OVERLAP if before else None
    compared = drift.check(division, touched=touched, since=since)
    closing.compare_touched(division, touched=touched, since=since, now=now, but=but)
    _certain(division).update(read_at=now if anew else checked_at)
    tell(division, now=now)
    return compared


def _certain(division: Division) -> QuerySet[MirrorCursor]:
    return MirrorCursor.objects.filter(division=division, feed=drift.CHECKED)


def _doubted(division: Division) -> datetime | None:
    """Return when all was compared last; until this comparison ends, that counts as never."""
    at = feeds.cursor_of(division, drift.CHECKED).read_at
    _certain(division).update(read_at=None)
    return at


def tell(division: Division, *, now: datetime) -> None:
    """Say that entries were changed in Exact, or take it back once a person settled all."""
    key = f"drift:{division.pk}"
    drifted = Invoice.objects.filter(division=division, state=InvoiceState.DRIFTED)
    count = drifted.count()
    if not count:
        signals.close_signal(key, now=now)
        return
    first = drifted[0]
    signals.raise_signal(
        key,
        f"Changed in Exact after we booked them: {count}",
        advice=f"{first.number}: {first.reason} Accept Exact's version, or put it right there.",
        url=reverse("sync:drifted"),
        now=now,
    )

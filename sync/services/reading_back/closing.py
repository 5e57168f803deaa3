"""Compare months, and remember of each whether it closes, for the list of months."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from sync.models import ComparedMonth, Invoice, LedgerLine
from sync.services.reading_back import bookings
from sync.services.reading_back.reconcile import reconcile
from sync.services.streams import batches

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exact_client.models import Division
    from sync.rules.reconciliation import Reconciliation

CHUNK = 500  # entries asked for at once


def compare(division: Division, month: date, *, now: datetime) -> Reconciliation:
    """Compare a month that begins on `month`, and remember what came of it."""
    found = reconcile(division, month)
    sums = found.totals.items()
    ComparedMonth.objects.update_or_create(
        division=division,
        month=month,
        defaults={
            "compared_at": now,
            "entries_here": sum(both.ours.entries for _, both in sums),
            "entries_there": sum(both.theirs.entries for _, both in sums),
            "totals": {
                code: [f"{both.ours.incl:.2f}", f"{both.theirs.incl:.2f}"] for code, both in sums
            },
            "open_count": len(found.open),
            "accepted_count": len(found.differences) - len(found.open),
            "awaited_count": len(found.awaited),
        },
    )
    return found


def compare_touched(
    division: Division,
    *,
    touched: Collection[UUID] | None,
    since: datetime | None,
    now: datetime,
    but: date | None = None,
) -> list[date]:
    """Compare the months in which something changed; return them.

    `touched` are entries of Exact, `since` is from when on our own are new; without both, all
    months are compared. So are those that did not close, and those never compared; `but` is not,
    for who compares it next.
    """
    ours = _months_of_ours(division)
    if not ours:
        return []
    months = ours | _months(LedgerLine.objects.filter(division=division, is_gone=False))
    compared = ComparedMonth.objects.filter(division=division)
    if touched is not None:
        unsettled = compared.filter(Q(open_count__gt=0) | Q(awaited_count__gt=0))
        wanted = {*unsettled.values_list("month", flat=True), *_touched(division, touched, since)}
        wanted |= months - set(compared.values_list("month", flat=True))
        months &= wanted
    first = min(ours)  # what stood in Exact before we came is none of our business
    chosen = sorted(month for month in months if month >= first and month != but)
    for month in chosen:
        compare(division, month, now=now)
    return chosen


def _months_of_ours(division: Division) -> set[date]:
    booked = Invoice.objects.in_the_books().filter(division=division)
    days = booked.annotate(booked_on=Coalesce("book_on", "invoice_date")).order_by()
    return {day.replace(day=1) for day in days.values_list("booked_on", flat=True).distinct()}


def _months(lines: QuerySet[LedgerLine]) -> set[date]:
    days = lines.order_by().values_list("date", flat=True).distinct()
    return {day.replace(day=1) for day in days}


def _touched(
    division: Division, touched: Collection[UUID], since: datetime | None
) -> Iterable[date]:
    """Yield the months in which an entry that was touched stands, in Exact or here."""
    for some in batches(touched, CHUNK):
        yield from _months(LedgerLine.objects.filter(division=division, entry_id__in=some))
    sent = bookings.counted_as_ours(division)
    days = sent.values_list("remote_id", "settled_at", "payload__EntryDate")
    for remote_id, settled_at, day in days.iterator(CHUNK):
        if remote_id in touched or (since and settled_at and settled_at >= since):
            yield date.fromisoformat(day[:10]).replace(day=1)


def compare_again(invoice: Invoice, *, now: datetime) -> None:
    """Compare the month of a document about which a person decided, if it was ever compared."""
    day = invoice.book_on or invoice.invoice_date
    month = day.replace(day=1)
    known = ComparedMonth.objects.filter(division=invoice.division_id, month=month)
    if invoice.division is not None and known.exists():
        compare(invoice.division, month, now=now)

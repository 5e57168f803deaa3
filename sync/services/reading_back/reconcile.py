"""Compare a month of a division: what we booked in it, and what Exact has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from sync.models import Invoice, InvoiceState, JournalMapping, OutboxEntry
from sync.models.documents import IN_THE_BOOKS
from sync.rules.bookings import ZERO, Booking
from sync.rules.reconciliation import Known, Ours, Reconciliation, Waiting
from sync.rules.reconciling import Sides
from sync.rules.reconciling import reconcile as reconciled
from sync.services import feeds
from sync.services.reading_back import bookings
from sync.services.reading_back.read_back import LINES
from sync.services.streams import batches

if TYPE_CHECKING:
    from exact_client.models import Division

CHUNK = 500  # entries asked for at once
READ = [  # of what we sent, and of its document
    *("kind", "remote_id", "remote_number", "reference", "payload", "settled_at", "customer__name"),
    *("invoice__number", "invoice__location", "invoice__booked_content", "invoice__entry_id"),
]
WORDS = re.compile(r"[\s,;]+")


def following(month: date) -> date:
    """Return the first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def read_at(division: Division) -> datetime | None:
    """Return when what is booked was read back last, to its end."""
    return feeds.cursor_of(division, LINES).read_at


def reconcile(division: Division, month: date) -> Reconciliation:
    """Lay both sides of the month that begins on `month` beside each other, from our copies.

    Read back first. An entry that was booked too shortly before the reading to show is awaited.
    A sales journal that we never use may hold what it likes, but for our own documents.
    """
    found = bookings.shown_between(division, month, following(month))
    ours = _ours(division, month, found.keys())
    elsewhere = bookings.shown_by_exact(division, ours.keys() - found.keys())
    theirs = found | elsewhere
    away = bookings.gone(division, ours.keys() - theirs.keys())
    ours |= {key: replace(ours[key], is_awaited=False) for key in away}
    others = {key: found[key] for key in found.keys() - ours.keys()}
    known = _known(division, others)
    journals = _our_journals(division) | {one.booking.journal for one in ours.values()}
    for key in others.keys() - known.keys():
        if others[key].journal not in journals:
            del theirs[key]
    return reconciled(
        Sides(
            month=month,
            ours={str(key): one for key, one in ours.items()},
            theirs={str(key): booking for key, booking in theirs.items()},
            known={str(key): one for key, one in known.items()},
            waiting=list(_waiting(division, month)),
        )
    )


def _ours(division: Division, month: date, in_exact: Collection[UUID]) -> dict[UUID, Ours]:
    """Return what we booked in the month, and what of ours Exact has in it."""
    counted = bookings.counted_as_ours(division).select_related("invoice", "customer").only(*READ)
    rows = {entry.remote_id: entry for entry in counted.filter(_dated_in(month)).iterator(CHUNK)}
    for some in batches(in_exact - rows.keys(), CHUNK):
        rows |= {entry.remote_id: entry for entry in counted.filter(remote_id__in=some)}
    at = read_at(division)
    known_by = at - feeds.OVERLAP if at else None  # what was booked by then shows in our copy
    booked = bookings.as_booked(division, rows.values())
    return {
        key: _one(rows[key], booking, known_by)
        for key, booking in booked.items()
        if booking.month == month or key in in_exact
    }


def _our_journals(division: Division) -> set[str]:
    """Return the journals that the set-up books in."""
    mapped = JournalMapping.objects.filter(division=division, is_active=True)
    pairs = mapped.values_list("journal__code", "credit_journal__code")
    return {code for pair in pairs for code in pair if code}


def _dated_in(month: date) -> Q:
    """Find entries that may be dated in the month: what was sent tells exactly."""
    days = (month, following(month))
    by_day = Q(invoice__invoice_date__gte=days[0], invoice__invoice_date__lt=days[1])
    moved = Q(invoice__book_on__gte=days[0], invoice__book_on__lt=days[1])
    return by_day | moved | Q(kind=OutboxEntry.Kind.REVERSAL)


def _one(entry: OutboxEntry, booking: Booking, known_by: datetime | None) -> Ours:
    invoice = entry.invoice
    assert invoice is not None  # noqa: S101 - for the type checker; chosen by its invoice
    is_current = entry.remote_id == invoice.entry_id
    is_old = known_by is not None and entry.settled_at is not None and entry.settled_at <= known_by
    return Ours(
        document=invoice.number,
        location=invoice.location,
        booking=booking,
        accepted=invoice.booked_content if is_current else "",
        is_reversed=entry.kind == OutboxEntry.Kind.SALES_ENTRY and not is_current,
        is_awaited=not is_old,
    )


def _known(division: Division, others: Mapping[UUID, Booking]) -> dict[UUID, Known]:
    """Find the documents that entries are about which do not count as booked by us."""
    known: dict[UUID, Known] = {}
    for keys in batches(others, CHUNK):
        some = {key: others[key] for key in keys}
        sent = OutboxEntry.objects.filter(division=division, invoice__isnull=False).filter(
            Q(remote_id__in=keys) | Q(reference__in=[one.reference for one in some.values()])
        )
        by_row: dict[UUID | str, Invoice | None] = {}
        for entry in sent.select_related("invoice"):
            by_row |= {entry.reference: entry.invoice}
            by_row |= {entry.remote_id: entry.invoice} if entry.remote_id else {}
        by_number = _by_number(some.values())
        for key, one in some.items():
            invoice = by_row.get(key) or by_row.get(one.reference) or _named(one, by_number)
            if invoice is not None:
                known[key] = _about(invoice, key)
    return known


def _by_number(entries: Iterable[Booking]) -> dict[str, Invoice]:
    words = {word for one in entries for word in _words(one)}
    found: dict[str, Invoice] = {}
    for some in batches(words, CHUNK):
        found |= {row.number: row for row in Invoice.objects.filter(number__in=some)}
    return found


def _named(entry: Booking, by_number: Mapping[str, Invoice]) -> Invoice | None:
    return next((by_number[word] for word in _words(entry) if word in by_number), None)


def _words(entry: Booking) -> list[str]:
    """Return the words in which a person who typed an entry may have named our document."""
    text = f"{entry.reference} {entry.description}"
    return [word for word in WORDS.split(text) if word]


def _about(invoice: Invoice, entry_id: UUID) -> Known:
    is_elsewhere = invoice.state in IN_THE_BOOKS and invoice.entry_id != entry_id
    return Known(
        document=invoice.number,
        state=invoice.get_state_display(),
        booked_as=invoice.entry_number if is_elsewhere else "",
        is_undone=invoice.state == InvoiceState.UNDONE,
    )


def _waiting(division: Division, month: date) -> Iterator[Waiting]:
    """Yield the documents of the month that are not in the books."""
    here = Q(division=division) | Q(division=None)
    dated = Invoice.objects.filter(here).alias(day=Coalesce("book_on", "invoice_date"))
    rows = dated.filter(day__gte=month, day__lt=following(month)).exclude(state__in=IN_THE_BOOKS)
    for invoice in rows.iterator(CHUNK):
        yield Waiting(
            document=invoice.number,
            location=invoice.location,
            dated=invoice.book_on or invoice.invoice_date,
            amount=invoice.amount or invoice.total_incl or ZERO,
            currency=invoice.currency,
            state=invoice.get_state_display(),
            reason=invoice.reason,
        )

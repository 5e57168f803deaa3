"""Entries of a division as values: as Exact shows them in our copy, and as we booked them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sync.models import GLAccount, Journal, LedgerLine, OutboxEntry
from sync.models.documents import IN_THE_BOOKS
from sync.rules.bookings import ZERO, Booking, BookingLine, from_payload
from sync.services.delivery.outbox import customer_of
from sync.services.streams import batches

if TYPE_CHECKING:
    from decimal import Decimal

    from exact_client.models import Division

Kind, State = OutboxEntry.Kind, OutboxEntry.State

HEADER = 0  # the line number of an entry's header
VAT_ACCOUNT = 24  # Exact's type of the G/L account to which an entry's VAT goes
CHUNK = 500  # entries fetched at once


class _Line(NamedTuple):
    """What of a copied line is asked of the database, in this order."""

    entry_id: UUID
    line_number: int
    journal_code: str
    entry_number: str
    date: date
    account_id: UUID | None
    account_name: str
    gl_account: UUID | None
    gl_code: str
    vat_code: str
    currency: str
    amount: Decimal
    vat: Decimal
    description: str
    your_ref: str
    cost_centre: str
    cost_unit: str


def shown_by_exact(division: Division, entry_ids: Collection[UUID]) -> dict[UUID, Booking]:
    """Return those of these entries that stand in Exact, as far as our copy knows."""
    found: dict[UUID, Booking] = {}
    for some in batches(entry_ids, CHUNK):
        found |= _assembled(division, _standing(division).filter(entry_id__in=some))
    return found


def shown_between(division: Division, first: date, following: date) -> dict[UUID, Booking]:
    """Return the entries of the sales journals from `first` to the day before `following`."""
    lines = _standing(division).filter(date__gte=first, date__lt=following)
    return _assembled(division, lines.filter(journal_code__in=sales_journals(division)))


def sales_journals(division: Division) -> list[str]:
    """Return the codes of the journals for sales."""
    journals = Journal.objects.filter(division=division, type=Journal.SALES)
    return list(journals.values_list("code", flat=True))


def gone(division: Division, entry_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these entries that once stood in our copy and are gone from Exact."""
    found: set[UUID] = set()
    for some in batches(entry_ids, CHUNK):
        lines = LedgerLine.objects.filter(division=division, entry_id__in=some)
        once = set(lines.values_list("entry_id", flat=True))
        found |= once - set(lines.filter(is_gone=False).values_list("entry_id", flat=True))
    return found


def _standing(division: Division) -> QuerySet[LedgerLine]:
    """Return the lines that are not gone, without those that Exact itself adds for VAT."""
    for_vat = GLAccount.objects.filter(division=division, type=VAT_ACCOUNT)
    lines = LedgerLine.objects.filter(division=division, is_gone=False)
    accounts = list(for_vat.values_list("exact_id", flat=True))
    return lines.exclude(Q(gl_account__in=accounts) & ~Q(line_number=HEADER))


def _assembled(division: Division, lines: QuerySet[LedgerLine]) -> dict[UUID, Booking]:
    names = _gl_names(division)
    entries: defaultdict[UUID, list[_Line]] = defaultdict(list)
    for row in lines.values_list(*_Line._fields):
        line = _Line(*row)
        entries[line.entry_id].append(line)
    return {entry: _booking(found, names) for entry, found in entries.items()}


def _booking(lines: list[_Line], names: Mapping[str, str]) -> Booking:
    lines.sort(key=lambda line: line.line_number)
    first = lines[0]
    parts = tuple(_part(line, names) for line in lines if line.line_number != HEADER)
    has_header = first.line_number == HEADER
    return Booking(
        journal=first.journal_code,
        booked_on=first.date,
        customer=str(first.account_id or ""),
        reference=first.your_ref,
        currency=first.currency,
        lines=parts,
        total=first.amount if has_header else sum((part.incl for part in parts), ZERO),
        customer_name=first.account_name,
        number=first.entry_number,
        description=first.description if has_header else "",
    )


def _part(line: _Line, names: Mapping[str, str]) -> BookingLine:
    account = str(line.gl_account or "")
    return BookingLine(
        gl_account=account,
        vat_code=line.vat_code,
        net=line.amount,
        vat=line.vat,
        cost_centre=line.cost_centre,
        cost_unit=line.cost_unit,
        gl_name=names.get(account) or line.gl_code,
        description=line.description,
    )


def _gl_names(division: Division) -> dict[str, str]:
    rows = GLAccount.objects.filter(division=division)
    found = rows.values_list("exact_id", "code", "description")
    return {str(key): f"{code} {words}" for key, code, words in found}


def counted_as_ours(division: Division) -> QuerySet[OutboxEntry]:
    """Return the entries of ours that should stand in Exact now.

    They are those of the documents in the books, and what was reversed with what reversed it:
    both stand there, and come to nothing.
    """
    reversals = OutboxEntry.objects.filter(
        undoes=OuterRef("pk"), kind=Kind.REVERSAL, state=State.DONE
    )
    current = Q(invoice__state__in=IN_THE_BOOKS, remote_id=F("invoice__entry_id"))
    counted = Q(kind=Kind.SALES_ENTRY) & (current | Exists(reversals)) | Q(kind=Kind.REVERSAL)
    return OutboxEntry.objects.filter(
        counted, division=division, state=State.DONE, invoice__isnull=False
    )


def as_booked(division: Division, entries: Iterable[OutboxEntry]) -> dict[UUID, Booking]:
    """Return these entries as they went over the wire, by their IDs in Exact.

    Their customers should be fetched with them.
    """
    names = _gl_names(division)
    return {
        entry.remote_id: replace(
            from_payload(entry.payload, names),
            reference=entry.payload.get("YourRef") or entry.reference,
            customer_name=customer_of(entry).name,
            number=entry.remote_number,
        )
        for entry in entries
        if entry.remote_id
    }

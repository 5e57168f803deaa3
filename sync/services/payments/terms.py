"""Bring our copies of what customers owe and paid up to date, and the documents with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from exact_client.records import DeletedRecord, PaymentTermRecord
from sync.models import PaymentTerm
from sync.services import feeds
from sync.services.payments.settle import Settled, settle, settle_overlooked

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division
    from exact_client.reading import OddRecord
    from sync.models import MirrorCursor

TERMS, DELETED = "payment terms", "payment terms deleted"
COPIED = [
    "version", "entry_id", "account_id", "amount", "amount_dc", "currency", "status",
    "is_fully_paid", "due_date", "last_payment_on", "your_ref", "entry_number", "is_gone",
]  # fmt: skip


@dataclass(slots=True)
class TermsRead:
    """What one reading did."""

    read: int = 0
    changed: int = 0
    gone: int = 0
    settled: Settled = field(default_factory=Settled)


def read(
    division: Division,
    exact: ExactClient,
    *,
    now: Callable[[], datetime],
    full: bool = False,
    odd: Sequence[OddRecord] = (),
    progress: Callable[[TermsRead], None] = lambda done: None,
) -> TermsRead:
    """Copy every term that changed since the last reading, or all of them when `full`.

    Terms are kept whether or not we booked their entry or linked its customer: a document that
    gets its entry later finds them here. `odd` is where `exact` puts records that it can't read.
    Raises ExactError when Exact can't be read further; what was copied stays.
    """
    began, done = now(), TermsRead()
    cursor, deleted = feeds.cursor_of(division, TERMS), feeds.cursor_of(division, DELETED)
    full = full or feeds.must_begin_anew(cursor, began)
    if full:  # no version that we hold means anything any more
        PaymentTerm.objects.filter(division=division).update(version=0)
        feeds.begin_anew(deleted)

    def save(batch: list[PaymentTermRecord]) -> None:
        done.changed += _save(division, batch, done.settled, now())

    def show(rows: int) -> None:
        done.read += rows
        progress(done)

    ask = exact.payment_terms_changed_since
    newest = feeds.follow(cursor, ask, save, now=began, anew=full, progress=show)
    feeds.finish(cursor, newest, began, anew=full)
    if full and not odd:
        done.gone = _mark_unseen(division, done.settled, now)
    elif cursor.read_at is not None:  # nothing of ours can be gone before there is anything
        done.gone = _mark_deleted(deleted, exact, done.settled, began)
    settle_overlooked(division, done.settled, read_at=cursor.read_at, now=now())
    return done


def _save(
    division: Division, batch: list[PaymentTermRecord], settled: Settled, now: datetime
) -> int:
    """Save what is newer than our copies, and settle the documents of what was and of what is."""
    rows = PaymentTerm.objects.filter(
        division=division, exact_id__in=[record.id for record in batch]
    ).select_for_update()
    known = {row.exact_id: row for row in rows.only("exact_id", "version", "entry_id")}
    ours = [record for record in batch if record.line_type in {PaymentTermRecord.RECEIPT, None}]
    records = feeds.newer(ours, {exact_id: row.version for exact_id, row in known.items()})
    copies = [_copy(division, record) for record in records]
    PaymentTerm.objects.bulk_create(
        copies,
        update_conflicts=True,
        unique_fields=["division", "exact_id"],
        update_fields=COPIED,
    )
    before = {known[copy.exact_id].entry_id for copy in copies if copy.exact_id in known}
    settle(_present({*before, *(copy.entry_id for copy in copies)}), settled, now=now)
    return len(copies)


def _copy(division: Division, record: PaymentTermRecord) -> PaymentTerm:
    """Return a copy with its amounts turned round: what a customer owes is positive."""
    dc = record.amount_dc if record.amount_dc is not None else record.amount_fc
    own = record.amount_fc if record.amount_fc is not None else dc
    home = division.currency if record.amount_fc is None else ""
    return PaymentTerm(
        division=division,
        exact_id=record.id,
        version=record.timestamp,
        entry_id=record.transaction_entry_id,
        account_id=record.account,
        amount=-(own or 0),
        amount_dc=-(dc or 0),
        currency=(home or record.currency or division.currency)[:3],
        status=record.status or 0,
        is_fully_paid=record.is_fully_paid,
        due_date=record.due_date,
        last_payment_on=record.last_payment_date,
        your_ref=_text(record.your_ref, 60),
        entry_number=_text(record.entry_number, 20),
        is_gone=False,
    )


def _text(value: object, length: int) -> str:
    """Return a text that PostgreSQL takes too: it refuses a NUL, and a text that is too long."""
    return "" if value is None else str(value).replace("\0", "")[:length]


def _mark_deleted(cursor: MirrorCursor, exact: ExactClient, settled: Settled, now: datetime) -> int:
    def mark(deleted_at: Mapping[UUID, int]) -> int:
        copies = PaymentTerm.objects.filter(
            division=cursor.division, exact_id__in=list(deleted_at), is_gone=False
        )
        gone = [copy for copy in copies if copy.version < deleted_at[copy.exact_id]]
        return _mark(gone, settled, now)

    return feeds.follow_deletions(cursor, exact, DeletedRecord.PAYMENT_TERM, mark, now=now)


def _mark_unseen(division: Division, settled: Settled, now: Callable[[], datetime]) -> int:
    """Mark what the whole list did not hold."""
    unseen = PaymentTerm.objects.filter(division=division, is_gone=False, version=0)
    gone = 0
    while batch := list(unseen[: feeds.BATCH]):
        with transaction.atomic():
            gone += _mark(batch, settled, now())
    return gone


def _mark(copies: list[PaymentTerm], settled: Settled, now: datetime) -> int:
    gone = PaymentTerm.objects.filter(pk__in=[copy.pk for copy in copies]).update(is_gone=True)
    settle(_present(copy.entry_id for copy in copies), settled, now=now)
    return gone


def _present(entries: Iterable[UUID | None]) -> Iterator[UUID]:
    return (entry for entry in entries if entry is not None)

"""Keep our copy of what stands in the division's sales journals, line by line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import CharField, QuerySet

from exact_client.records import DeletedRecord, TransactionLineRecord
from sync.models import Journal, LedgerLine
from sync.rules.cents import to_cents
from sync.services import feeds
from sync.services.upsert import rewrite, upsert

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division
    from exact_client.reading import OddRecord
    from sync.models import MirrorCursor

LINES, DELETED = "transaction lines", "transaction lines deleted"
HEADER = 0  # the line number of an entry's header
NO_DATE = date(1900, 1, 1)  # a line without one is in no month of ours
ZERO = Decimal("0.00")
UNREAD = 0  # the version of a line that a whole reading did not come by yet

LENGTHS = {
    column.name: column.max_length
    for column in LedgerLine._meta.concrete_fields  # noqa: SLF001 - Django's documented API
    if isinstance(column, CharField)
}


@dataclass(slots=True)
class ReadBack:
    """What one reading did; `touched` are the entries of which a line is new, changed or gone."""

    read: int = 0
    changed: int = 0
    gone: int = 0
    touched: set[UUID] = field(default_factory=set)


class NoBooksError(Exception):
    """The division's journals are not known yet, so nobody can tell which of them are for sales."""


def read(
    division: Division,
    exact: ExactClient,
    *,
    now: datetime,
    full: bool = False,
    odd: Sequence[OddRecord] = (),
    progress: Callable[[ReadBack], None] = lambda done: None,
) -> ReadBack:
    """Copy the lines that changed since the last reading, or all of them when `full`.

    While there are `odd` records, which `exact` can't read, a line that is missing from the whole
    list need not be gone. Takes ⌈lines / 1,000⌉ calls and one for what was deleted. Raises
    NoBooksError before the set-up was read, and ExactError: what was copied by then stays.
    """
    others, done = _other_journals(division), ReadBack()
    lines, deleted = feeds.cursor_of(division, LINES), feeds.cursor_of(division, DELETED)
    copies = LedgerLine.objects.filter(division=division)
    full = full or feeds.must_begin_anew(lines, now)
    if full:
        copies.update(version=UNREAD)

    def save(batch: list[TransactionLineRecord]) -> None:
        _save(division, batch, others, done)
        done.read += len(batch)

    ask = exact.transaction_lines_changed_since
    newest = feeds.follow(
        lines, ask, save, now=now, anew=full, progress=lambda rows: progress(done)
    )
    feeds.finish(lines, newest, now, anew=full)
    if full:
        feeds.begin_anew(deleted)
    if full and not odd:
        _mark_gone(copies.filter(version=UNREAD), done)
    elif lines.read_at is not None:  # nothing of ours can be gone before there is anything
        _read_deleted(deleted, exact, now, done)
    return done


def _read_deleted(cursor: MirrorCursor, exact: ExactClient, now: datetime, done: ReadBack) -> None:
    def mark(deleted_at: Mapping[UUID, int]) -> int:
        return _mark_deleted(cursor.division, deleted_at, done)

    feeds.follow_deletions(cursor, exact, DeletedRecord.TRANSACTION_LINE, mark, now=now)


def _other_journals(division: Division) -> frozenset[str]:
    """Return the journals that are known to be none for sales, and drop what we have of them.

    A journal that is not known is copied: it may be a new one for sales.
    """
    kinds = dict(Journal.objects.filter(division=division).values_list("code", "type"))
    if not kinds:
        raise NoBooksError("Read the books' set-up first: which journals are for sales?")
    others = frozenset(code for code, kind in kinds.items() if kind != Journal.SALES)
    LedgerLine.objects.filter(division=division, journal_code__in=others).delete()
    return others


def _save(
    division: Division,
    batch: list[TransactionLineRecord],
    others: frozenset[str],
    done: ReadBack,
) -> None:
    """Save those of the batch that are newer than our copies."""
    ours = LedgerLine.objects.filter(division=division, exact_id__in=[line.id for line in batch])
    known = dict(ours.select_for_update().values_list("exact_id", "version"))
    fresh = feeds.newer(batch, known)
    left = [line for line in fresh if line.journal_code in others and line.id in known]
    _mark_gone(ours.filter(exact_id__in=[line.id for line in left]), done)
    copies = [_copy(division, line) for line in fresh if line.journal_code not in others]
    upsert(copies, unique=["division", "exact_id"])
    done.changed += len(copies)
    done.touched.update(copy.entry_id for copy in copies)


def _mark_deleted(division: Division, deleted_at: Mapping[UUID, int], done: ReadBack) -> int:
    """Mark what was deleted after we copied it, under the version of its deletion."""
    copies = LedgerLine.objects.filter(
        division=division, exact_id__in=deleted_at, is_gone=False
    ).only("exact_id", "version", "entry_id")
    gone = [copy for copy in copies if copy.version < deleted_at[copy.exact_id]]
    for copy in gone:
        copy.is_gone, copy.version = True, deleted_at[copy.exact_id]
    rewrite(gone, ["is_gone", "version"])
    return _note_gone([copy.entry_id for copy in gone], done)


def _mark_gone(lines: QuerySet[LedgerLine], done: ReadBack) -> int:
    lines = lines.filter(is_gone=False)
    entries = list(lines.values_list("entry_id", flat=True))
    lines.update(is_gone=True)
    return _note_gone(entries, done)


def _note_gone(entries: Collection[UUID], done: ReadBack) -> int:
    done.gone += len(entries)
    done.touched.update(entries)
    return len(entries)


def _copy(division: Division, record: TransactionLineRecord) -> LedgerLine:
    """Return our copy of a line; a sale, which Exact has as credit, is positive on it."""
    is_header = record.line_number == HEADER
    copy = LedgerLine(
        division=division,
        exact_id=record.id,
        version=record.timestamp,
        entry_id=record.entry_id,
        line_number=record.line_number,
        journal_code=record.journal_code or "",
        entry_number=str(record.entry_number or ""),
        date=record.date or NO_DATE,
        year=record.financial_year or 0,
        period=record.financial_period or 0,
        account_id=record.account,
        account_name=record.account_name or "",
        gl_account=record.gl_account,
        gl_code=record.gl_account_code or "",
        vat_code=record.vat_code or "",
        currency=record.currency or division.currency,
        amount=_signed(record.amount_fc, is_header=is_header),
        amount_dc=_signed(record.amount_dc, is_header=is_header),
        vat=_signed(record.amount_vat_fc, is_header=is_header),
        description=record.description or "",
        your_ref=record.your_ref or "",
        cost_centre=(record.cost_center or "").strip(),
        cost_unit=(record.cost_unit or "").strip(),
        document_id=record.document,
        status=record.status or 0,
    )
    for name, length in LENGTHS.items():
        setattr(copy, name, getattr(copy, name).replace("\0", "")[:length])
    return copy


def _signed(amount: Decimal | None, *, is_header: bool) -> Decimal:
    """Turn a line round; the cents are Exact's, though its doubles may miss them by a hair."""
    cents = to_cents(amount or ZERO)
    return cents if is_header else ZERO - cents

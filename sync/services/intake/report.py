"""What an intake brought: counts, what became of each record, errors and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, TypeVar

from django.db import transaction

from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import RowError, RowNote
from accounts_link.statistics import refresh_statistics

Outcome = Literal["new", "changed", "same", "refused"]
Row = TypeVar("Row")
MANY = 500  # rows that came, after which the database should look at its tables anew


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one customer or invoice, or would have when dry."""

    number: str  # empty where not even that could be read
    outcome: Outcome
    line: int  # of its row in the file, or its place in the request
    errors: tuple[RowError, ...] = ()  # why it was refused


@dataclass(slots=True)
class Total:
    """Documents of one kind and currency together, as far as they state their totals."""

    count: int = 0
    excl: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    incl: Decimal = Decimal(0)

    def add(self, row: InvoiceRow) -> None:
        """Count one more."""
        zero = Decimal(0)
        excl, vat, incl = row.total_excl or zero, row.total_vat or zero, row.total_incl or zero
        self.join(Total(1, excl, vat, incl))

    def join(self, other: Total) -> None:
        """Add another total."""
        self.count += other.count
        self.excl += other.excl
        self.vat += other.vat
        self.incl += other.incl


@dataclass(slots=True)
class Report:
    """What a source holds and what taking it in did, or would do."""

    new: int = 0
    changed: int = 0
    same: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    taken: list[tuple[str, Outcome, int]] = field(default_factory=list)  # number, what, line
    totals: dict[tuple[str, str], Total] = field(default_factory=dict)  # by kind and currency

    @property
    def good(self) -> int:
        """How many customers or invoices could be read."""
        return self.new + self.changed + self.same

    @property
    def refused(self) -> int:
        """How many customers or invoices were left out."""
        return len({(error.file, error.record or error.line) for error in self.errors})

    def records(self) -> Iterator[Taken]:
        """Yield what became of each: those taken in their order, then those refused."""
        yield from (Taken(*one) for one in self.taken)
        refused: dict[tuple[str, str | int], list[RowError]] = {}
        for error in self.errors:
            refused.setdefault((error.file, error.record or error.line), []).append(error)
        for errors in refused.values():
            yield Taken(errors[0].record, "refused", errors[0].line, tuple(errors))

    def count(self, number: str, outcome: Outcome, line: int) -> None:
        """Note what became of one that was taken."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        self.taken.append((number, outcome, line))

    def good_ones(self, rows: Iterable[Row | RowError]) -> Iterator[Row]:
        """Yield the rows that could be read; keep the errors and notes of all."""
        for row in rows:
            if isinstance(row, RowError):
                self.errors.append(row)
                continue
            self.notes.extend(getattr(row, "notes", ()))
            yield row

    def add_total(self, row: InvoiceRow) -> None:
        """Add what a good document states to the totals."""
        self.totals.setdefault((row.kind, row.currency), Total()).add(row)

    def refresh_statistics(self) -> None:
        """Let the database look at its tables when much has come."""
        if self.new + self.changed >= MANY:
            refresh_statistics()

    def absorb(self, other: Report, file: str) -> None:
        """Add what another file brought; `file` is its name."""
        self.new += other.new
        self.changed += other.changed
        self.same += other.same
        self.taken += other.taken
        self.errors += [replace(one, file=one.file or file) for one in other.errors]
        self.notes += [replace(one, file=one.file or file) for one in other.notes]
        self.unknown_columns += other.unknown_columns
        for key, total in other.totals.items():
            self.totals.setdefault(key, Total()).join(total)

    def as_json(self, *, most: int = 500) -> dict[str, Any]:
        """Return it as plain values, with at most `most` errors and notes."""
        return {
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "refused": self.refused,
            "error_count": len(self.errors),
            "errors": [asdict(error) for error in self.errors[:most]],
            "note_count": len(self.notes),
            "notes": [asdict(note) for note in self.notes[:most]],
            "unknown_columns": self.unknown_columns,
            "totals": [
                {"kind": kind, "currency": currency, "count": total.count}
                | {name: f"{getattr(total, name):.2f}" for name in ("excl", "vat", "incl")}
                for (kind, currency), total in sorted(self.totals.items())
            ],
        }


def whole_or_not(*, dry_run: bool) -> AbstractContextManager[None]:
    """Open a transaction to save in; who only looks must not keep others from writing."""
    return nullcontext() if dry_run else transaction.atomic()

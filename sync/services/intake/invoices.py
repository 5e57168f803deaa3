"""Take invoices and credit notes in, from wherever they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import RowError, RowNote
from sync.models import Invoice, InvoiceLine, InvoiceState
from sync.models.documents import BEFORE_THE_OUTBOX
from sync.services.intake.files import Brought, keep_files
from sync.services.intake.fingerprints import (
    FIELDS,
    LATER_FIELDS,
    LATER_LINE_FIELDS,
    LINE_FIELDS,
    fingerprint,
)
from sync.services.intake.report import Report, whole_or_not
from sync.services.intake.whose import Clue, Directory, contradicts

BATCH = 500
OURS = [  # what we worked out of a document, or a person said of it
    "state", "reason", "is_kept_by_rule", "amount", "book_on", "released_at", "approved_at",
    "approved_by",
]  # fmt: skip
HEAVY = 16 * 2**20  # bytes of files, after which a batch is full as well
NOTHING_SENT = {*BEFORE_THE_OUTBOX, InvoiceState.HELD, InvoiceState.EXCLUDED}

Pairs = list[tuple[Invoice, InvoiceRow]]


def take_in_invoices(
    rows: Iterable[InvoiceRow | RowError], *, source: str, now: datetime, dry_run: bool = False
) -> Report:
    """Save every document that could be read, or when dry only tell what that would do.

    They are saved in batches, each of them whole or not at all, so that others can write in
    between. The same documents again change nothing, so what was interrupted is simply done once
    more. One that was sent already can't change any more: it is refused when it differs.

    `source` is one of Invoice.Source; a document that came as UBL says so itself.
    """
    report, seen = Report(), _Seen()
    for batch in _batches(seen.sifted(report.good_ones(rows), report)):
        _Batch(batch, seen.marks, report, source, now).take_in(dry_run=dry_run)
    if not dry_run:
        report.refresh_statistics()
    return report


def _batches(rows: Iterable[InvoiceRow]) -> Iterator[list[InvoiceRow]]:
    """Cut the stream by number and by weight: the files of a batch are in memory together."""
    batch: list[InvoiceRow] = []
    weight = 0
    for row in rows:
        batch.append(row)
        weight += sum(len(file.content) for file in row.files)
        if len(batch) == BATCH or weight >= HEAVY:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


class _Seen:
    """The numbers that came already in this intake: a number stands for one document."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}  # their fingerprints

    def sifted(self, rows: Iterable[InvoiceRow], report: Report) -> Iterator[InvoiceRow]:
        """Yield each document once; the same again is noted, another of its number refused."""
        for row in rows:
            mark = fingerprint(row)
            first = self.marks.setdefault(row.number, mark)
            if first is mark:
                yield row
            elif first == mark:
                said = f"{row.number} came twice, and was taken once."
                report.notes.append(RowNote(row.line, "", said, row.file))
            else:
                said = f"{row.number} came twice with different contents; keep the right one."
                report.errors.append(
                    RowError(row.line, "invoice_number", row.number, said, row.number, row.file)
                )


@dataclass(slots=True)
class _Batch:
    """Documents that are saved together."""

    rows: list[InvoiceRow]
    marks: Mapping[str, str]  # the fingerprint of each number
    report: Report
    source: str
    now: datetime
    new: Pairs = field(default_factory=list)
    changed: Pairs = field(default_factory=list)
    brought: list[Brought] = field(default_factory=list)
    directory: Directory = field(init=False)

    def take_in(self, *, dry_run: bool) -> None:
        """Compare them with what is here and save what is new; then keep their files."""
        with whole_or_not(dry_run=dry_run):
            ours = Invoice.objects.select_related("customer")
            ours = ours if dry_run else ours.order_by("pk").select_for_update(of=("self",))
            known = ours.in_bulk([row.number for row in self.rows], field_name="number")
            self.directory = Directory(map(self._clue, self.rows))
            for row in self.rows:
                self._compare(row, known.get(row.number))
            if not dry_run:
                self._write()
        if not dry_run:
            keep_files(self.brought, self.now)

    def _compare(self, row: InvoiceRow, known: Invoice | None) -> None:
        if known is None:
            self._ready(self.new, Invoice(number=row.number), row)
            self.report.count(row.number, "new", row.line)
        elif known.fingerprint == self.marks[row.number]:
            self._stays(row)
        elif self._is_anothers(row, known):
            self.report.errors.append(_of_another(row, known))
        elif _only_brings_files(row, known):
            self._stays(row)
            self._note(row, f"{row.number} is here from another source; its files are kept.")
        elif known.state not in NOTHING_SENT:
            self.report.errors.append(_sent_already(row, known))
        else:
            _forget(known)
            self._ready(self.changed, known, row)
            self.report.count(row.number, "changed", row.line)

    def _ready(self, pairs: Pairs, invoice: Invoice, row: InvoiceRow) -> None:
        for name in (*FIELDS, *LATER_FIELDS):
            setattr(invoice, name, getattr(row, name))
        invoice.source = self._source(row)
        invoice.customer = self.directory.customer(self._clue(row))
        invoice.fingerprint = self.marks[row.number]
        invoice.imported_at = self.now
        pairs.append((invoice, row))
        self.report.add_total(row)
        self.brought.append(Brought(row.number, row.files, replace=True))

    def _source(self, row: InvoiceRow) -> str:
        return Invoice.Source.UBL if _is_ubl(row) else self.source

    def _clue(self, row: InvoiceRow) -> Clue:
        is_ubl = self._source(row) == Invoice.Source.UBL
        return Clue(row.customer_ref, row.customer_vat, row.customer_endpoint, is_ubl)

    def _is_anothers(self, row: InvoiceRow, known: Invoice) -> bool:
        """Whether another source gave this number to another customer's document."""
        if known.customer is None or known.source == self._source(row):
            return False
        clue = self._clue(row)
        found = self.directory.customer(clue)
        return found != known.customer if found else contradicts(known.customer, clue)

    def _stays(self, row: InvoiceRow) -> None:
        self.report.count(row.number, "same", row.line)
        self.report.add_total(row)
        self.brought.append(Brought(row.number, row.files, replace=False))

    def _note(self, row: InvoiceRow, said: str) -> None:
        self.report.notes.append(RowNote(row.line, "", said, row.file))

    def _write(self) -> None:
        changed = [invoice for invoice, _ in self.changed]
        Invoice.objects.bulk_create([invoice for invoice, _ in self.new])
        Invoice.objects.bulk_update(
            changed,
            [*FIELDS, *LATER_FIELDS, *OURS, "source", "fingerprint", "imported_at", "customer"],
            batch_size=100,
        )
        InvoiceLine.objects.filter(invoice__in=changed).delete()
        InvoiceLine.objects.bulk_create(
            InvoiceLine(
                invoice=invoice,
                **{name: getattr(line, name) for name in (*LINE_FIELDS, *LATER_LINE_FIELDS)},
            )
            for invoice, row in (*self.new, *self.changed)
            for line in row.lines
        )


def _is_ubl(row: InvoiceRow) -> bool:
    return any(file.kind == "ubl" for file in row.files)


def _only_brings_files(row: InvoiceRow, known: Invoice) -> bool:
    """Whether UBL says of a document from elsewhere what is known: that has more for the books."""
    if not _is_ubl(row) or known.source == Invoice.Source.UBL:
        return False
    incl = known.amount if known.total_incl is None else known.total_incl
    ours = (known.kind, known.currency, abs(incl))
    return ours == (row.kind, row.currency, abs(row.total_incl or 0))


def _forget(invoice: Invoice) -> None:
    """Take back what was said and worked out of a document that is another by now.

    Whoever let it go for an amount did not see this one; one whose amount nobody knew goes on.
    """
    invoice.approved_at = invoice.approved_by = invoice.book_on = None
    if invoice.state in BEFORE_THE_OUTBOX or invoice.is_kept_by_rule:
        invoice.released_at = None if invoice.amount else invoice.released_at
        invoice.state, invoice.reason, invoice.is_kept_by_rule = InvoiceState.DRAFT, "", False
        invoice.amount = Decimal(0)


def _of_another(row: InvoiceRow, known: Invoice) -> RowError:
    return RowError(
        row.line,
        "invoice_number",
        row.number,
        f"{row.number} came from another source already, for {known.customer}; this one is"
        " another customer's. Nothing is changed: one of the two must get another number.",
        record=row.number,
        file=row.file,
    )


def _sent_already(row: InvoiceRow, invoice: Invoice) -> RowError:
    return RowError(
        row.line,
        "invoice_number",
        row.number,
        f"{row.number} is {invoice.get_state_display().lower()} already and differs from what was "
        "sent. Nothing is changed; correct it with a credit note.",
        record=row.number,
        file=row.file,
    )

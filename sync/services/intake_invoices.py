"""Take invoices and credit notes in, from wherever they come."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts_link.imports.documents import InvoiceLineRow, InvoiceRow
from accounts_link.imports.shapes import RowError
from accounts_link.models import Customer
from accounts_link.statistics import refresh_statistics
from sync.models import Invoice, InvoiceLine, InvoiceState
from sync.models.documents import BEFORE_THE_OUTBOX
from sync.services.intake_report import Outcome, Report, whole_or_not
from sync.services.streams import batches

BATCH = 500
NOTHING_SENT = {*BEFORE_THE_OUTBOX, InvoiceState.HELD, InvoiceState.EXCLUDED}

FIELDS = [
    "kind", "invoice_date", "due_date", "currency", "customer_ref", "location",
    "structured_reference", "your_reference", "credited_invoice", "total_excl", "total_vat",
    "total_incl",
]  # fmt: skip
LINE_FIELDS = [
    "position", "description", "resource_type", "resource_code", "quantity", "unit_price",
    "discount_percent", "vat_rate", "period_from", "period_to",
]  # fmt: skip

# These came later. A fingerprint names them where they are filled in, so that a document without
# them keeps the fingerprint that it had before they were there.
LATER_FIELDS = [
    "customer_vat", "customer_endpoint", "customer_name", "billing_entity", "payment_terms",
    "vat_breakdown",
]  # fmt: skip
LATER_LINE_FIELDS = ["vat_category", "supply"]

Pairs = list[tuple[Invoice, InvoiceRow]]


def take_in_invoices(
    rows: Iterable[InvoiceRow | RowError], *, source: str, now: datetime, dry_run: bool = False
) -> Report:
    """Save every document that could be read, or when dry only tell what that would do.

    They are saved in batches, each of them whole or not at all. The same documents again change
    nothing, so what was interrupted is simply done once more. One that was sent already can't
    change any more: it is refused when it differs. `source` is one of Invoice.Source.
    """
    report = Report()
    for batch in batches(report.good_ones(rows), BATCH):
        with whole_or_not(dry_run=dry_run):
            _take_in(batch, report, source, now, dry_run=dry_run)
    if not dry_run:
        refresh_statistics()
    return report


def _take_in(
    rows: list[InvoiceRow], report: Report, source: str, now: datetime, *, dry_run: bool
) -> None:
    ours = Invoice.objects.all() if dry_run else Invoice.objects.select_for_update()
    known = ours.in_bulk([row.number for row in rows], field_name="number")
    customers = Customer.objects.in_bulk({row.customer_ref for row in rows}, field_name="number")
    ready: dict[Outcome, Pairs] = {"new": [], "changed": []}
    for row in rows:
        invoice = known.get(row.number) or Invoice(number=row.number)
        if invoice.fingerprint == fingerprint(row):
            report.count(row.number, "same", row.line)
        elif invoice.state not in NOTHING_SENT:
            report.errors.append(_sent_already(row, invoice))
        else:
            outcome: Outcome = "new" if invoice.pk is None else "changed"
            invoice.customer = customers.get(row.customer_ref)
            ready[outcome].append((_filled(invoice, row, source, now), row))
            report.count(row.number, outcome, row.line)
    if not dry_run:
        _write(ready["new"], ready["changed"])


def _filled(invoice: Invoice, row: InvoiceRow, source: str, now: datetime) -> Invoice:
    for name in (*FIELDS, *LATER_FIELDS):
        setattr(invoice, name, getattr(row, name))
    invoice.source = source
    invoice.fingerprint = fingerprint(row)
    invoice.imported_at = now
    return invoice


def _sent_already(row: InvoiceRow, invoice: Invoice) -> RowError:
    return RowError(
        row.line,
        "invoice_number",
        row.number,
        f"{row.number} is {invoice.get_state_display().lower()} already and differs from what was "
        "sent. Nothing is changed; correct it with a credit note.",
        record=row.number,
    )


def _write(new: Pairs, changed: Pairs) -> None:
    Invoice.objects.bulk_create([invoice for invoice, _ in new])
    Invoice.objects.bulk_update(
        [invoice for invoice, _ in changed],
        [*FIELDS, *LATER_FIELDS, "source", "fingerprint", "imported_at", "customer"],
        batch_size=100,
    )
    InvoiceLine.objects.filter(invoice__in=[invoice for invoice, _ in changed]).delete()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            **{name: getattr(line, name) for name in (*LINE_FIELDS, *LATER_LINE_FIELDS)},
        )
        for invoice, row in (*new, *changed)
        for line in row.lines
    )


def fingerprint(row: InvoiceRow) -> str:
    """Return a hash of what the source says, wherever in the file it stands."""
    header = [getattr(row, name) for name in FIELDS]
    lines = [_line_values(line) for line in row.lines]
    said: tuple[Any, ...] = (header, lines)
    if later := [_later(row, LATER_FIELDS), *(_later(one, LATER_LINE_FIELDS) for one in row.lines)]:
        said = (*said, later) if any(later) else said
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _line_values(line: InvoiceLineRow) -> list[Any]:
    values = (getattr(line, name) for name in LINE_FIELDS)
    return [value.normalize() if hasattr(value, "normalize") else value for value in values]


def _later(row: InvoiceRow | InvoiceLineRow, names: list[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(row, name))}

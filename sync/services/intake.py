"""Take customers and invoices in from files: all good rows at once or, when dry, none.

A row that can't be read is reported with its line and column and left out; nothing of it is
saved. A file that was taken in before changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction

from accounts_link.imports.customers import CustomerRow, read_customers
from accounts_link.imports.invoices import InvoiceLineRow, InvoiceRow, read_invoices
from accounts_link.imports.shapes import RowError, RowNote
from accounts_link.imports.tables import open_table
from accounts_link.models import Customer
from accounts_link.statistics import refresh_statistics
from sync.models import Invoice, InvoiceLine, InvoiceState
from sync.models.documents import BEFORE_THE_OUTBOX
from sync.rules.parties import vat_normal_form, vat_problem
from sync.services.streams import batches

BATCH = 500
NOTHING_SENT = {*BEFORE_THE_OUTBOX, InvoiceState.HELD, InvoiceState.EXCLUDED}


@dataclass(slots=True)
class Report:
    """What a file holds and what taking it in did, or would do."""

    new: int = 0
    changed: int = 0
    same: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)

    @property
    def good(self) -> int:
        """How many customers or invoices could be read."""
        return self.new + self.changed + self.same

    @property
    def refused(self) -> int:
        """How many customers or invoices were left out."""
        return len({error.record or error.line for error in self.errors})

    def as_json(self, *, most: int = 500) -> dict[str, Any]:
        """Return it as plain values, with at most `most` errors and notes."""
        return {
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "refused": self.refused,
            "error_count": len(self.errors),
            "errors": [
                {
                    "line": error.line,
                    "column": error.column,
                    "value": error.value,
                    "message": error.message,
                    "record": error.record,
                }
                for error in self.errors[:most]
            ],
            "note_count": len(self.notes),
            "notes": [
                {"line": note.line, "column": note.column, "message": note.message}
                for note in self.notes[:most]
            ],
            "unknown_columns": self.unknown_columns,
        }


def import_customers(file: BinaryIO, name: str, *, now: datetime, dry_run: bool = False) -> Report:
    """Take zapfloor's customers in. Raises FileError when the file as a whole can't be read.

    A VAT number that fails its check does not keep a customer out: it is noted at its line, kept
    as typed, and never links anything.
    """
    table, report = open_table(file, name), Report()
    rows = _sorted_out(read_customers(table, vat_problem=vat_problem, keep_failed_vat=True), report)
    report.unknown_columns = list(table.unknown_columns)
    with _all_or_nothing(dry_run=dry_run):
        for batch in batches(rows, BATCH):
            _save_customers(batch, report, now, dry_run=dry_run)
    refresh_statistics()
    return report


def import_invoices(file: BinaryIO, name: str, *, now: datetime, dry_run: bool = False) -> Report:
    """Take invoices and credit notes in. Raises FileError when the file can't be read at all.

    An invoice that was sent already can't change any more; a file that says otherwise is told so.
    """
    table, report = open_table(file, name), Report()
    rows = _sorted_out(read_invoices(table), report)
    report.unknown_columns = list(table.unknown_columns)
    with _all_or_nothing(dry_run=dry_run):
        for batch in batches(rows, BATCH):
            _save_invoices(batch, report, now, dry_run=dry_run)
    refresh_statistics()
    return report


def _all_or_nothing(*, dry_run: bool) -> AbstractContextManager[None]:
    """Open a transaction to save in; who only looks must not keep others from writing."""
    return nullcontext() if dry_run else transaction.atomic()


def _sorted_out(rows: Iterable[Any], report: Report) -> Iterator[Any]:
    """Yield the rows that could be read; keep the errors and notes of all."""
    for row in rows:
        if isinstance(row, RowError):
            report.errors.append(row)
            continue
        report.notes.extend(getattr(row, "notes", ()))
        yield row


# --- Customers ---------------------------------------------------------------------------------

CUSTOMER_FIELDS = [
    "business_type", "vat_typed", "vat_number", "chamber_number", "is_international", "name",
    "kind", "street", "street_number", "address_line_2", "postcode", "city", "state", "country",
    "contact", "phone", "mobile", "website", "fax", "email", "invoice_emails", "language",
    "location", "search_text",
]  # fmt: skip


def _save_customers(
    rows: list[CustomerRow], report: Report, now: datetime, *, dry_run: bool
) -> None:
    known = Customer.objects.in_bulk([row.number for row in rows], field_name="number")
    new: list[Customer] = []
    changed: list[Customer] = []
    for row in rows:
        values = _customer_values(row)
        customer = known.get(row.number)
        if customer is None:
            new.append(Customer(number=row.number, imported_at=now, **values))
        elif any(getattr(customer, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(customer, name, value)
            customer.imported_at = now
            changed.append(customer)
    _count(report, len(rows), len(new), len(changed))
    if not dry_run:
        Customer.objects.bulk_create(new)
        Customer.objects.bulk_update(changed, [*CUSTOMER_FIELDS, "imported_at"], batch_size=100)
        _adopt_orphans(new)


def _customer_values(row: CustomerRow) -> dict[str, Any]:
    values = {
        name: getattr(row, name)
        for name in CUSTOMER_FIELDS
        if name not in {"vat_number", "invoice_emails", "search_text"}
    }
    values["vat_number"] = vat_normal_form(row.vat_typed, row.country)
    values["invoice_emails"] = ", ".join(row.invoice_emails)
    values["search_text"] = " ".join(
        (row.number, row.name, values["vat_number"], row.vat_typed, row.city)
    ).casefold()
    return values


def _adopt_orphans(customers: list[Customer]) -> None:
    """Give invoices that came before their customer to it."""
    by_number = {customer.number: customer for customer in customers}
    orphans = Invoice.objects.filter(customer=None, customer_ref__in=by_number)
    for invoice in orphans:
        invoice.customer = by_number[invoice.customer_ref]
    Invoice.objects.bulk_update(orphans, ["customer"], batch_size=200)


def _count(report: Report, rows: int, new: int, changed: int) -> None:
    report.new += new
    report.changed += changed
    report.same += rows - new - changed


# --- Invoices ----------------------------------------------------------------------------------

INVOICE_FIELDS = [
    "kind", "invoice_date", "due_date", "currency", "customer_ref", "location",
    "structured_reference", "your_reference", "credited_invoice", "total_excl", "total_vat",
    "total_incl",
]  # fmt: skip
Pairs = list[tuple[Invoice, InvoiceRow]]
LINE_FIELDS = [
    "position", "description", "resource_type", "resource_code", "quantity", "unit_price",
    "discount_percent", "vat_rate", "period_from", "period_to",
]  # fmt: skip


def _save_invoices(rows: list[InvoiceRow], report: Report, now: datetime, *, dry_run: bool) -> None:
    ours = Invoice.objects.all() if dry_run else Invoice.objects.select_for_update()
    known = ours.in_bulk([row.number for row in rows], field_name="number")
    customers = Customer.objects.in_bulk({row.customer_ref for row in rows}, field_name="number")
    new: Pairs = []
    changed: Pairs = []
    refused = 0
    for row in rows:
        invoice = known.get(row.number) or Invoice(number=row.number)
        if invoice.fingerprint == fingerprint(row):
            continue
        if invoice.state not in NOTHING_SENT:
            report.errors.append(_sent_already(row, invoice))
            refused += 1
            continue
        (changed if row.number in known else new).append((_filled(invoice, row, now), row))
        invoice.customer = customers.get(row.customer_ref)
    _count(report, len(rows) - refused, len(new), len(changed))
    if not dry_run:
        _write_invoices(new, changed)


def _filled(invoice: Invoice, row: InvoiceRow, now: datetime) -> Invoice:
    for name in INVOICE_FIELDS:
        setattr(invoice, name, getattr(row, name))
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


def _write_invoices(new: Pairs, changed: Pairs) -> None:
    Invoice.objects.bulk_create([invoice for invoice, _ in new])
    Invoice.objects.bulk_update(
        [invoice for invoice, _ in changed],
        [*INVOICE_FIELDS, "fingerprint", "imported_at", "customer"],
        batch_size=100,
    )
    InvoiceLine.objects.filter(invoice__in=[invoice for invoice, _ in changed]).delete()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, **{name: getattr(line, name) for name in LINE_FIELDS})
        for invoice, row in (*new, *changed)
        for line in row.lines
    )


def fingerprint(row: InvoiceRow) -> str:
    """Return a hash of what the source says, wherever in the file it stands."""
    header = [getattr(row, name) for name in INVOICE_FIELDS]
    lines = [_line_values(line) for line in row.lines]
    return hashlib.sha256(repr((header, lines)).encode()).hexdigest()


def _line_values(line: InvoiceLineRow) -> list[Any]:
    values = (getattr(line, name) for name in LINE_FIELDS)
    return [value.normalize() if hasattr(value, "normalize") else value for value in values]

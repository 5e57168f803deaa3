"""The list of payments as rows for a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accounts_link.imports.export import Value, defused
from sync.rules.payments import days_late
from sync.services.payments.settle import bounce_days, counts_on
from sync.services.payments.telling import paid_in_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.models import Invoice

HEADINGS = [
    "Invoice", "Kind", "Customer number", "Customer", "Location", "Entry", "Invoice date", "Due",
    "Days late", "Currency", "Amount", "Paid", "Open", "Payment", "Last payment", "Paid on",
    "Counts from",
]  # fmt: skip
CHUNK = 1000  # rows fetched at once
WIDTH = 16  # characters


def rows_of(invoices: QuerySet[Invoice], today: date) -> Iterator[list[Value]]:
    """Yield a row for each document, in the order of HEADINGS; days late are less than 0 early."""
    days = bounce_days()
    for invoice in invoices.select_related("customer").iterator(CHUNK):
        left = invoice.open_amount
        yield [
            invoice.number,
            invoice.get_kind_display(),
            invoice.customer_ref,
            invoice.customer.name if invoice.customer else invoice.customer_name,
            invoice.location,
            invoice.entry_number,
            invoice.invoice_date,
            invoice.falls_due_on,
            days_late(invoice.falls_due_on, paid_on=invoice.paid_on, today=today),
            invoice.currency,
            invoice.amount,
            None if left is None else invoice.amount - left,
            left,
            paid_in_words(invoice),
            invoice.last_payment_on,
            invoice.paid_on,
            counts_on(invoice, days),
        ]


def workbook(rows: Iterable[list[Value]]) -> bytes:
    """Return an XLSX file of these rows under HEADINGS, texts defused."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Payments")
    sheet.freeze_panes = "B2"
    for column in range(1, len(HEADINGS) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = WIDTH
    heads = [WriteOnlyCell(sheet, heading) for heading in HEADINGS]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([defused(value) if isinstance(value, str) else value for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()

"""Questions about invoices that are made in Exact itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from exact_client import odata
from exact_client.errors import ExactUnexpectedError
from exact_client.odata import literal
from exact_client.questions.base import Questions, created, folded, read_rows
from exact_client.trade_records import (
    PrintedSalesInvoiceRecord,
    SalesInvoiceLineRecord,
    SalesInvoiceRecord,
    SyncedSalesInvoiceLineRecord,
    SyncedSalesInvoiceRecord,
)

INVOICES, LINES = "salesinvoice/SalesInvoices", "salesinvoice/SalesInvoiceLines"
PRINTED = "salesinvoice/PrintedSalesInvoices"
_SYNC = "sync/SalesInvoice/SalesInvoices"
_SYNCED = dict.fromkeys(SyncedSalesInvoiceRecord.FIELDS + SyncedSalesInvoiceLineRecord.FIELDS)
SyncedRow = SyncedSalesInvoiceRecord | SyncedSalesInvoiceLineRecord


class _Place(msgspec.Struct, rename="pascal"):
    """Which line of its invoice a row is; the header is line 0."""

    line_number: int = 0


class SalesInvoiceQuestions(Questions):
    """Sales invoices with their lines."""

    def sales_invoices_changed_since(self, timestamp: int) -> Iterator[SyncedRow]:
        """Yield the headers and the lines changed after `timestamp`, in no promised order.

        Exact gives both in one list; a change of an invoice brings its header and all its lines.
        """
        params = {"$select": ",".join(_SYNCED), "$filter": f"Timestamp gt {literal(timestamp)}"}
        for page in self._transport.pages(_SYNC, params):
            for row in page.rows:
                yield from self._header_or_line(row)

    def sales_invoice(self, invoice_id: UUID) -> SalesInvoiceRecord | None:
        """Return this invoice as it is now, or None when it is gone."""
        where = f"InvoiceID eq {literal(invoice_id)}"
        return next(iter(self._all(SalesInvoiceRecord, INVOICES, where)), None)

    def sales_invoice_lines(self, invoice_id: UUID) -> list[SalesInvoiceLineRecord]:
        """Return all lines of an invoice, in their order."""
        lines = self._all(SalesInvoiceLineRecord, LINES, f"InvoiceID eq {literal(invoice_id)}")
        return sorted(lines, key=lambda line: line.line_number or 0)

    def sales_invoices_with_reference(self, your_ref: str) -> list[SalesInvoiceRecord]:
        """Return the invoices with this `YourRef`, which Exact does not keep unique.

        An empty list means absent: anything that is not surely a list raises instead.
        """
        found = self._all(SalesInvoiceRecord, INVOICES, f"YourRef eq {literal(your_ref)}")
        if any(folded(one.your_ref) != folded(your_ref) for one in found):
            raise ExactUnexpectedError("Exact answered invoices with another reference than asked.")
        return found

    def create_sales_invoice(self, payload: Mapping[str, Any]) -> SalesInvoiceRecord:
        """Make an invoice with its lines; `OrderedBy` and an `Item` on each line are required.

        Raises ExactUncertainError when it may have been made: look it up by `YourRef`, and only
        a look may lead to a second try.
        """
        return created(SalesInvoiceRecord, self._transport.post(INVOICES, payload))

    def update_sales_invoice(self, invoice_id: UUID, fields: Mapping[str, Any]) -> None:
        """Change the header of an invoice that is not printed. May be repeated.

        `SalesInvoiceLines` is refused here: Exact would not look at it.
        """
        if "SalesInvoiceLines" in fields:
            raise ValueError("Exact does not change lines with their invoice.")
        self._transport.put(odata.key(INVOICES, invoice_id), fields)

    def print_sales_invoice(
        self, invoice_id: UUID, options: Mapping[str, Any] | None = None
    ) -> PrintedSalesInvoiceRecord:
        """Print an invoice: it gets its number and its entry, and cannot be changed any more.

        `options` by Exact's names, such as `SendEmailToCustomer`; without any, nothing is sent.
        Raises ExactUncertainError when it may have been printed: look at its status.
        """
        payload = {**(options or {}), "InvoiceID": invoice_id}
        return created(PrintedSalesInvoiceRecord, self._transport.post(PRINTED, payload))

    def _header_or_line(self, row: msgspec.Raw) -> Iterator[SyncedRow]:
        try:
            is_line = msgspec.json.decode(row, type=_Place, strict=False).line_number > 0
        except msgspec.ValidationError:
            is_line = False  # the header's reader tells what is wrong
        if is_line:
            yield from read_rows(SyncedSalesInvoiceLineRecord, [row], self._on_odd)
        else:
            yield from read_rows(SyncedSalesInvoiceRecord, [row], self._on_odd)

"""The first of what a file holds, as it was read: what a person looks at before importing it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from accounts_link.imports.bundles import Bundle
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import Table

ROWS = 5  # of a table
DOCUMENTS = 20
COLUMNS = ["Number", "Kind", "Date", "Customer", "Lines", "Without VAT", "VAT", "In all", "Files"]


def sample_of(opened: Table | Bundle) -> dict[str, Any]:
    """Return titles, rows and notes: of a table its own, of documents the most telling ones."""
    table = opened.table if isinstance(opened, Bundle) else opened
    if table is not None:
        rows = [[str(cell) for cell in row.cells] for row in islice(table.rows(), ROWS)]
        return {"columns": list(table.columns), "rows": rows, "notes": table.notes}
    assert isinstance(opened, Bundle)  # noqa: S101 - for the type checker; a Table was told above
    documents = (row for row in opened.rows() if isinstance(row, InvoiceRow))
    rows = [_summary(row) for row in islice(documents, DOCUMENTS)]
    return {"columns": COLUMNS, "rows": rows, "notes": opened.notes, "numbers_from": 4}


def _summary(row: InvoiceRow) -> list[str]:
    totals = (row.total_excl, row.total_vat, row.total_incl)
    return [
        row.number,
        row.kind.replace("_", " "),
        row.invoice_date.isoformat(),
        row.customer_name or row.customer_ref or row.customer_vat,
        str(len(row.lines)),
        *(f"{total:.2f} {row.currency}" if total is not None else "" for total in totals),
        ", ".join(file.name for file in row.files),
    ]

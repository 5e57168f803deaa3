"""The fingerprint of a document: what its source said, wherever in a file that stood."""

from __future__ import annotations

import hashlib
from typing import Any

from accounts_link.imports.documents import InvoiceLineRow, InvoiceRow

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


def fingerprint(row: InvoiceRow) -> str:
    """Return the fingerprint, 64 characters. The files that came along are no part of it."""
    said: list[Any] = [
        [getattr(row, name) for name in FIELDS],
        [_line_values(line) for line in row.lines],
    ]
    later = [_later(row, LATER_FIELDS), *(_later(one, LATER_LINE_FIELDS) for one in row.lines)]
    if any(later):
        said.append(later)
    return hashlib.sha256(repr(tuple(said)).encode()).hexdigest()


def _line_values(line: InvoiceLineRow) -> list[Any]:
    values = (getattr(line, name) for name in LINE_FIELDS)
    return [value.normalize() if hasattr(value, "normalize") else value for value in values]


def _later(row: InvoiceRow | InvoiceLineRow, names: list[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(row, name))}

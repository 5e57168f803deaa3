"""Files to fill in: the columns that an import knows, with one row as an example."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accounts_link.imports.customers import COLUMNS as CUSTOMER_COLUMNS
from accounts_link.imports.export import BOM
from accounts_link.imports.headings import Column
from accounts_link.imports.invoice_columns import COLUMNS as INVOICE_COLUMNS
from sync.models import Upload

FORMS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
COLUMNS: dict[str, Sequence[Column]] = {
    Upload.Kind.CUSTOMERS: CUSTOMER_COLUMNS,
    Upload.Kind.INVOICES: INVOICE_COLUMNS,
}
EXAMPLES = {
    Upload.Kind.CUSTOMERS: {
        "number": "10001",
        "business_type": "vat",
        "vat_typed": "BE 0676.025.860",
        "is_international": "FALSE",
        "name": "Moerman Media SA",
        "kind": "member",
        "street": "Svenring",
        "street_number": "201",
        "postcode": "8208",
        "city": "Liezele",
        "country": "BE",
        "invoice_emails": "info@example.com",
    },
    Upload.Kind.INVOICES: {
        "number": "INV-2026-000001",
        "kind": "invoice",
        "invoice_date": "2026-09-23",
        "due_date": "2026-10-23",
        "currency": "EUR",
        "customer_ref": "10001",
        "location": "BRU-1",
        "position": "1",
        "description": "Desk FLEX",
        "resource_type": "desk",
        "resource_code": "FLEX",
        "quantity": "12",
        "unit_price": "19.99",
        "vat_rate": "21",
    },
}
WIDTH = 18  # characters


def make(kind: str, form: str) -> bytes:
    """Return the template for `kind` of rows as a file of that form, csv or xlsx."""
    columns = COLUMNS[kind]
    example = EXAMPLES[Upload.Kind(kind)]
    rows = [[column.title for column in columns], [example.get(c.field, "") for c in columns]]
    return _xlsx(rows) if form == "xlsx" else _csv(rows)


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return (BOM + text.getvalue()).encode()


def _xlsx(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - for the type checker; a new workbook has a sheet
    for row in rows:
        sheet.append(row)
    for number, cell in enumerate(sheet[1], 1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = WIDTH
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()

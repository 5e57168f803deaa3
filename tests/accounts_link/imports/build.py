"""Files as people bring them, made on the fly, and what comes out of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from accounts_link.imports.customers import CustomerRow, read_customers
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.invoices import read_invoices
from accounts_link.imports.shapes import RowError, Table
from accounts_link.imports.tables import open_table

DEMO = Path(__file__).parents[3] / "accounts_link" / "demo"

CUSTOMER = {
    "Customer Number": "10001",
    "Business type": "vat",
    "VAT number": "BE 0403.019.261",
    "International Customer": "FALSE",
    "Company name": "Bakkerij De Ster",
    "Customer type": "member",
    "Address line 1": "Meir",
    "Address Number": "12",
    "Zip code": "2000",
    "City": "Antwerpen",
    "State": "Antwerpen",
    "Country": "BE",
    "Mail invoices to": "info@example.be",
}
INVOICE = {
    "invoice_number": "INV-1",
    "type": "invoice",
    "invoice_date": "2026-09-23",
    "due_date": "2026-10-23",
    "currency": "EUR",
    "customer_ref": "10001",
    "location": "BRU-1",
    "structured_reference": "000000000101",
    "line_no": "1",
    "line_description": "desk FLEX",
    "resource_type": "desk",
    "resource_code": "FLEX",
    "quantity": "12",
    "unit_price": "19.99",
    "discount": "",
    "vat_rate": "21",
}


def a_table(content: str | bytes, name: str = "file.csv") -> Table:
    """Open a file with this content."""
    return open_table(io.BytesIO(content.encode() if isinstance(content, str) else content), name)


def csv_of(rows: Sequence[dict[str, str]], separator: str = ";") -> str:
    """Write rows as CSV, each cell in quotes."""
    lines = [list(rows[0]), *([row[name] for name in rows[0]] for row in rows)]
    return "".join(
        separator.join('"' + cell.replace('"', '""') + '"' for cell in line) + "\r\n"
        for line in lines
    )


def xlsx_of(rows: Iterable[list[Any]], **formats: str) -> bytes:
    """Write a workbook; `formats` gives cells a number format, such as B2="0%"."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for place, number_format in formats.items():
        sheet[place].number_format = number_format
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """Return a workbook as the bytes of its file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def no_vat_problem(_vat_number: str, _country: str) -> None:
    """A check that finds every VAT number right."""


def customers(table: Table) -> list[CustomerRow | RowError]:
    """Read all customers."""
    return list(read_customers(table, vat_problem=no_vat_problem))


def customer(**changes: str) -> CustomerRow | RowError:
    """Read one customer that differs from CUSTOMER; spaces of a title are written as `_`."""
    row = CUSTOMER | {name.replace("_", " "): value for name, value in changes.items()}
    (found,) = customers(a_table(csv_of([row])))
    return found


def lines(*changes: dict[str, str]) -> list[dict[str, str]]:
    """Return rows of invoice lines that differ from INVOICE."""
    return [INVOICE | change for change in changes]


def invoices(*changes: dict[str, str]) -> list[InvoiceRow | RowError]:
    """Read invoices from rows that differ from INVOICE."""
    return list(read_invoices(a_table(csv_of(lines(*changes)))))


def messages(found: Iterable[object]) -> list[str]:
    """Return the words of all errors."""
    return [one.message for one in found if isinstance(one, RowError)]

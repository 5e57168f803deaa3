"""A large file is read row by row, in modest memory."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from accounts_link.imports.customers import read_customers
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.invoices import read_invoices
from accounts_link.imports.tables import open_table
from tests.accounts_link.imports.build import CUSTOMER, INVOICE, csv_of, no_vat_problem

LARGE = 100_000
TRACED = 10_000  # rows; tracing is slow
MODEST = 6 * 2**20  # bytes for the traced ones; keeping them all would need three times that


@contextmanager
def customers_file(rows: int) -> Iterator[BinaryIO]:
    """Lend a file of customers that differ in their number."""
    heading, row = csv_of([CUSTOMER]).splitlines(keepends=True)
    with tempfile.TemporaryFile() as file:
        file.write(heading.encode())
        file.writelines(row.replace("10001", f"{n:06}").encode() for n in range(rows))
        yield file


@contextmanager
def invoices_file(rows: int) -> Iterator[BinaryIO]:
    """Lend a file of invoices, each with four lines."""
    heading, row = csv_of([INVOICE]).splitlines(keepends=True)
    with tempfile.TemporaryFile() as file:
        file.write(heading.encode())
        for n in range(rows):
            line = row.replace("INV-1", f"INV-{n // 4}")
            file.write(line.replace('"1";"desk', f'"{n % 4 + 1}";"desk').encode())
        yield file


def read_all_customers(file: BinaryIO) -> dict[str, int]:
    """Count what comes out."""
    found = read_customers(open_table(file, "x"), vat_problem=no_vat_problem)
    return Counter(type(one).__name__ for one in found)


def read_all_invoices(file: BinaryIO) -> dict[int, int]:
    """Count the invoices by how many lines they have."""
    found = read_invoices(open_table(file, "x"))
    return Counter(len(one.lines) for one in found if isinstance(one, InvoiceRow))


def test_100_000_customers_are_read() -> None:
    with customers_file(LARGE) as file:
        assert read_all_customers(file) == {"CustomerRow": LARGE}


def test_100_000_lines_of_invoices_are_read() -> None:
    with invoices_file(LARGE) as file:
        assert read_all_invoices(file) == {4: LARGE // 4}


def test_rows_are_not_kept_while_reading() -> None:
    with customers_file(TRACED) as customers, invoices_file(TRACED) as invoices:
        tracemalloc.start()
        try:
            read_all_customers(customers)
            read_all_invoices(invoices)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak < MODEST

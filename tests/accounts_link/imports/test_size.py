"""A large file is read in modest memory."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections import Counter

from accounts_link.imports.customers import read_customers
from accounts_link.imports.invoices import InvoiceRow, read_invoices
from accounts_link.imports.tables import open_table
from tests.accounts_link.imports.build import CUSTOMER, INVOICE, csv_of, no_vat_problem

ROWS = 100_000
MOST = 60 * 2**20  # bytes of Python's own; the process itself takes some 40 more


def test_100_000_customers_stream() -> None:
    heading, row = csv_of([CUSTOMER]).splitlines(keepends=True)
    with tempfile.TemporaryFile() as file:
        file.write(heading.encode())
        file.writelines(row.replace("10001", f"{n:06}").encode() for n in range(ROWS))

        tracemalloc.start()
        kinds = Counter(
            type(one).__name__
            for one in read_customers(open_table(file, "x"), vat_problem=no_vat_problem)
        )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert kinds == {"CustomerRow": ROWS}
    assert peak < MOST


def test_invoices_of_100_000_lines_stream() -> None:
    heading, row = csv_of([INVOICE]).splitlines(keepends=True)
    with tempfile.TemporaryFile() as file:
        file.write(heading.encode())
        for n in range(ROWS):
            line = row.replace("INV-1", f"INV-{n // 4}").replace(
                '"1";"desk', f'"{n % 4 + 1}";"desk'
            )
            file.write(line.encode())

        tracemalloc.start()
        sizes = Counter(
            len(one.lines)
            for one in read_invoices(open_table(file, "x"))
            if isinstance(one, InvoiceRow)
        )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert sizes == {4: ROWS // 4}
    assert peak < MOST

"""How long it takes and how much memory to import invoices, as CSV, XLSX and UBL.

`python -m tests.bench.bench_import [csv|xlsx|ubl ...]`; each into an empty installation on SQLite,
with the real command, twice: the second time changes nothing.
"""

import csv
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl

from tests.accounts_link.imports.ubl_build import a_document, a_line
from tests.bench.installation import Installation, peak_of_children

LINES = {"csv": 100_000, "xlsx": 100_000, "ubl": 10_000}
GOALS = {"csv": "60 s, 300 MB"}
EACH = 3  # lines of an invoice
CUSTOMERS = 1_000
HEADING = [
    *("invoice_number", "type", "invoice_date", "due_date", "currency", "customer_ref"),
    *("location", "line_no", "line_description", "resource_type", "resource_code", "quantity"),
    *("unit_price", "discount", "vat_rate", "period_from", "period_to"),
]


def _rows(lines: int) -> Iterator[list[str]]:
    """Yield a heading and a month of a coworking: desks, offices, products of many customers."""
    yield HEADING
    for number in range(lines):
        invoice, position = divmod(number, EACH)
        yield [
            *(f"INV-{invoice:06}", "invoice", "2026-09-30", "2026-10-30", "EUR"),
            *(str(10_000 + invoice % CUSTOMERS), f"LOC-{invoice % 7}", str(position + 1)),
            *(f"Desk {number % 400}, September", ("desk", "unit", "product")[position]),
            *(f"CODE-{number % 40}", str(1 + number % 9), f"{19 + number % 83}.{number % 100:02}"),
            *("10" if number % 11 == 0 else "", "21", "2026-09-01", "2026-09-30"),
        ]


def _csv(path: Path, lines: int) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(_rows(lines))


def _xlsx(path: Path, lines: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in _rows(lines):
        sheet.append(row)
    book.save(path)


def _ubl(path: Path, lines: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(lines // EACH):
            content = a_document(number=f"INV-{number:06}", lines=[a_line()] * EACH)
            archive.writestr(f"INV-{number:06}.xml", content)


MAKERS: dict[str, Callable[[Path, int], None]] = {"csv": _csv, "xlsx": _xlsx, "ubl": _ubl}


def measure(form: str) -> None:
    """Import one file into an empty installation and print a row."""
    with TemporaryDirectory(prefix="exactlink-bench-") as folder:
        place = Installation(Path(folder), 0)
        place.migrate()
        path = Path(folder) / f"invoices.{form}"
        MAKERS[form](path, LINES[form])
        seconds, again = _import(place, path), _import(place, path)
    print(  # noqa: T201 - a benchmark prints
        f"| {form:<4} | {LINES[form]:>7,} | {seconds:>7.1f} | {again:>7.1f} "
        f"| {peak_of_children():>7.0f} | {GOALS.get(form, ''):<12} |",
        flush=True,
    )


def _import(place: Installation, path: Path) -> float:
    began = time.monotonic()
    said = place.manage("import_invoices", str(path))
    if said["refused"] or not said["new"] + said["same"]:
        raise RuntimeError(str(said)[:500])
    return time.monotonic() - began


def main(forms: list[str]) -> None:
    """Print the table; the peak is that of a process's children, so each row has its own."""
    if len(forms) == 1:
        measure(forms[0])
        return
    print("| form | lines   | seconds | again   | peak MB | goal         |", flush=True)  # noqa: T201
    for form in forms or LINES:
        subprocess.run([sys.executable, "-m", "tests.bench.bench_import", form], check=True)  # noqa: S603 - ours


if __name__ == "__main__":
    main(sys.argv[1:])

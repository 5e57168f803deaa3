"""Files as people bring them: the demo company's, with rows that are wrong, or as a workbook."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import FilePayload

from tests.running.installation import ROOT

DEMO = ROOT / "accounts_link" / "demo"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = list[list[str]]


def rows_of(name: str) -> Rows:
    """Return the rows of a file of the demo company, its headings first."""
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def as_csv(name: str, rows: Sequence[Sequence[str]]) -> FilePayload:
    """Return rows as a CSV file that a browser can bring."""
    kept = StringIO(newline="")
    csv.writer(kept).writerows(rows)
    return {"name": name, "mimeType": "text/csv", "buffer": kept.getvalue().encode()}


def as_xlsx(name: str, rows: Sequence[Sequence[str]]) -> FilePayload:
    """Return rows as a workbook that a browser can bring."""
    book, kept = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    book.save(kept)
    return {"name": name, "mimeType": XLSX, "buffer": kept.getvalue()}


def saved(folder: Path, file: FilePayload) -> Path:
    """Put a file where a command can read it."""
    path = folder / file["name"]
    path.write_bytes(file["buffer"])
    return path

"""A reconciliation as files for the accountant, and as values for scripts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accounts_link.imports.export import BOM, Value, defused, write_csv
from sync.rules.reconciliation import Both, Place, Reconciliation, Sums

NOT_OURS = "(not ours)"  # the place of what Exact holds and we did not book
TOTALS = [
    "journal", "location", "vat_code", "currency", "entries_booked", "entries_exact", "net_booked",
    "net_exact", "vat_booked", "vat_exact", "total_booked", "total_exact", "difference",
]  # fmt: skip
DIFFERENCES = [
    "kind", "journal", "location", "document", "entry_number", "customer", "date", "currency",
    "booked", "exact", "difference", "accepted", "reason",
]  # fmt: skip
WAITING = ["document", "location", "date", "currency", "total", "state", "reason"]
# The one table of the CSV: which part a row is of, and all columns, empty where it has none.
COLUMNS = list(dict.fromkeys(["part", *TOTALS, *DIFFERENCES, *WAITING]))
WIDTHS = {"reason": 70, "customer": 30, "document": 20, "kind": 22}
WIDTH = 14  # characters, of the other columns
MONEY = "#,##0.00"
Row = dict[str, Value]


def csv_of(found: Reconciliation, *, for_excel: bool = True) -> Iterator[bytes]:
    """Yield the lines of a CSV with everything; its first column says what a row is."""
    parts = {"total": totals(found), "difference": differences(found), "waiting": waiting(found)}
    rows = (
        [{"part": part, **row}.get(name) for name in COLUMNS]
        for part, rows in parts.items()
        for row in rows
    )
    yield from write_csv([COLUMNS], for_excel=for_excel)
    mark = BOM.encode()  # once, at the very beginning
    yield from (line.removeprefix(mark) for line in write_csv(rows, for_excel=for_excel))


def xlsx_of(found: Reconciliation) -> bytes:
    """Return a workbook: totals, differences, and what is not in the books yet."""
    book = openpyxl.Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    _sheet(book, "Totals", TOTALS, totals(found))
    _sheet(book, "Differences", DIFFERENCES, differences(found))
    _sheet(book, "Not in the books", WAITING, waiting(found))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet(
    book: openpyxl.Workbook, title: str, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    sheet = book.create_sheet(title)
    sheet.append([name.replace("_", " ").capitalize() for name in columns])
    for number, name in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(name, WIDTH)
        sheet.cell(1, number).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for place, row in enumerate(rows, 2):
        sheet.append([_plain(row.get(name)) for name in columns])
        for number, name in enumerate(columns, 1):
            if isinstance(row.get(name), Decimal):
                sheet.cell(place, number).number_format = MONEY


def _plain(value: Value) -> Value:
    return defused(value) if isinstance(value, str) else value


def totals(found: Reconciliation) -> Iterator[Row]:
    """Yield a row for each journal at each location, and one for each VAT code in it."""
    for group in found.groups:
        yield _sums(group.place, "", group.sums)
        for code, both in group.vat_codes.items():
            yield _sums(group.place, code or "none", both)


def _sums(place: Place, vat_code: str, both: Both) -> Row:
    return {
        "journal": place.journal,
        "location": where(place),
        "vat_code": vat_code,
        "currency": place.currency,
        "entries_booked": both.ours.entries,
        "entries_exact": both.theirs.entries,
        "net_booked": both.ours.net,
        "net_exact": both.theirs.net,
        "vat_booked": both.ours.vat,
        "vat_exact": both.theirs.vat,
        "total_booked": both.ours.incl,
        "total_exact": both.theirs.incl,
        "difference": both.difference.incl,
    }


def differences(found: Reconciliation) -> Iterator[Row]:
    """Yield a row for each difference."""
    for one in found.differences:
        yield {
            "kind": one.kind.value,
            "journal": one.place.journal,
            "location": where(one.place),
            "document": one.document,
            "entry_number": one.entry_number,
            "customer": one.customer,
            "date": one.booked_on,
            "currency": one.place.currency,
            "booked": one.ours,
            "exact": one.theirs,
            "difference": one.amount,
            "accepted": one.is_accepted,
            "reason": one.reason,
        }


def waiting(found: Reconciliation) -> Iterator[Row]:
    """Yield a row for each document of the month that is not in the books, or not read back."""
    for one in found.waiting:
        yield {
            "document": one.document,
            "location": one.location,
            "date": one.dated,
            "currency": one.currency,
            "total": one.amount,
            "state": one.state,
            "reason": one.reason,
        }
    for ours in found.awaited:
        yield {
            "document": ours.document,
            "location": ours.location,
            "date": ours.booking.booked_on,
            "currency": ours.booking.currency,
            "total": ours.booking.incl,
            "state": "Booked",
            "reason": "Booked so shortly before the reading that it need not show in it yet.",
        }


def where(place: Place) -> str:
    """Return the location in words."""
    return NOT_OURS if place.location is None else place.location


def as_values(found: Reconciliation) -> dict[str, Any]:
    """Return all of it as values that JSON can hold."""
    return {
        "month": f"{found.month:%Y-%m}",
        "closes": found.closes,
        "journals": [
            {"journal": journal, "currency": currency, **_both(both)}
            for (journal, currency), both in found.journals.items()
        ],
        "groups": [
            {
                "journal": group.place.journal,
                "location": group.place.location,
                "currency": group.place.currency,
                **_both(group.sums),
                "vat_codes": {code: _both(both) for code, both in group.vat_codes.items()},
            }
            for group in found.groups
        ],
        "differences": list(differences(found)),
        "not_in_the_books": list(waiting(found)),
    }


def _both(both: Both) -> dict[str, dict[str, Any]]:
    return {
        "booked": _values(both.ours),
        "exact": _values(both.theirs),
        "difference": _values(both.difference),
    }


def _values(sums: Sums) -> dict[str, Any]:
    return {"entries": sums.entries, "net": sums.net, "vat": sums.vat, "total": sums.incl}

"""The tables of cells as a file for a spreadsheet, and back: what is in it, before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from accounts_link.imports import cells as reading
from accounts_link.imports.export import DANGEROUS, Value, write_csv
from accounts_link.imports.headings import Column, match, plain
from accounts_link.imports.shapes import Cell as FileCell
from accounts_link.imports.shapes import CellError, FileError, Row, RowError, is_empty
from accounts_link.imports.tables import open_table
from sync.models.mapping import RESOURCE_TYPES, SUPPLIES, VAT_CATEGORIES, VATMapping
from sync.rules.ledger import ANY, GLCell, VatCell
from sync.services.ledger import grid
from sync.services.ledger.mapping import Choices

if TYPE_CHECKING:
    from sync.rules.ledger import Ledger
    from sync.services.ledger.books import Books

MOST_ROWS = 20_000
QUOTE = "'"  # before a text that a spreadsheet would take for a formula

Cells = Mapping[str, FileCell]  # of a row, by the field of their column


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the mappings as a file: a column for each part of a cell, then its code."""

    table: str  # of Choices
    columns: tuple[Column, ...]
    read: Callable[[Cells], Any]  # a row's cell of the table; raises CellError
    offers: Callable[[Ledger], Mapping[str, Any]]

    @property
    def code(self) -> Column:
        """The column of the code."""
        return self.columns[-2]


@dataclass
class Reading:
    """What saving a file would do, and every row that can't be saved."""

    chosen: Choices
    changes: list[grid.Change] = field(default_factory=list)
    same: int = 0
    errors: list[RowError] = field(default_factory=list)


def write(kind: str, books: Books) -> Iterator[bytes]:
    """Yield the table as CSV that Excel opens by a double click; every row has its own choice."""
    sheet = SHEETS[kind]
    offers = sheet.offers(books.ledger)
    chosen: Mapping[Any, str] = getattr(books.mappings, sheet.table)
    heading: list[Value] = [column.title for column in sheet.columns]
    rows = (_row(sheet, cell, code, offers) for cell, code in sorted(chosen.items()))
    yield from write_csv(chain([heading], rows), for_excel=True)


def _row(sheet: Sheet, cell: Any, code: str, offers: Mapping[str, Any]) -> list[Value]:
    parts = cell._asdict()
    known = offers.get(code)
    values = [parts[column.field] for column in sheet.columns[:-2]]
    return [_quoted(value) for value in (*values, code, known.description if known else "")]


def read(file: BinaryIO, name: str, kind: str, books: Books) -> Reading:
    """Return what a file of this kind would change. Raises FileError when it is no such table.

    An empty code takes the cell's own choice away; what is not in the file stays as it is.
    """
    sheet = SHEETS[kind]
    table = open_table(file, name)
    places = match(table, sheet.columns).places
    lines: dict[Any, tuple[int, str]] = {}
    errors: list[RowError] = []
    for count, row in enumerate(table.rows(), 1):
        if count > MOST_ROWS:
            raise FileError(f"The file has more than {MOST_ROWS:,} rows; split it.")
        try:
            cell, code = _read_row(sheet, row, places)
            _refuse_twice(lines, cell, code)
        except CellError as error:
            errors.append(RowError(row.line, "", "", str(error)))
        else:
            lines[cell] = row.line, code
    return _judged(sheet, lines, errors, books)


def _read_row(sheet: Sheet, row: Row, places: Mapping[str, int]) -> tuple[Any, str]:
    if row.problem:
        raise CellError(row.problem)
    cells = {name: _unquoted(row.cells[place]) for name, place in places.items()}
    found = sheet.read(cells)
    try:
        return found, reading.identifier(cells[sheet.code.field], most=20)
    except CellError as error:
        raise CellError(f"{sheet.code.title} {error}") from error


def _refuse_twice(lines: Mapping[Any, tuple[int, str]], cell: Any, code: str) -> None:
    if cell in lines and lines[cell][1] != code:
        raise CellError(
            f"Line {lines[cell][0]} says {lines[cell][1] or 'nothing'} for the same cell;"
            " keep one of the two."
        )


def _judged(
    sheet: Sheet, lines: Mapping[Any, tuple[int, str]], errors: list[RowError], books: Books
) -> Reading:
    """Take out what the books can't do, and compare the rest with what is mapped."""
    chosen = Choices(**{sheet.table: {cell: code for cell, (_, code) in lines.items()}})
    faults = chosen.faults(books.ledger) | grid.strangers(chosen, books.ledger)
    for cell, sentence in faults.items():
        line, code = lines[cell]
        errors.append(RowError(line, sheet.code.title, code, sentence))
    good = {cell: code for cell, (_, code) in lines.items() if cell not in faults}
    chosen = grid.differing(Choices(**{sheet.table: good}), books.mappings)
    found = grid.changes(chosen, books.mappings)
    errors.sort(key=lambda error: error.line)
    return Reading(chosen, found, len(good) - len(found), errors)


def _quoted(value: Value) -> Value:
    """Put a quote before a text that begins with one, so that ours is known when it comes back."""
    return f"{QUOTE}{value}" if isinstance(value, str) and value.startswith(QUOTE) else value


def _unquoted(cell: FileCell) -> FileCell:
    if not isinstance(cell, str) or not cell.startswith(QUOTE):
        return cell
    text = cell[len(QUOTE) :]
    return text if text.startswith((QUOTE, *DANGEROUS)) else cell


def _gl_cell(cells: Cells) -> GLCell:
    return GLCell(
        _text(cells, "location", 30),
        _choice(cells, "resource_type", RESOURCE_TYPES),
        _text(cells, "resource_code", 60),
    )


def _vat_cell(cells: Cells) -> VatCell:
    group = _choice(cells, "country_group", VATMapping.CountryGroup.choices)
    if not group:
        raise CellError("country_group is empty; write domestic, eu or non_eu.")
    return VatCell(
        group,
        _choice(cells, "business_type", BUSINESS_TYPES),
        _rate(cells),
        _choice(cells, "supply", SUPPLIES),
        _choice(cells, "vat_category", VAT_CATEGORIES),
    )


def _text(cells: Cells, name: str, most: int) -> str:
    try:
        return reading.identifier(cells.get(name, ANY), most=most)
    except CellError as error:
        raise CellError(f"{name} {error}") from error


def _choice(cells: Cells, name: str, choices: Sequence[tuple[str, str]]) -> str:
    cell = cells.get(name, ANY)
    words = {plain(word): key for key, label in choices for word in (label, key)}
    try:
        return ANY if is_empty(cell) else reading.choice(cell, words)
    except CellError as error:
        raise CellError(f"{name} {error}") from error


def _rate(cells: Cells) -> Decimal:
    typed = str(cells.get("rate", "")).strip().removesuffix("%").strip().replace(",", ".")
    try:
        rate = Decimal(typed)
    except InvalidOperation as error:
        raise CellError(f"rate “{typed}” is no number; write 21 for 21 %.") from error
    if not 0 <= rate <= 100 or rate != round(rate, 2):  # noqa: PLR2004 - per cent
        raise CellError(f"rate {typed} is no percentage with at most two decimals.")
    return rate


BUSINESS_TYPES = [
    ("vat", "With VAT number"),
    ("no_vat", "Without VAT number"),
    ("private", "Private"),
]
SHEETS = {
    "gl": Sheet(
        "gl_accounts",
        (
            Column("location", "location", mandatory=True),
            Column("resource_type", "resource_type", mandatory=True),
            Column("resource_code", "resource_code", mandatory=True),
            Column("code", "gl_code", ("G/L account",), mandatory=True),
            Column("words", "gl_description"),
        ),
        _gl_cell,
        lambda ledger: ledger.gl_accounts,
    ),
    "vat": Sheet(
        "vat_codes",
        (
            Column("country_group", "country_group", mandatory=True),
            Column("business_type", "business_type", mandatory=True),
            Column("supply", "supply"),
            Column("vat_category", "vat_category"),
            Column("rate", "rate", mandatory=True),
            Column("code", "vat_code", mandatory=True),
            Column("words", "vat_description"),
        ),
        _vat_cell,
        lambda ledger: ledger.vat_codes,
    ),
}

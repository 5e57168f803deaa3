"""One row being read: its fields come out typed, and what is wrong with them is gathered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from accounts_link.imports.headings import Headings
from accounts_link.imports.shapes import (
    Broken,
    Cell,
    CellError,
    Row,
    RowError,
    RowNote,
    is_empty,
)

T = TypeVar("T")
SHOWN = 60  # characters of a cell that an error repeats


class Record:
    """Hands out the fields of one row; `errors` must be empty for them to mean anything."""

    def __init__(self, row: Row, headings: Headings) -> None:
        self.line = row.line
        self.errors: list[RowError] = []
        self.notes: list[RowNote] = []
        self._cells = row.cells
        self._headings = headings
        self._problem = row.problem
        if row.problem:
            self.errors.append(RowError(row.line, "", "", row.problem))

    def need(self, field: str, parse: Callable[[Cell], T], otherwise: T) -> T:
        """Return a field that must be filled in; `otherwise`, with an error, when it is not."""
        cell = self.cell(field)
        if is_empty(cell):
            self.refuse(field, "is empty; fill it in.")
            return otherwise
        return self._parsed(field, cell, parse, otherwise)

    def read(self, field: str, parse: Callable[[Cell], T], otherwise: T) -> T:
        """Return a field; `otherwise` when it is empty, or, with an error, can't be read."""
        cell = self.cell(field)
        if is_empty(cell):
            return otherwise
        return self._parsed(field, cell, parse, otherwise)

    def _parsed(self, field: str, cell: Cell, parse: Callable[[Cell], T], otherwise: T) -> T:
        try:
            if isinstance(cell, Broken):
                raise CellError(cell.reason)  # noqa: TRY301 - told like any other bad cell
            return parse(cell)
        except CellError as error:
            self.refuse(field, str(error))
            return otherwise

    def cell(self, field: str) -> Cell:
        """Return the bare cell; empty when the file has no such column."""
        place = self._headings.places.get(field)
        return "" if place is None or place >= len(self._cells) else self._cells[place]

    def cells(self, fields: Sequence[str]) -> list[Cell]:
        """Return the bare cells of some fields, in their order."""
        return [self.cell(field) for field in fields]

    def has_error(self, field: str) -> bool:
        """Whether something is wrong with this field."""
        return any(error.column == self._headings.titles[field] for error in self.errors)

    def refuse(self, field: str, why: str) -> None:
        """Note what is wrong with a field; `why` follows the column's name."""
        if self._problem:  # its cells may stand in the wrong columns; that is said already
            return
        value = str(self.cell(field))
        shown = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
        title = self._headings.titles[field]
        message = _said(title, why.replace(value, shown) if value else why)
        self.errors.append(RowError(self.line, title, shown, message))

    def note(self, field: str, what: str) -> None:
        """Note what a person should know about a field."""
        title = self._headings.titles[field]
        self.notes.append(RowNote(self.line, title, _said(title, what)))


def _said(title: str, what: str) -> str:
    colon = ":" if what.startswith("“") else ""
    return f"Column “{title}”{colon} {what}"

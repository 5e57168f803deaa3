"""What a table, its rows, its cells and its errors look like, whatever file they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

MAX_ROWS = 1_000_000
MAX_COLUMNS = 200


class FileError(Exception):
    """The file as a whole can't be read; the message says why and what to do about it."""


class CellError(ValueError):
    """One cell can't be read; the message follows the column's name and says what to do."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was refused, in words for a bookkeeper."""

    line: int  # in the file, from 1: the row's first line in CSV, the row in XLSX
    column: str  # as the file spells it; empty when the whole row is meant
    value: str  # the cell as read, cut to a readable length
    message: str
    record: str = ""  # the number of the customer or invoice that was refused with it
    file: str = ""  # its name, where several came at once


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something a person should know about a row that was read."""

    line: int
    column: str
    message: str
    file: str = ""  # its name, where several came at once


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds no value to read: a formula, or an error of Excel's."""

    value: str
    reason: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Percent:
    """A number that Excel shows as a percentage; 21 % is stored there as 0.21, and here as 21."""

    value: Decimal

    def __str__(self) -> str:
        return f"{self.value:f}%"


Cell = str | bool | Decimal | datetime | Percent | Broken


def is_empty(cell: Cell) -> bool:
    """Whether nothing was filled in."""
    return isinstance(cell, str) and not cell.strip()


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row; with a `problem`, they can't be trusted to stand in their columns."""

    line: int
    cells: list[Cell]
    problem: str = ""

    def is_blank(self) -> bool:
        """Whether the row is empty space between others."""
        return not self.problem and all(map(is_empty, self.cells))


@dataclass
class Table:
    """A heading and its rows; `rows` reads the file anew at each call, one call at a time."""

    records: Callable[[], Iterator[Row]]  # every row of the file, the heading included
    notes: list[str] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()  # those that nobody asked for; known after matching
    columns: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Read the heading. Raises FileError when there is none, or nothing below it."""
        filled = self._filled()
        heading = next(filled, None)
        if heading is None:
            raise FileError("The file is empty; export it again and choose the new file.")
        if heading.problem:
            raise FileError(f"The heading on line {heading.line} can't be read: {heading.problem}")
        self.columns = tuple(str(cell).strip() for cell in _trimmed(heading.cells))
        if len(self.columns) > MAX_COLUMNS:
            raise FileError(f"The file has more than {MAX_COLUMNS} columns; remove those unused.")
        if next(filled, None) is None:
            raise FileError("The file has a heading but no rows; export it again with its rows.")

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the heading, without blank ones, each as wide as the heading.

        Raises FileError where the file turns out to be damaged or too long.
        """
        filled = self._filled()
        next(filled)
        for count, row in enumerate(filled, 1):
            if count > MAX_ROWS:
                raise FileError(f"The file has more than {MAX_ROWS:,} rows; split it.")
            yield self._fitted(row)

    def prove(self) -> None:
        """Read to the end once, so that a damaged file is refused before any of it is used."""
        for _ in self.rows():
            pass

    def _filled(self) -> Iterator[Row]:
        return (row for row in self.records() if not row.is_blank())

    def _fitted(self, row: Row) -> Row:
        width, cells = len(self.columns), _trimmed(row.cells)
        problem = row.problem
        if len(cells) > width and not problem:
            problem = (
                f"The row has {len(cells)} cells and the heading {width}; a text that holds the"
                " separator, or a number with a decimal comma, must stand in double quotes."
            )
        # Excel leaves out empty cells at the end of a row.
        return Row(row.line, cells[:width] + [""] * (width - len(cells)), problem)


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """Return the cells without the empty ones at the end."""
    end = len(cells)
    while end and is_empty(cells[end - 1]):
        end -= 1
    return cells[:end]

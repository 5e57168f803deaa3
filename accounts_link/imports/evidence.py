"""What a column as a whole tells about how its amounts and days are written."""

from __future__ import annotations

from accounts_link.imports.amounts import decimal_mark
from accounts_link.imports.cells import is_month_first
from accounts_link.imports.headings import Headings
from accounts_link.imports.shapes import Row


class Evidence:
    """Gathered over every row before the first is read: one clear cell settles the unclear ones."""

    def __init__(self, headings: Headings, amounts: tuple[str, ...], days: tuple[str, ...]) -> None:
        places = headings.places
        self._amounts = {name: places[name] for name in amounts if name in places}
        self._days = {name: places[name] for name in days if name in places}
        self._marks: dict[str, set[str]] = {name: set() for name in amounts}
        self._month_first_on: dict[str, int] = {}

    def add(self, row: Row) -> None:
        """Look at one row."""
        for name, place in self._amounts.items():
            if mark := decimal_mark(row.cells[place]):
                self._marks[name].add(mark)
        for name, place in self._days.items():
            if name not in self._month_first_on and is_month_first(row.cells[place]):
                self._month_first_on[name] = row.line

    def marks(self, name: str) -> str:
        """Return the decimal marks that cells of this column prove: "", ",", "." or both."""
        return "".join(sorted(self._marks[name]))

    def month_first_on(self, name: str) -> int:
        """Return the first line where this column's day is surely month first; 0 for nowhere."""
        return self._month_first_on.get(name, 0)

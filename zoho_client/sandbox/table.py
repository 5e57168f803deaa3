"""Records of one kind, found by their id, by a value, or in the order of a field."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Any

from zoho_client.sandbox.clock import moment_of
from zoho_client.sandbox.messages import Record

TIMES = {"Created_Time", "Modified_Time", "Last_Activity_Time", "deleted_time"}
Place = tuple[Any, int]  # where a record stands in an order: the field's rank, and its id


class Table:
    """Rows by key. Orders and finders are made when first asked for, and then kept up to date."""

    def __init__(self) -> None:
        self._rows: dict[str, Record] = {}
        self._orders: dict[str, list[Place]] = {}
        self._finders: dict[str, dict[Any, set[str]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._rows.values()))

    def items(self) -> Iterable[tuple[str, Record]]:
        """Every key with its row."""
        return list(self._rows.items())

    def get(self, key: str) -> Record | None:
        """The row with this key, or None."""
        return self._rows.get(key)

    def need(self, key: str) -> Record:
        """The row with this key. Raises KeyError."""
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def put(self, key: str, row: Record) -> None:
        """Keep a row under its key."""
        self._leave(key)
        self._rows[key] = row
        for field, order in self._orders.items():
            insort(order, place_of(row, field))
        for field, finder in self._finders.items():
            finder.setdefault(folded(row.get(field)), set()).add(key)

    def drop(self, key: str) -> None:
        """Forget a row."""
        self._leave(key)
        self._rows.pop(key, None)

    def ordered(self, field: str) -> list[Place]:
        """Where every record stands, by a field and then by id; empty fields come first."""
        if field not in self._orders:
            self._orders[field] = sorted(place_of(row, field) for row in self)
        return self._orders[field]

    def find(self, field: str, value: object) -> list[str]:
        """The keys of rows that hold this value, whatever its case, from the oldest id on."""
        if field not in self._finders:
            finder = self._finders[field] = {}
            for key, row in self.items():
                finder.setdefault(folded(row.get(field)), set()).add(key)
        return sorted(self._finders[field].get(folded(value), ()), key=int)

    def _leave(self, key: str) -> None:
        """Take a row that will change out of every order and finder."""
        row = self.get(key)
        if row is None:
            return
        for field, order in self._orders.items():
            del order[bisect_left(order, place_of(row, field))]
        for field, finder in self._finders.items():
            finder[folded(row.get(field))].discard(key)


def place_of(row: Record, field: str) -> Place:
    """Where a row stands in the order of a field."""
    value, key = row.get(field), int(row["id"])
    if field in TIMES:
        return (moment_of(value) if value else 0.0), key
    return (key if field == "id" else str(value or "")), key


def folded(value: object) -> object:
    """A value as it is compared: texts without their case, lookups by their id."""
    if isinstance(value, dict):
        return str(value.get("id"))
    if isinstance(value, list):
        return str(value)
    return value.casefold().strip() if isinstance(value, str) else value

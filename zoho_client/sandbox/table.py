"""Records of one kind, found by their id and in the order of any field."""

from collections.abc import Iterable, Iterator
from typing import Any

from zoho_client.sandbox.clock import moment_of
from zoho_client.sandbox.messages import Record

TIMES = {"Created_Time", "Modified_Time", "Last_Activity_Time"}


class Table:
    """Rows by key; an order that was asked for is kept until the next change."""

    def __init__(self) -> None:
        self._rows: dict[str, Record] = {}
        self._orders: dict[str, list[str]] = {}

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
        self._rows[key] = row
        self._orders.clear()

    def drop(self, key: str) -> None:
        """Forget a row."""
        self._rows.pop(key, None)
        self._orders.clear()

    def ordered(self, field: str) -> list[str]:
        """The keys in the order of a field and then of the key; empty fields come first."""
        if field not in self._orders:
            keys = sorted((self._rank(row, field), int(key)) for key, row in self.items())
            self._orders[field] = [str(key) for _, key in keys]
        return self._orders[field]

    def _rank(self, row: Record, field: str) -> Any:
        value = row.get(field)
        if field in TIMES:
            return moment_of(value) if value else 0.0
        return int(row["id"]) if field == "id" else str(value or "")

"""Records of one kind, found by key and in the order of their keys or versions."""

from bisect import bisect_right, insort
from collections.abc import Iterator

from exact_client.sandbox.facts import Record


class Table:
    """Records of one kind in one division, in the order of their keys and of their versions."""

    def __init__(self) -> None:
        self._rows: dict[str, Record] = {}
        self._keys: list[str] = []
        self._changes: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._rows.values()))

    def get(self, key: str) -> Record | None:
        """The record with this key, or None."""
        return self._rows.get(key)

    def put(self, key: str, record: Record) -> None:
        """Keep a record under its key; its `Timestamp` must be the highest so far."""
        if key not in self._rows:
            insort(self._keys, key)
        self._rows[key] = record
        self._changes.append((record["Timestamp"], key))

    def drop(self, key: str) -> None:
        """Forget a record."""
        if self._rows.pop(key, None) is not None:
            del self._keys[bisect_right(self._keys, key) - 1]

    def after(self, key: str) -> Iterator[Record]:
        """Records in the order of their keys, those behind `key`."""
        for found in self._keys[bisect_right(self._keys, key) :]:
            yield self._rows[found]

    def since(self, version: int) -> Iterator[Record]:
        """Records changed after `version`, in the order of their versions, each once."""
        for changed, key in self._changes[bisect_right(self._changes, (version, "\uffff")) :]:
            row = self._rows.get(key)
            if row is not None and row["Timestamp"] == changed:
                yield row

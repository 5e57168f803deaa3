"""The table of entries, which knows the numbers that are taken."""

from collections import defaultdict

from exact_client.sandbox.facts import Record
from exact_client.sandbox.table import Table

Series = tuple[str, int]  # a journal and a year: numbers are unique within


class EntryTable(Table):
    """Entries by their keys, and who holds which number of a journal and year."""

    def __init__(self) -> None:
        super().__init__()
        self._holders: dict[Series, dict[int, str]] = defaultdict(dict)
        self._highest: dict[Series, int] = {}

    def put(self, key: str, record: Record) -> None:
        """Keep an entry, under its number too."""
        self._release(key)
        super().put(key, record)
        at, number = series(record), record["EntryNumber"]
        self._holders[at][number] = key
        self._highest[at] = max(number, self._highest.get(at, 0))

    def drop(self, key: str) -> None:
        """Forget an entry; its number is free again."""
        self._release(key)
        super().drop(key)

    def holder(self, at: Series, number: int) -> str | None:
        """The key of the entry that has this number."""
        return self._holders[at].get(number)

    def highest(self, at: Series) -> int:
        """The highest number of a journal and year, or 0."""
        return self._highest.get(at, 0)

    def highest_invoice(self, at: Series) -> int:
        """The highest invoice number of a journal and year, or 0."""
        rows = (self.get(key) or {} for key in self._holders[at].values())
        return max((row["InvoiceNumber"] for row in rows), default=0)

    def _release(self, key: str) -> None:
        before = self.get(key)
        if before is None:
            return
        at, number = series(before), before["EntryNumber"]
        self._holders[at].pop(number, None)
        if number == self._highest.get(at):
            self._highest[at] = max(self._holders[at], default=0)


def series(entry: Record) -> Series:
    """The journal and year within which an entry's number is unique."""
    return entry["Journal"], entry["ReportingYear"]

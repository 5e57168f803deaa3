"""A million accounts that nobody holds: each is made up when it is read."""

from collections.abc import Iterator
from heapq import merge
from typing import Any

from exact_client.sandbox.company import MADE
from exact_client.sandbox.facts import Record
from exact_client.sandbox.table import Table
from exact_client.sandbox.wire import padded_code

FIRST_CODE = 1_000_000
_TAIL = "-0000-4000-8000-0000e8ac7000"
_CITIES = ("Brussel", "Gent", "Antwerpen", "Leuven", "Brugge", "Luik", "Namen")


class GeneratedAccounts(Table):
    """Accounts 0 to `count` - 1 come from a formula, unless they were changed; others are kept."""

    def __init__(self, division: int, count: int) -> None:
        super().__init__()
        self._division = division
        self._count = count
        self._touched: set[int] = set()

    def __len__(self) -> int:
        return super().__len__() + self._count - len(self._touched)

    def __iter__(self) -> Iterator[Record]:
        yield from super().__iter__()
        yield from self._made(0)

    def get(self, key: str) -> Record | None:
        """A kept record, or the made-up one with this key."""
        number = self._number(key)
        if number is None or number in self._touched:
            return super().get(key)
        return self._record(number)

    def put(self, key: str, record: Record) -> None:
        """Keep a record; a made-up one gives way to it."""
        self._touch(key)
        super().put(key, record)

    def drop(self, key: str) -> None:
        """Forget a record, made up or kept."""
        self._touch(key)
        super().drop(key)

    def after(self, key: str) -> Iterator[Record]:
        """Kept and made-up records in the order of their keys."""
        start = self._number(f"{key[:8]}{_TAIL}") if key else -1
        if start is None:
            start = self._count - 1
        elif key and key < f"{key[:8]}{_TAIL}":
            start -= 1
        return merge(super().after(key), self._made(start + 1), key=_id)

    def since(self, version: int) -> Iterator[Record]:
        """Made-up records have the lowest versions; the first is 2, for readers begin after 1."""
        yield from self._made(version - 1)
        yield from super().since(version)

    def _made(self, start: int) -> Iterator[Record]:
        for number in range(max(0, start), self._count):
            if number not in self._touched:
                yield self._record(number)

    def _touch(self, key: str) -> None:
        number = self._number(key)
        if number is not None:
            self._touched.add(number)

    def _number(self, key: str) -> int | None:
        """Which made-up account has this key."""
        if not key.endswith(_TAIL):
            return None
        number = int(key[:8], 16)
        return number if number < self._count else None

    def _record(self, number: int) -> Record:
        vat = 400_000_000 + number
        return {
            "ID": f"{number:08x}{_TAIL}",
            "Code": padded_code(str(FIRST_CODE + number)),
            "Name": f"Generated Company {number} BV",
            "Status": "C" if number % 8 else "P",
            "IsSales": bool(number % 8),
            "VATNumber": f"BE0{vat // 100:07}{97 - vat // 100 % 97:02}",
            "AddressLine1": f"Kantoorlaan {number % 300 + 1}",
            "Postcode": str(1000 + number % 9000),
            "City": _CITIES[number % len(_CITIES)],
            "Country": "BE",
            "Email": f"info@company{number}.example",
            "Division": self._division,
            "Created": MADE,
            "Modified": MADE,
            "Timestamp": number + 2,
        }


def _id(record: Record) -> Any:
    return record["ID"]

"""Sales entries by the thousand, for whoever measures: the same ones for the same count."""

from collections.abc import Iterator, Sequence

from exact_client.sandbox.facts import Record

_DAYS = 28
_AMOUNTS = (19.99, 249.0, 12.5, 5.85, 1_450.0, 33.33, 0.49)


def made_up_entries(
    count: int, customers: Sequence[str], revenue: Sequence[str], *, month: str, journals: list[str]
) -> Iterator[Record]:
    """Yield `count` entries of three lines as POST takes them, spread over the days of a month."""
    for number in range(count):
        yield {
            "Customer": customers[number % len(customers)],
            "Journal": journals[number % len(journals)],
            "EntryDate": f"{month}-{number % _DAYS + 1:02}",
            "YourRef": f"GEN-{number:07}",
            "Description": f"Made-up invoice {number}",
            "SalesEntryLines": [
                {
                    "AmountFC": _AMOUNTS[(number + line) % len(_AMOUNTS)],
                    "GLAccount": revenue[(number + line) % len(revenue)],
                    "Description": f"Line {line + 1}",
                }
                for line in range(3)
            ],
        }

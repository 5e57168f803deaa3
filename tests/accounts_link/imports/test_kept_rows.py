"""Rows that are costly to read are read to the end once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from accounts_link.imports.kept_rows import KeptRows
from accounts_link.imports.shapes import Broken, Percent, Row

ROWS = [Row(1, ["a", Decimal("1.10")]), Row(2, [Percent(Decimal(21)), Broken("=1", "why")], "odd")]


def test_rows_are_read_anew_until_the_end_was_reached_and_never_again() -> None:
    read: list[int] = []

    def source() -> Iterator[Row]:
        for row in ROWS:
            read.append(row.line)
            yield row

    rows = KeptRows(source)

    assert list(islice(rows(), 1)) == ROWS[:1]
    assert list(rows()) == ROWS
    assert read == [1, 1, 2]
    assert list(islice(rows(), 1)) == ROWS[:1]
    assert list(rows()) == list(rows()) == ROWS
    assert read == [1, 1, 2]

"""Writing cells for a spreadsheet so that no text becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date | bool | None

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


def defused(value: str) -> str:
    """Return the text with a quote in front if a spreadsheet would take it for a formula."""
    return f"'{value}" if value.startswith(DANGEROUS) else value


def write_csv(rows: Iterable[Sequence[Value]], *, for_excel: bool = False) -> Iterator[bytes]:
    """Yield each row as a line of UTF-8, texts defused, numbers and days plain.

    `for_excel` writes what Excel opens by a double click in Belgium, the Netherlands, France and
    Germany: a byte order mark, semicolons, decimal commas.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if for_excel else ",")
    if for_excel:
        buffer.write(BOM)
    for row in rows:
        writer.writerow([_written(value, for_excel=for_excel) for value in row])
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()


def _written(value: Value, *, for_excel: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", "," if for_excel else ".")
    return value.isoformat() if isinstance(value, date) else str(value).upper()

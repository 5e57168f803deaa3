"""Zoho's query language, as text: whole where search lags behind, and in pages without a wall.

A condition joins two others at most, with brackets of its own; a list has 100 values at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from zoho_client.reading import wire_time

PAGE = 2_000  # rows of one call
SMALL_PAGE = 200  # rows that cost one credit
MOST_FIELDS = 500
MOST_VALUES = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")


def select(
    module: str,
    fields: Iterable[str],
    where: str = "id is not null",
    *,
    order: str = "id",
    limit: int = PAGE,
) -> str:
    """Return a query for these fields and the id. Raises ValueError for too many."""
    columns = list(dict.fromkeys(["id", *map(name, fields)]))
    if len(columns) > MOST_FIELDS:
        raise ValueError(f"Zoho answers {MOST_FIELDS} fields at most.")
    parts = ("select", ", ".join(columns), "from", name(module), "where", where)
    return " ".join((*parts, "order by", order, "limit", str(limit)))


def credits_of(limit: int) -> int:
    """Return what Zoho counts for a query that may answer so many rows."""
    return 1 if limit <= SMALL_PAGE else 2 if limit <= PAGE // 2 else 3


def one_of(field: str, values: Sequence[str]) -> str:
    """Return that `field` has one of these values. Raises ValueError for none or too many."""
    if not 0 < len(values) <= MOST_VALUES:
        raise ValueError(f"Zoho takes 1 to {MOST_VALUES} values at once.")
    return f"{name(field)} in ({', '.join(map(literal, values))})"


def both(first: str, second: str) -> str:
    """Return that both conditions hold."""
    return f"({first} and {second})"


def changed_after(moment: datetime, last_id: str) -> str:
    """Return what comes behind this record, in the order of change and id."""
    when = literal(wire_time(moment))
    later = f"Modified_Time > {when} or id > {literal(last_id)}"
    return f"(Modified_Time >= {when} and ({later}))"


def literal(text: str) -> str:
    """Return a text in quotes; quotes inside are doubled."""
    if "\n" in text or "\r" in text:
        raise ValueError("Zoho can't look for a text of several lines.")
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """Return the name of a field or module. Raises ValueError when it can't be one."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is no name of Zoho.")
    return text

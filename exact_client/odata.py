"""Exact's dialect of OData: how values are written in a filter, and how lists are wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from exact_client.errors import ExactUnexpectedError

CODE_WIDTH = 18  # Account.Code is right-aligned in 18 characters, in answers and in filters


def literal(value: str | int | UUID | date) -> str:
    """Return a value as it is written in `$filter`. A number is written as Int64."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, UUID):
        return f"guid'{value}'"
    if isinstance(value, datetime):
        return f"datetime'{value.replace(tzinfo=None).isoformat(timespec='seconds')}'"
    if isinstance(value, date):
        return f"datetime'{value.isoformat()}T00:00:00'"
    return f"{value}L"


def padded_code(code: str) -> str:
    """Return an account's code with the blanks without which Exact does not find it."""
    return code.strip().rjust(CODE_WIDTH)


def key(entity: str, record_id: UUID) -> str:
    """Return the address of one record, below its division."""
    return f"{entity}({literal(record_id)})"


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the address of the next ones."""

    rows: Sequence[msgspec.Raw]
    next: str | None = None


class _Results(msgspec.Struct):
    results: list[msgspec.Raw]
    next: str | None = msgspec.field(default=None, name="__next")


def page(d: msgspec.Raw) -> Page:
    """Return the rows of a list: a bare array after a small `$top`, otherwise an object.

    Raises ExactUnexpectedError for any other shape: it must never be taken for an empty list.
    """
    try:
        found = msgspec.json.decode(d, type=list[msgspec.Raw] | _Results)
    except msgspec.DecodeError as error:
        raise ExactUnexpectedError(f"Exact answered a list in an unknown shape: {error}") from None
    return Page(found) if isinstance(found, list) else Page(found.results, found.next)

"""Writing many rows, up to 100 in a call, and knowing of each what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from zoho_client.errors import ZohoError, ZohoUncertainError, ZohoUnexpectedError
from zoho_client.reading import anything, rows, wire_time
from zoho_client.records import Outcome
from zoho_client.transport import Call, Transport

BATCH = 100  # records of one call
ROWS_FOR_A_CREDIT = 10  # up to so many rows the call is a light one, too

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Write:
    """How rows are written: the call without them.

    `trigger` is sent empty, for otherwise every workflow of the organisation runs.
    """

    method: str
    path: str
    action: str = ""  # what it is to a row, when Zoho does not say
    more: Values = field(default_factory=lambda: {"trigger": []})
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str = "data"  # under which rows go, and their outcomes come
    size: int = BATCH  # rows of one call


def written(transport: Transport, how: Write, given: Sequence[Values]) -> list[Outcome]:
    """Write these rows and return what became of each, in the order given.

    Raises ZohoUncertainError with the rows whose answer was lost, or another ZohoError for rows
    that were not applied; in both, `done` holds the outcomes of all rows before them.
    """
    done: list[Outcome] = []
    for start in range(0, len(given), how.size):
        batch = given[start : start + how.size]
        try:
            done += _batch(transport, how, batch)
        except ZohoUncertainError as error:
            error.unsettled = tuple(range(start, start + len(batch)))
            error.done = done
            raise
        except ZohoError as error:
            error.done = done
            raise
    return done


def one(transport: Transport, how: Write, given: Values) -> Outcome:
    """Write one row."""
    return written(transport, how, [given])[0]


def outcomes(body: bytes, key: str, expected: int, action: str = "") -> list[Outcome]:
    """Read what became of each row. Raises ZohoUncertainError when it can't be told."""
    try:
        told = [Outcome.of(anything(raw), action) for raw in rows(body, key)]
    except ZohoUnexpectedError as error:
        raise ZohoUncertainError(f"What Zoho stored can't be told: {error}") from None
    if len(told) != expected:
        raise ZohoUncertainError(f"Zoho answered {len(told)} outcomes for {expected} rows.")
    return told


def sendable(value: Any) -> Any:
    """Return a value as Zoho wants it: times in whole seconds, with an offset."""
    if isinstance(value, datetime):
        return wire_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: sendable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [sendable(inner) for inner in value]
    return value


def _batch(transport: Transport, how: Write, batch: Sequence[Values]) -> list[Outcome]:
    call = Call(
        how.method,
        how.path,
        how.params,
        {how.key: sendable(batch), **how.more},
        how.headers,
        credits=-(-len(batch) // ROWS_FOR_A_CREDIT),
        is_heavy=len(batch) > ROWS_FOR_A_CREDIT,
    )
    return outcomes(transport.tell(call), how.key, len(batch), how.action)

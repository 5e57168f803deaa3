"""How lists and single records are asked for, whatever they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from exact_client.budget import Lane
from exact_client.errors import ExactUncertainError, ExactUnexpectedError
from exact_client.odata import literal
from exact_client.reading import OnOdd, Record, read, read_all
from exact_client.transport import Transport

RecordT = TypeVar("RecordT", bound=Record)


class Questions:
    """The way to one division, and what becomes of a record that does not fit."""

    def __init__(self, transport: Transport, on_odd: OnOdd | None = None) -> None:
        self._transport = transport
        self._on_odd = on_odd

    def _list(self, cls: type[RecordT], path: str, where: str = "") -> Iterator[RecordT]:
        params = select(cls) | ({"$filter": where} if where else {})
        for page in self._transport.pages(path, params):
            yield from read_rows(cls, page.rows, self._on_odd)

    def _since(self, cls: type[RecordT], path: str, timestamp: int) -> Iterator[RecordT]:
        return self._list(cls, path, f"Timestamp gt {literal(timestamp)}")

    def _all(self, cls: type[RecordT], path: str, where: str) -> list[RecordT]:
        """Return a whole list or raise: what is missed here would be made a second time."""
        params = select(cls) | {"$filter": where}
        pages = self._transport.pages(path, params, Lane.LOOKUP)
        return [record for page in pages for record in read_rows(cls, page.rows, None)]


def read_rows(
    cls: type[RecordT], rows: Sequence[msgspec.Raw], on_odd: OnOdd | None
) -> Iterator[RecordT]:
    """Yield the records of a page. Raises ExactUnexpectedError where nobody hears of an odd one."""
    try:
        yield from read_all(cls, rows, on_odd)
    except msgspec.ValidationError as error:
        raise ExactUnexpectedError(f"Exact answered an unreadable record: {error}") from None


def created(cls: type[RecordT], d: msgspec.Raw) -> RecordT:
    """Return what was made. Raises ExactUncertainError when the answer does not tell."""
    try:
        return read(cls, d)
    except msgspec.ValidationError as error:
        raise ExactUncertainError(
            f"Exact's answer to a create does not tell what was made: {error}"
        ) from None


def select(cls: type[Record]) -> dict[str, str]:
    """Return the option that asks for the properties of a record and no others."""
    return {"$select": ",".join(cls.FIELDS)}


def folded(reference: str | None) -> str:
    """Return a reference as Exact compares it: case and outer blanks do not count."""
    return (reference or "").strip().casefold()

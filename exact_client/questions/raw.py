"""Any properties of a record by Exact's own names, for mappings that an administrator edits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from exact_client import odata
from exact_client.errors import ExactUnexpectedError
from exact_client.odata import literal
from exact_client.properties import Entity, described
from exact_client.questions.base import Questions
from exact_client.reading import OddRecord, moment

# Times of day; the other dates are days.
MOMENTS = frozenset({"Created", "Modified"})
_UNCHANGEABLE = {"Accounts": "Code", "Items": "Code"}
_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
# Of a list of invoices with their lines: what a line has besides what invoices have as well.
_OF_A_LINE = {
    "ID": "Guid",
    "LineNumber": "Int32",
    "Item": "Guid",
    "ItemCode": "String",
    "Description": "String",
    "Quantity": "Double",
    "UnitCode": "String",
    "UnitPrice": "Double",
    "Discount": "Double",
    "NetPrice": "Double",
    "AmountFC": "Double",
    "VATAmountFC": "Double",
    "VATCode": "String",
    "VATPercentage": "Double",
    "GLAccount": "Guid",
    "SalesOrder": "Guid",
}
# What a feed of changes has, and the records themselves have not.
_BESIDES = {"SalesInvoices": _OF_A_LINE, "SalesOrders": {"ID": "Guid"}}


class RawQuestions(Questions):
    """Records as dictionaries: texts trimmed, None for empty ones; amounts as Decimal."""

    def raw_changes(
        self, entity: str, properties: Collection[str], timestamp: int
    ) -> Iterator[dict[str, Any]]:
        """Yield these properties of what changed after `timestamp`, with the key and `Timestamp`.

        `entity` is one of ENTITIES. The rows of SalesInvoices are headers (`LineNumber` 0) and
        lines, with all that a line has; those of SalesOrders are headers alone, with the `ID` by
        which a deletion may name them: their lines have a feed of their own. Days are dates,
        `Created` and `Modified` datetimes of Exact's wall clock, GUIDs UUIDs. Raises ValueError
        for a property that the feed of changes does not have.
        """
        about = described(entity)
        missing = [name for name in properties if not _in_sync(about, name)]
        if missing:
            raise ValueError(f"{about.sync} does not have {', '.join(sorted(missing))}.")
        besides = _BESIDES.get(entity, {})
        names = list(dict.fromkeys([about.key, *besides, "Timestamp", *properties]))
        where = {"$filter": f"Timestamp gt {literal(timestamp)}"}
        for page in self._transport.pages(about.sync, {"$select": ",".join(names)} | where):
            for row in page.rows:
                yield from self._typed(about, names, row)

    def raw(
        self, entity: str, record_id: UUID, properties: Collection[str]
    ) -> dict[str, Any] | None:
        """Return these properties of one record with its key, or None when it is gone."""
        about = described(entity)
        names = list(dict.fromkeys([about.key, *properties]))
        params = {
            "$select": ",".join(names),
            "$filter": f"{about.key} eq {literal(record_id)}",
        }
        rows = odata.page(self._transport.get(about.path, params)).rows
        return next((_read(about, names, row) for row in rows), None)

    def update(self, entity: str, record_id: UUID, fields: Mapping[str, Any]) -> None:
        """Change these properties of one record and no others. May be repeated.

        `Code` is refused here: Exact takes even an unchanged one for a double.
        """
        if _UNCHANGEABLE.get(entity) in fields:
            raise ValueError("Exact refuses Code in a change, even an unchanged one.")
        self._transport.put(odata.key(described(entity).path, record_id), fields)

    def _typed(self, about: Entity, names: list[str], row: msgspec.Raw) -> Iterator[dict[str, Any]]:
        try:
            yield _read(about, names, row)
        except ExactUnexpectedError as error:
            if self._on_odd is None:
                raise
            self._on_odd(OddRecord(about.path.rpartition("/")[2], bytes(row), str(error)))


def _in_sync(about: Entity, name: str) -> bool:
    found = about.properties.get(name)
    return found is not None and found.in_sync


def _read(about: Entity, names: list[str], row: msgspec.Raw) -> dict[str, Any]:
    found = _decoder.decode(row)
    try:
        return {name: _value(about, name, found[name]) for name in names}
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise ExactUnexpectedError(f"Exact answered an unreadable record: {error!r}") from None


def _value(about: Entity, name: str, value: Any) -> Any:
    if value is None:
        return None
    known = about.properties.get(name)
    type_ = known.type if known else _OTHERS[name]
    if type_ == "DateTime":
        when = moment(value)
        return when if name in MOMENTS else when.date()
    return _READERS[type_](value)


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        raise TypeError(f"Expected a text, got {value!r}")
    return value.strip() or None


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _number(value: Any) -> int:
    return int(value)


def _flag(value: Any) -> bool:
    if value in (True, False):
        return bool(value)
    raise TypeError(f"Expected true or false, got {value!r}")


_OTHERS = {"Timestamp": "Int64", **_OF_A_LINE}
_READERS: dict[str, Callable[[Any], str | Decimal | int | bool | UUID | date | datetime | None]] = {
    "String": _text,
    "Binary": _text,
    "Guid": UUID,
    "Boolean": _flag,
    "Byte": _number,
    "Int16": _number,
    "Int32": _number,
    "Int64": _number,
    "Double": _decimal,
}

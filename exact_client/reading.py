"""From Exact's JSON to frozen values: trimmed and typed.

Times are Exact's local wall clock (that of the company, Amsterdam or Brussels or Paris), although
the wire writes them as if they were UTC: they come as naive values and must not be converted.
"""

from __future__ import annotations

import re
from abc import ABCMeta
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

if TYPE_CHECKING:
    Padded = str
    LocalDate = date
    LocalTime = datetime
else:
    # msgspec hands these to our hook; the values themselves are plain str, date and datetime.
    Padded = ABCMeta("Padded", (), {})  # Exact pads with blanks: "               555", "FR "
    LocalDate = ABCMeta("LocalDate", (), {})
    LocalTime = ABCMeta("LocalTime", (), {})
    Padded.register(str)
    LocalDate.register(date)
    LocalTime.register(datetime)

UPPER_CASE = {"id", "hid", "vat", "gl", "ar", "dc", "fc", "hr"}


def exact_name(field: str) -> str:
    """Return Exact's name of one of our fields: `vat_number` is `VATNumber`."""
    words = field.split("_")
    return "".join(word.upper() if word in UPPER_CASE else word.capitalize() for word in words)


class Record(msgspec.Struct, frozen=True, kw_only=True, rename=exact_name):
    """Anything that Exact sends. Properties that we do not name are ignored."""

    FIELDS: ClassVar[tuple[str, ...]] = ()  # Exact's names, for $select


RecordT = TypeVar("RecordT", bound=Record)


def named(cls: type[RecordT]) -> type[RecordT]:
    """Note Exact's names of the fields of a record."""
    cls.FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(cls))
    return cls


@dataclass(frozen=True)
class OddRecord:
    """A record of Exact that did not fit: kept as it came, so that it can be shown and mended."""

    kind: str
    raw: bytes
    reason: str


OnOdd = Callable[[OddRecord], None]

_WIRE_TIME = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: the wire holds a wall clock


def read(cls: type[RecordT], raw: bytes | msgspec.Raw) -> RecordT:
    """Return the record in this JSON. Raises msgspec.ValidationError when it does not fit."""
    record: RecordT = _decoder(cls).decode(raw)
    return record


def read_all(
    cls: type[RecordT], rows: Iterable[msgspec.Raw], on_odd: OnOdd | None
) -> Iterator[RecordT]:
    """Yield the records that fit; hand each of the others to `on_odd`.

    Raises msgspec.ValidationError for a record that does not fit and nobody wants to hear of.
    """
    for row in rows:
        try:
            record = read(cls, row)
        except msgspec.ValidationError as error:
            if on_odd is None:
                raise
            on_odd(OddRecord(cls.__name__.removesuffix("Record"), bytes(row), str(error)))
        else:
            yield record


@cache
def _decoder(cls: type[RecordT]) -> msgspec.json.Decoder[RecordT]:
    # Not strict: Int64 comes as a string and Byte flags as 0 and 1.
    return msgspec.json.Decoder(cls, strict=False, dec_hook=_from_wire)


def _from_wire(kind: type, value: Any) -> Any:
    if not isinstance(value, str):
        raise TypeError(f"Expected a text, got {type(value).__name__}")
    if kind is Padded:
        return value.strip()
    when = moment(value)
    return when.date() if kind is LocalDate else when


def moment(value: str) -> datetime:
    """Return a time of the wire. Raises ValueError for a text that is none."""
    if found := _WIRE_TIME.fullmatch(value):
        return _EPOCH + timedelta(milliseconds=int(found[1]))
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        raise ValueError("Expected /Date(milliseconds)/") from None

"""From Zoho's JSON to frozen values: ids as texts, numbers exact, times with their offset.

Zoho writes times with the offset of the connected user, to the second. Numbers with a point become
Decimal; ids are longer than a float can hold, and come as texts already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from zoho_client.errors import ZohoUnexpectedError

RecordT = TypeVar("RecordT", bound="Record")
Json = dict[str, Any]
IDS = {"id", "channel_id", "zgid"}

_ANYTHING = msgspec.json.Decoder(float_hook=Decimal)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that Zoho sends in a known shape. Keys that we do not name are ignored."""


def rows(body: bytes | msgspec.Raw | None, key: str) -> list[msgspec.Raw]:
    """Return the list under `key`; none where there was no body (204 and 304).

    Raises ZohoUnexpectedError when the body holds no such list.
    """
    if not body:
        return []
    try:
        held = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return msgspec.json.decode(held[key], type=list[msgspec.Raw])
    except KeyError:
        raise ZohoUnexpectedError(f"Zoho's answer holds no {key!r}.") from None
    except msgspec.DecodeError as error:
        raise ZohoUnexpectedError(f"Zoho answered in an unknown shape: {error}") from None


def within(body: bytes | None, key: str) -> bytes | msgspec.Raw | None:
    """Return what stands under `key`, as JSON. Raises ZohoUnexpectedError when nothing does."""
    if not body:
        return None
    try:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw])[key]
    except (KeyError, msgspec.DecodeError):
        raise ZohoUnexpectedError(f"Zoho's answer holds no {key!r}.") from None


def read(cls: type[RecordT], raw: msgspec.Raw | bytes) -> RecordT:
    """Return the record in this JSON. Raises ZohoUnexpectedError when it does not fit."""
    return convert(cls, anything(raw))


def convert(cls: type[RecordT], held: object) -> RecordT:
    """Return the record in this value. Raises ZohoUnexpectedError when it does not fit."""
    try:
        # Not strict: numbers may come as texts.
        return msgspec.convert(_tidy(held), cls, strict=False)
    except msgspec.ValidationError as error:
        name = cls.__name__.removesuffix("Record")
        raise ZohoUnexpectedError(f"Zoho answered an unreadable {name}: {error}") from None


def read_all(cls: type[RecordT], found: Iterable[msgspec.Raw]) -> list[RecordT]:
    """Return the records in these. Raises ZohoUnexpectedError when one does not fit."""
    return [read(cls, raw) for raw in found]


def anything(raw: msgspec.Raw | bytes) -> Json:
    """Return a JSON object as it is, with exact numbers. Raises ZohoUnexpectedError."""
    try:
        value = _ANYTHING.decode(raw)
    except msgspec.DecodeError as error:
        raise ZohoUnexpectedError(f"Zoho's answer can't be read: {error}") from None
    if not isinstance(value, dict):
        raise ZohoUnexpectedError("Zoho answered something else where a record is due.")
    return value


def moment(value: object) -> datetime | None:
    """Return a time of Zoho in UTC; None for nothing. Raises ZohoUnexpectedError."""
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ZohoUnexpectedError(f"Zoho wrote {str(value)[:40]!r} where a time is due.")
    return found.astimezone(UTC)


def wire_time(when: datetime) -> str:
    """Return a time as Zoho wants it: whole seconds, with an offset. Raises ValueError."""
    if when.tzinfo is None:
        raise ValueError("A time without a zone can't be told to Zoho.")
    return when.astimezone(UTC).isoformat(timespec="seconds")


def id_of(value: object) -> str:
    """Return the id in a reference such as `{"id": "…", "name": "…"}`, or nothing."""
    found = value.get("id") if isinstance(value, Mapping) else None
    return str(found) if found else ""


def _tidy(value: Any) -> Any:
    """Leave out what is null, which means the same as absent, and make texts of all ids."""
    if isinstance(value, dict):
        kept = {key: _tidy(inner) for key, inner in value.items() if inner is not None}
        ids = {key: str(kept[key]) for key in kept.keys() & IDS}
        return kept | ids
    return [_tidy(inner) for inner in value] if isinstance(value, list) else value

"""How values look on the wire: padding, dates, numbers as text, and the way back."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from exact_client.sandbox.clock import ms_of, wall_of
from exact_client.sandbox.facts import Entity, Property, Record
from exact_client.sandbox.messages import problem

CODE_WIDTH = 18
FIRST_YEAR, LAST_YEAR = 1753, 9998  # what a date of the database behind Exact can hold
GREATEST = 1e15  # beyond it an amount has no cents any more
_ACCOUNT_CODES = frozenset({"AccountCode", "CustomerCode", "DivisionCustomerCode"})
_CODED_BY_ACCOUNT = ("Accounts", "Contacts")
_LEFT = {"Country": 3, "Language": 10, "VATCode": 3, "SalesVATCode": 3, "PurchaseVATCode": 3}
_LEFT_HERE = {
    ("current/Me", "Language"): 0,
    ("logistics/Items", "SalesVatCode"): 3,
    ("logistics/Items", "Unit"): 8,
    ("sync/Logistics/Items", "SalesVatCode"): 3,
    ("sync/Logistics/Items", "Unit"): 8,
    ("system/Divisions", "Legislation"): 3,
    ("vat/VATCodes", "Code"): 3,
}
Spell = Callable[[Any], Any]
_WHOLE = {"Byte": (0, 255), "Int16": (-(2**15), 2**15 - 1), "Int32": (-(2**31), 2**31 - 1)}
_DATE = re.compile(r"/Date\((-?\d+)\)/")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def padded_code(code: str) -> str:
    """An account's code as Exact keeps it: right-aligned in 18 places."""
    return code.strip().rjust(CODE_WIDTH)


def _padding(entity: Entity, name: str) -> Callable[[str], str] | None:
    if name in _ACCOUNT_CODES or (name == "Code" and entity.path.endswith(_CODED_BY_ACCOUNT)):
        return padded_code if not entity.path.endswith("GLAccounts") else None
    width = _LEFT_HERE.get((entity.path, name), _LEFT.get(name))
    return (lambda text: text.ljust(width)) if width else None


def _as_date(ms: int) -> str:
    return f"/Date({ms})/"


def formats(entity: Entity, names: Iterable[str]) -> list[tuple[str, Any, Spell | None]]:
    """For each named property: its name, its default and what turns its value into JSON, if any."""
    return [(name, entity.properties[name].default, _format(entity, name)) for name in names]


def _format(entity: Entity, name: str) -> Spell | None:
    type_ = entity.properties[name].type
    if type_ == "DateTime":
        return _as_date
    if type_ == "Int64":
        return str
    return _padding(entity, name) if type_ == "String" else None


def wire_value(entity: Entity, record: Record, name: str) -> Any:
    """One value as it stands in an answer."""
    value = entity.value(record, name)
    spell = _format(entity, name)
    return value if value is None or spell is None else spell(value)


def read_value(prop: Property, value: object) -> Any:
    """Read a value from a payload; 400 in Exact's words when it has the wrong type."""
    if value is None:
        return None
    try:
        return _READERS[prop.type](prop, value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise problem(
            400,
            "Error processing request stream. Error encountered in converting the value from "
            f"request payload for property '{prop.name}' to type '{prop.type}', which is the "
            "property's expected type. See inner exception for more detail.",
        ) from None


def read_date(text: str) -> int:
    """Milliseconds of a date as callers write it; what is behind the seconds' zone is dropped."""
    if found := _DATE.fullmatch(text):
        wall = wall_of(int(found[1]))
    else:
        wall = datetime.fromisoformat(text)
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise ValueError(text)
    return ms_of(wall.astimezone(UTC) if wall.tzinfo else wall)


def _text(_prop: Property, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _binary(prop: Property, value: object) -> str:
    text = _text(prop, value)
    b64decode(text, validate=True)
    return text


def _guid(_prop: Property, value: object) -> str:
    return str(UUID(_text(_prop, value)))


def _boolean(_prop: Property, value: object) -> bool:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    text = str(Decimal(str(value)).normalize().__format__("f"))
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return text


def _whole(prop: Property, value: object) -> int:
    low, high = _WHOLE.get(prop.type, (-(2**63), 2**63 - 1))
    number = int(_number_text(value))
    if not low <= number <= high:
        raise ValueError
    return number


def _double(_prop: Property, value: object) -> float:
    number = float(_number_text(value))
    if abs(number) > GREATEST:
        raise OverflowError
    return number


def _date(_prop: Property, value: object) -> int:
    return read_date(_text(_prop, value))


_READERS: dict[str, Callable[[Property, object], Any]] = {
    "String": _text,
    "Binary": _binary,
    "Guid": _guid,
    "Boolean": _boolean,
    "Byte": _whole,
    "Int16": _whole,
    "Int32": _whole,
    "Int64": _whole,
    "Double": _double,
    "DateTime": _date,
}

"""Values in their canonical form: what two systems write differently and mean alike is equal."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

from sync.rules.parties import letters_and_digits
from sync.rules.zoho.country_names import country_code

Value = str | int | float | Decimal | bool | date | Mapping[str, object] | None


class UnreadableError(ValueError):
    """A value that does not have the form of its type; the message is fit to show to a user."""


class FieldType(StrEnum):
    """What a field holds; it decides when two values are equal."""

    TEXT = "text"
    CHOICE = "choice"  # one of a list, by its words
    EMAIL = "email"
    PHONE = "phone"
    WEBSITE = "website"
    COUNTRY = "country"
    VAT = "vat"  # a VAT number, however it is punctuated
    AMOUNT = "amount"  # money, two places
    NUMBER = "number"  # four places
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"  # a date with its time
    LOOKUP = "lookup"  # another record, as the key of its pair


def typed(value: Value, kind: FieldType) -> Value:
    """Return a value as its type has it, ready to be written; None when there is nothing.

    Text is trimmed and "" is nothing; a box that nobody ticked is False; an amount has two
    places, rounded half-up.

    Raises UnreadableError.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return False if kind is FieldType.BOOLEAN else None
    try:
        return _READERS.get(kind, _text)(value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise UnreadableError(f"“{value}” is no {_NAMES.get(kind, kind.value)}.") from None


def canonical(value: Value, kind: FieldType) -> str | None:
    """Return the text under which all ways to write a value are one; None when there is nothing.

    The result is fit to be kept as JSON. Raises UnreadableError.
    """
    found = typed(value, kind)
    if found is None:
        return None
    return _FORMS.get(kind, str)(found) or None


def equal(one: Value, other: Value, kind: FieldType) -> bool:
    """Tell whether two values mean the same. Raises UnreadableError."""
    return canonical(one, kind) == canonical(other, kind)


# --- Reading -----------------------------------------------------------------------------------

_NAMES = {
    FieldType.AMOUNT: "amount",
    FieldType.BOOLEAN: "yes or no",
    FieldType.MOMENT: "date with a time",
    FieldType.LOOKUP: "record",
}
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
_NOTHING_CHOSEN = "-none-"  # as Zoho shows a list that is left alone
_WHOLE_DAY = 10  # letters of 2026-11-22


def _text(value: Value) -> str | None:
    if isinstance(value, Mapping):
        raise TypeError("a record is no text")
    text = str(value)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip() or None


def _choice(value: Value) -> str | None:
    text = _text(value)
    return None if text is None or text.casefold() == _NOTHING_CHOSEN else text


def _decimal(value: Value, places: str) -> Decimal:
    if isinstance(value, date | Mapping) or value is None:
        raise TypeError("no number")
    number = Decimal(str(value).strip())
    if not number.is_finite():
        raise ValueError("no number")
    return number.quantize(Decimal(places), ROUND_HALF_UP) + 0


def _boolean(value: Value) -> bool:
    word = str(value).strip().casefold()
    if word in {"0.0", "1.0"}:
        word = word[0]
    if word not in _YES | _NO:
        raise ValueError("neither yes nor no")
    return word in _YES


def _date(value: Value) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:_WHOLE_DAY])


def _moment(value: Value) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a time of nowhere")
    return moment.replace(microsecond=0)


def _lookup(value: Value) -> str | None:
    return _text(str(value["id"])) if isinstance(value, Mapping) and "id" in value else _text(value)


_READERS: dict[FieldType, Callable[[Value], Value]] = {
    FieldType.CHOICE: _choice,
    FieldType.AMOUNT: lambda value: _decimal(value, "0.01"),
    FieldType.NUMBER: lambda value: _decimal(value, "0.0001"),
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.MOMENT: _moment,
    FieldType.LOOKUP: _lookup,
}

# --- Comparing ---------------------------------------------------------------------------------

_SCHEME = re.compile(r"^[a-z]+://", re.IGNORECASE)


def _phone_form(value: Value) -> str:
    """Keep what is dialled: 0032 is +32, and a (0) between country and number is not dialled."""
    dialled = re.sub(r"[^\w+]", "", str(value).replace("(0)", "")).replace("_", "")
    return re.sub(r"^00", "+", dialled).casefold() or str(value)


def _website_form(value: Value) -> str:
    host, slash, path = _SCHEME.sub("", str(value)).partition("/")
    return f"{host.casefold()}{slash}{path}".rstrip("/") or str(value)


def _moment_form(value: Value) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


_FORMS: dict[FieldType, Callable[[Value], str]] = {
    FieldType.EMAIL: lambda value: str(value).casefold(),
    FieldType.PHONE: _phone_form,
    FieldType.WEBSITE: _website_form,
    FieldType.COUNTRY: lambda value: country_code(str(value)) or str(value).casefold(),
    FieldType.VAT: lambda value: letters_and_digits(str(value)) or str(value),
    FieldType.NUMBER: lambda value: f"{value:f}",
    FieldType.AMOUNT: lambda value: f"{value:f}",
    FieldType.BOOLEAN: lambda value: str(value).lower(),
    FieldType.MOMENT: _moment_form,
}

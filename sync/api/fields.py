"""What one field of a request may hold: the same readings as in files, told as JSON schema."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)

from accounts_link.imports import cells
from accounts_link.imports.countries import country

ZERO = Decimal(0)
AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(E[+-]?[0-9]{1,2})?", re.ASCII | re.IGNORECASE)
MOST_BYTES_OF_A_FILE = 10 * 2**20


def _day(value: object) -> date:
    """Take a day as ISO writes it, and nothing that has to be guessed."""
    if not isinstance(value, str) or not cells.YEAR_FIRST.fullmatch(value) or value[4:5] != "-":
        raise ValueError("is not a day; write it like 2026-09-23.")
    return cells.day(value)


def _amount(value: object) -> Decimal:
    """Take a JSON number, or the same as a text with a point."""
    text = "" if isinstance(value, bool) else str(value)
    if not isinstance(value, int | Decimal | str) or not AMOUNT.fullmatch(text):
        raise ValueError("is not an amount; write it like 1234.56.")
    found = Decimal(text)
    return found.quantize(Decimal(1)) if found == found.to_integral() else found.normalize()


def _file(value: object) -> bytes:
    """Take a file as base64."""
    if not isinstance(value, str) or len(value) > 4 * MOST_BYTES_OF_A_FILE // 3 + 4:
        raise ValueError(f"is no base64 of at most {MOST_BYTES_OF_A_FILE // 2**20} MB.")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64 (RFC 4648, section 4); encode the file anew.") from None


def _pdf(content: bytes) -> bytes:
    if not content.startswith(b"%PDF-"):
        raise ValueError("is not a PDF.")
    return content


def _pattern(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


def _amount_schema(example: str) -> WithJsonSchema:
    """A number or a text: a number of many languages is binary, and a text is exact."""
    return WithJsonSchema({"type": ["number", "string"], "examples": [example]})


def _trimmed(most: int, least: int = 0) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


def _line(most: int) -> AfterValidator:
    return AfterValidator(partial(cells.text, most=most))


def _code(most: int) -> AfterValidator:
    return AfterValidator(partial(cells.identifier, most=most))


def _empty_or(read: Any) -> AfterValidator:
    return AfterValidator(lambda value: read(value) if value else "")


Code20 = Annotated[str, _trimmed(20), _code(20)]
Code30 = Annotated[str, _trimmed(30), _code(30)]
Code40 = Annotated[str, _trimmed(40), _code(40)]
Code60 = Annotated[str, _trimmed(60), _code(60)]
Line20 = Annotated[str, _trimmed(20), _line(20)]
Line30 = Annotated[str, _trimmed(30), _line(30)]
Line60 = Annotated[str, _trimmed(60), _line(60)]
Line100 = Annotated[str, _trimmed(100), _line(100)]
Line150 = Annotated[str, _trimmed(150), _line(150)]
Line200 = Annotated[str, _trimmed(200), _line(200)]
Text200 = Annotated[str, _trimmed(200), AfterValidator(partial(cells.paragraph, most=200))]
CustomerNumber = Annotated[str, _trimmed(30, 1), _code(30)]
DocumentNumber = Annotated[str, _trimmed(60, 1), _code(60)]
Name = Annotated[str, _trimmed(200, 1), _line(200)]
Country = Annotated[str, _trimmed(2, 2), AfterValidator(country), _pattern("^[A-Za-z]{2}$", "BE")]
Currency = Annotated[
    str, _trimmed(3, 3), AfterValidator(cells.currency), _pattern("^[A-Za-z]{3}$", "EUR")
]
Email = Annotated[str, _trimmed(254), _empty_or(cells.email)]
Emails = Annotated[
    list[Annotated[str, _trimmed(254, 1), AfterValidator(cells.email)]], Field(max_length=20)
]
PaymentReference = Annotated[str, _trimmed(40), _empty_or(cells.structured_reference)]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-09-23"]}),
]
Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(max_digits=14, decimal_places=2),
    _amount_schema("338.63"),
]
Price = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(max_digits=14, decimal_places=4),
    _amount_schema("139.93"),
]
Percentage = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(ge=0, le=100, decimal_places=4),
    WithJsonSchema(
        {"type": ["number", "string"], "minimum": 0, "maximum": 100, "examples": ["21"]}
    ),
]
YesNo = StrictBool
PDF = Annotated[
    bytes,
    BeforeValidator(_file),
    AfterValidator(_pdf),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]

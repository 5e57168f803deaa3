"""What texts must look like: e-mail, phone, website, dates and numbers, as Zoho checks them."""

import re
from datetime import date
from typing import Any

from zoho_client.sandbox.clock import moment_of, time_text

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,22}")
PHONE = re.compile(r"(?=.*\d)[+]?[\d\s().;#,/-]+(?:ext\.?\s?\d+)?")
WEBSITE = re.compile(r"(https?://|ftp://)?(www\.)?[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"-?\d{1,16}(\.\d{1,9})?")
WHOLE = re.compile(r"-?\d{1,9}")
LONG = re.compile(r"-?\d{1,18}")


def is_day(value: Any) -> bool:
    """Whether a value is a date that exists, as yyyy-MM-dd."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def moment(value: Any) -> str | None:
    """A time with an offset as Zoho keeps it, in whole seconds; None when it is no such time."""
    try:
        return time_text(moment_of(value))
    except (ValueError, TypeError, AttributeError):
        return None


def decimal(value: Any) -> float | None:
    """A number of up to 16 digits before the point and 9 behind it; a text may hold it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = value if isinstance(value, str) else f"{value:.9f}".rstrip("0").rstrip(".")
    return float(text) if NUMBER.fullmatch(text) else None


def whole(value: Any) -> int | None:
    """A whole number of up to nine digits."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return int(value) if WHOLE.fullmatch(str(value)) else None

"""What one cell means: texts, dates, truths, choices, e-mail addresses and payment references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts_link.imports.headings import plain
from accounts_link.imports.shapes import Cell, CellError

# Texts

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
EXCELS_DIGITS = Decimal(10) ** 15
SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+")


def text(cell: Cell, *, most: int) -> str:
    """Return one line of at most `most` characters, its ends trimmed and its spaces single.

    What begins like a formula or a tag is text as any other. Raises CellError.
    """
    if isinstance(cell, str) and re.search(r"[\r\n]", cell.strip()):
        raise CellError("holds a line break; write it on one line.")
    return paragraph(cell, most=most)


def paragraph(cell: Cell, *, most: int) -> str:
    """Return a text as `text` does; line breaks become spaces."""
    if isinstance(cell, datetime):
        raise CellError("was turned into a date by Excel; format it as text and type it anew.")
    found = " ".join(_written(cell).split())
    if control := CONTROL.search(found):
        raise CellError(f"holds the control character U+{ord(control[0]):04X}; remove it.")
    if len(found) > most:
        raise CellError(f"has {len(found)} characters; at most {most} fit.")
    return found


def identifier(cell: Cell, *, most: int) -> str:
    """Return a number or code that must come through to the letter. Raises CellError."""
    found = text(cell, most=most)
    shortened = isinstance(cell, Decimal) and abs(cell) >= EXCELS_DIGITS
    if shortened or SHORTENED.fullmatch(found):
        raise CellError(f"“{found}” was shortened by Excel; format the column as text.")
    return found


def _written(cell: Cell) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


# Choices

YES = {"true", "yes", "y", "1", "ja", "j", "waar", "oui", "o", "vrai", "wahr"}
NO = {"false", "no", "n", "0", "nee", "neen", "onwaar", "non", "faux", "nein", "falsch"}


def boolean(cell: Cell) -> bool:
    """Return yes or no, in four languages. Raises CellError."""
    if isinstance(cell, bool):
        return cell
    word = _written(cell).strip().casefold()
    if word not in YES | NO:
        raise CellError(f"“{cell}” is neither TRUE nor FALSE.")
    return word in YES


def choice(cell: Cell, words: Mapping[str, str]) -> str:
    """Return what the cell stands for in `words`, whose keys are plain words. Raises CellError."""
    found = words.get(plain(_written(cell)))
    if found is None:
        raise CellError(f"“{cell}” is unknown; use {_one_of(words)}.")
    return found


def currency(cell: Cell) -> str:
    """Return the three letters of a currency. Raises CellError."""
    found = _written(cell).strip().upper()
    if not re.fullmatch("[A-Z]{3}", found):
        raise CellError(f"“{cell}” is not a currency; use its three letters, such as EUR.")
    return found


def position(cell: Cell) -> int:
    """Return the number of a line, from 1. Raises CellError."""
    written = _written(cell).strip()
    if not re.fullmatch("[1-9][0-9]{0,3}", written):
        raise CellError(f"“{cell}” is not a line number; lines count 1, 2, 3 and on.")
    return int(written)


def _one_of(words: Mapping[str, str]) -> str:
    *first, last = dict.fromkeys(words.values())
    return f"{', '.join(first)} or {last}" if first else last


# Dates

MONTHS = 12
SERIAL_DAYS = range(20_000, 80_001)  # 1954-10-03 to 2119-01-11
SERIAL_EPOCH = date(1899, 12, 30)  # Excel's day 0, as it counts from March 1900 on
TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}})([-/.])(?P<m>\d{{1,2}})\2(?P<d>\d{{1,2}}){TIME}", re.ASCII)
DAY_FIRST = re.compile(rf"(?P<d>\d{{1,2}})([-/.])(?P<m>\d{{1,2}})\2(?P<y>\d{{4}}){TIME}", re.ASCII)
TWO_DIGIT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}", re.ASCII)


def day(cell: Cell, *, month_first_on: int = 0) -> date:
    """Return the day: ISO, day first, or Excel's own.

    `month_first_on` is the line where this column holds a day that is surely month first: with
    it, a day that could be either is refused. Raises CellError.
    """
    found = _day(cell, month_first_on)
    if (found - SERIAL_EPOCH).days not in SERIAL_DAYS:
        raise CellError(f"“{cell}” is not a day of this age.")
    return found


def is_month_first(cell: Cell) -> bool:
    """Whether the cell is a day that only makes sense with its month first."""
    match = DAY_FIRST.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return match is not None and int(match["m"]) > MONTHS >= int(match["d"])


def _day(cell: Cell, month_first_on: int) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    written = _written(cell).strip()
    if match := YEAR_FIRST.fullmatch(written):
        return _calendar(cell, match)
    if match := DAY_FIRST.fullmatch(written):
        _refuse_month_first(cell, match, month_first_on)
        return _calendar(cell, match)
    if TWO_DIGIT_YEAR.fullmatch(written):
        raise CellError(f"“{cell}” has a year of two digits; write four.")
    if re.fullmatch(r"\d{5}(?:[.,]0+)?", written, re.ASCII):
        return SERIAL_EPOCH + timedelta(days=int(written[:5]))
    raise CellError(f"“{cell}” is not a date; write it like 2026-09-23 or 23/09/2026.")


def _refuse_month_first(cell: Cell, match: re.Match[str], month_first_on: int) -> None:
    if is_month_first(cell):
        raise CellError(f"“{cell}” has its month first; write it like 2026-09-23 or 23/09/2026.")
    if month_first_on and int(match["d"]) <= MONTHS and int(match["d"]) != int(match["m"]):
        raise CellError(
            f"“{cell}” is ambiguous: line {month_first_on} has its month first, so this could be"
            " either; write it like 2026-09-23."
        )


def _calendar(cell: Cell, match: re.Match[str]) -> date:
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        raise CellError(f"“{cell}” is not in the calendar.") from None


# Addresses of e-mail

ADDRESS = re.compile(r"[^\s@,;<>\"()]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")


def email(cell: Cell) -> str:
    """Return one e-mail address. Raises CellError."""
    found = text(cell, most=254)
    if not ADDRESS.fullmatch(found):
        raise CellError(f"“{found}” is not an e-mail address.")
    return found


def emails(cell: Cell, *, most: int) -> tuple[str, ...]:
    """Return the addresses of a list separated by semicolons or commas. Raises CellError."""
    found = [part.strip() for part in re.split("[;,]", paragraph(cell, most=most))]
    return tuple(dict.fromkeys(email(part) for part in found if part))


# Payment references

STRUCTURED = re.compile(r"(?P<frame>[+*]{3})?(\d{3})/?(\d{4})/?(\d{5})(?(frame)[+*]{3})", re.ASCII)
CREDITOR = re.compile(r"RF\d{2}[A-Z0-9]{1,21}", re.ASCII)


def structured_reference(cell: Cell) -> str:
    """Return a Belgian reference as 12 digits, or an ISO 11649 one from “RF”; never a mended one.

    The last two of the 12 digits are the first ten modulo 97, with 97 for 0.
    Raises CellError for any other shape and for a check that fails.
    """
    bare = "".join(identifier(cell, most=40).split()).upper()
    if match := STRUCTURED.fullmatch(bare):
        digits = "".join(match.group(2, 3, 4))
        if int(digits[10:]) == (int(digits[:10]) % 97 or 97):
            return digits
    elif CREDITOR.fullmatch(bare):
        if int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1:
            return bare
    else:
        raise CellError(
            f"“{cell}” is not a structured reference, which has 12 digits or begins with RF."
            " Format the column as text if Excel has dropped zeros at its start."
        )
    raise CellError(f"“{cell}” fails its check; copy it anew from the invoice.")

"""Amounts as people write them: which texts are a number, and which could be two."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from accounts_link.imports.shapes import Cell, CellError, Percent

SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
SIGNED = re.compile(
    r"(?P<open>\()?(?P<before>[-+])? ?(?P<body>[^-+()]*?) ?(?P<after>-)?(?P<shut>\))?"
)

PLAIN = str.maketrans("\u2212\u2013\u2019", "--'")  # as word processors write them

# How a body reads when the key is its decimal mark. Groups of thousands must be whole ones.
READINGS = {
    mark: re.compile(
        rf"(?:(?P<whole>[0-9]*)|(?P<groups>[1-9][0-9]{{0,2}}(?P<gap>[{other} '])[0-9]{{3}}"
        rf"(?:(?P=gap)[0-9]{{3}})*))(?:[{mark}](?P<part>[0-9]+))?"
    )
    for mark, other in ((".", ","), (",", "."))
}
LONGEST = 40  # characters


def decimal_mark(cell: Cell) -> str:
    """Return the decimal mark that this cell alone proves, or "" when it proves none."""
    readings = _readings(cell.strip().removesuffix("%")) if isinstance(cell, str) else {}
    return next(iter(readings)) if len(readings) == 1 else ""


def decimal(
    cell: Cell, *, marks: str = "", places: int = 4, digits: int = 10, percent: bool = False
) -> Decimal:
    """Return the amount, never a guess.

    `marks` are the decimal marks that other cells of the column prove: with exactly one, "1.234"
    is settled. `places` and `digits` are the most that may stand behind and before the mark.

    Raises CellError saying what is wrong, and what the two meanings are when there are two.
    """
    value = _value(cell, marks, percent=percent)
    if round(value, places) != value:
        raise CellError(f"“{cell}” has more than {places} decimals; round it.")
    if abs(value) >= 10**digits:
        raise CellError(f"“{cell}” is too large; at most {digits} digits before the decimals.")
    return value


def _value(cell: Cell, marks: str, *, percent: bool) -> Decimal:
    if isinstance(cell, Percent) and percent:
        return cell.value
    if isinstance(cell, Decimal):
        return cell
    if not isinstance(cell, str):
        raise CellError(f"“{cell}” is not an amount; type a bare number.")
    text = cell.strip().removesuffix("%") if percent else cell
    readings = _readings(text)
    if not readings:
        raise CellError(f"“{cell}” is not an amount; write it like 1234.56 or 1234,56.")
    if len(set(readings.values())) == 1:
        return next(iter(readings.values()))
    if len(marks) != 1:
        raise CellError(_two_meanings(cell, readings, marks))
    return readings[marks]


@lru_cache(4096)  # prices and rates repeat
def _readings(text: str) -> dict[str, Decimal]:
    """Return what the text means by decimal mark; equal values when the mark does not matter."""
    if len(text) > LONGEST:
        return {}
    tidy = SPACES.sub(" ", text.strip()).translate(PLAIN)
    signed = SIGNED.fullmatch(tidy)
    if not signed or bool(signed["open"]) != bool(signed["shut"]):
        return {}
    if sum(map(bool, (signed["open"], signed["before"], signed["after"]))) > 1:
        return {}
    negative = bool(signed["open"] or signed["after"] or signed["before"] == "-")
    found = {}
    for mark, pattern in READINGS.items():
        if (match := pattern.fullmatch(signed["body"])) and signed["body"]:
            whole = re.sub("[^0-9]", "", match["groups"] or match["whole"] or "0")
            value = Decimal(f"{whole or 0}.{match['part'] or 0}" if match["part"] else whole or "0")
            found[mark] = -value if negative else value
    return found


def _two_meanings(text: str, readings: dict[str, Decimal], marks: str) -> str:
    meanings = " or ".join(f"{value:f}" for value in sorted(readings.values(), key=abs))
    why = "other cells of this column use both" if marks else "no other cell of this column tells"
    return (
        f"“{text}” is ambiguous: it can mean {meanings}, and {why}; write it without a thousands"
        " separator and with two decimals, such as 1234.00."
    )

"""One UBL document being read: its values come out typed, and what is wrong is gathered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from accounts_link.imports.cells import day, identifier, paragraph
from accounts_link.imports.shapes import CellError, RowError, RowNote
from accounts_link.imports.xml_tree import Element

T = TypeVar("T")
Path = tuple[str, ...]  # of names, from an element down
SHOWN = 60  # characters of a value that an error repeats
AMOUNT = re.compile(r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)
ZONE = re.compile(r"(?:Z|[-+]\d\d:\d\d)\Z", re.ASCII)
CENTS = 2
DIGITS = 12  # before the decimals, of any amount
LINE_DIGITS = 10  # as before, of a line


class Reading:
    """Hands out values of a document; `errors` must be empty for them to mean anything."""

    def __init__(self, root: Element, file: str) -> None:
        self.root = root
        self.errors: list[RowError] = []
        self.notes: list[RowNote] = []
        self._file = file
        self._number = ""

    def call_it(self, number: str) -> None:
        """Say which document this is, once that is known; errors name it."""
        self._number = number

    def need(
        self,
        path: Path,
        parse: Callable[[str], T],
        otherwise: T,
        at: Element | None = None,
    ) -> T:
        """Return a value that must be there; `otherwise`, with an error, when it is not."""
        origin = at or self.root
        if not origin.said(*path):
            self.refuse(origin, path[-1], "", "is missing; a document must say it.")
        return self.read(path, parse, otherwise, origin)

    def read(
        self,
        path: Path,
        parse: Callable[[str], T],
        otherwise: T,
        at: Element | None = None,
    ) -> T:
        """Return a value; `otherwise` when it is not there, or, with an error, can't be read."""
        found = (at or self.root).first(*path)
        if found is None or not found.text:
            return otherwise
        try:
            return parse(found.text)
        except CellError as error:
            self.refuse(found, found.name, found.text, str(error))
            return otherwise

    def fitting(self, path: Path, most: int, at: Element | None = None) -> str:
        """Return a text, cut with a note where it is longer than what can be kept of it."""
        found = (at or self.root).first(*path)
        said = "" if found is None else shortened(found.text, most)
        if found is not None and len(" ".join(found.text.split())) > most:
            self.note(found, f"has more than {most} characters; the rest was left out.")
        return said

    def refuse(self, at: Element, name: str, value: str, why: str) -> None:
        """Note what is wrong with a value; `why` follows its name."""
        shown = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
        message = _said(name, why.replace(value, shown) if value else why)
        record = self._number or self._file
        self.errors.append(RowError(at.line, _plain(name), shown, message, record, self._file))

    def note(self, at: Element, what: str) -> None:
        """Note what a person should know; `what` follows the element's name."""
        what = _said(at.name, what)
        about = f"{self._number}: {what}" if self._number else what
        self.notes.append(RowNote(at.line, _plain(at.name), about, self._file))


def amount(text: str, *, places: int = 20, digits: int = DIGITS) -> Decimal:
    """Return a number as XML Schema writes it. Raises CellError."""
    if not AMOUNT.fullmatch(text):
        raise CellError(f"“{text}” is not a number; UBL writes it like 1234.56.")
    value = Decimal(text)
    if len(text.partition(".")[2].rstrip("0")) > places:
        raise CellError(f"“{text}” has more than {places} decimals.")
    if abs(value) >= 10**digits:
        raise CellError(f"“{text}” is too large; at most {digits} digits before the decimals.")
    return value


def cents(text: str) -> Decimal:
    """Return an amount of money, in cents, as EN 16931 wants all of them but prices."""
    return amount(text, places=CENTS)


def line_cents(text: str) -> Decimal:
    """Return the amount of a line, which may become its price."""
    return amount(text, places=CENTS, digits=LINE_DIGITS)


def xml_day(text: str) -> date:
    """Return a day as XML Schema writes it; a time zone is let be. Raises CellError."""
    return day(ZONE.sub("", text))


def name_of(most: int) -> Callable[[str], str]:
    """Return a parser of numbers and codes that must come through to the letter."""
    return lambda text: identifier(text, most=most)


def shortened(text: str, most: int) -> str:
    """Return a text on one line of at most `most` characters, cut with an ellipsis.

    Raises nothing: what XML allows and a line of text does not is left out.
    """
    line = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    return paragraph(line if len(line) <= most else line[: most - 1].rstrip() + "…", most=most)


def _said(name: str, what: str) -> str:
    return f"{_plain(name)}{':' if what.startswith('“') else ''} {what}"


def _plain(name: str) -> str:
    return name.rpartition(":")[2]

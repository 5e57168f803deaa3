"""Whether an entry still stands in Exact as we booked it, and if not, in what it differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sync.rules.bookings import Booking, BookingLine, folded

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise in Exact, in words for a person."""

    what: str  # customer, date, journal, reference, currency, total, or a word of LINE_WORDS
    ours: str
    theirs: str
    line: int = 0  # counted from 1; 0 is the entry itself

    def __str__(self) -> str:
        place = f"line {self.line}, " if self.line else ""
        return f"{place}{self.what} {self.theirs} instead of {self.ours}"


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line of ours beside Exact's; None where one side has none."""

    ours: BookingLine | None
    theirs: BookingLine | None
    differs: frozenset[str] = frozenset()  # the words of what is otherwise


def differences(ours: Booking, theirs: Booking) -> tuple[Difference, ...]:
    """Return what Exact has otherwise than we booked it; nothing when it is as booked.

    What we left out, Exact fills in as it likes. Lines may stand in another order.
    """
    return (*_of_headers(ours, theirs), *_of_lines(pairs(ours.lines, theirs.lines)))


def in_words(found: Sequence[Difference]) -> str:
    """Return a sentence that names the differences, or nothing."""
    return f"In Exact it has {'; '.join(map(str, found))}." if found else ""


def _of_headers(ours: Booking, theirs: Booking) -> Iterator[Difference]:
    if ours.customer != theirs.customer:
        names = ours.customer_name or ours.customer, theirs.customer_name or theirs.customer
        yield Difference("customer", *names)
    if ours.booked_on != theirs.booked_on:
        yield Difference("date", day(ours.booked_on), day(theirs.booked_on))
    if ours.journal != theirs.journal:
        yield Difference("journal", ours.journal, theirs.journal)
    if folded(ours.reference) != folded(theirs.reference):
        yield Difference("reference", ours.reference or NOTHING, theirs.reference or NOTHING)
    if ours.currency and ours.currency != theirs.currency:
        yield Difference("currency", ours.currency, theirs.currency)
    if ours.total != theirs.total:
        yield Difference("total", money(ours.total), money(theirs.total))


def _of_lines(found: Sequence[LinePair]) -> Iterator[Difference]:
    for number, pair in enumerate(found, 1):
        if pair.ours is None or pair.theirs is None:
            yield Difference("net", _net(pair.ours), _net(pair.theirs), number)
            continue
        for what in LINE_WORDS:
            if what in pair.differs:
                yield Difference(what, *_shown(what, pair.ours, pair.theirs), number)


def _net(line: BookingLine | None) -> str:
    return money(line.net) if line else "no line"


def pairs(ours: Sequence[BookingLine], theirs: Sequence[BookingLine]) -> list[LinePair]:
    """Put the lines beside each other: those that agree, and the others in their order."""
    partners = _partners(ours, theirs)
    taken = set(partners.values())
    rest = iter([line for place, line in enumerate(theirs) if place not in taken])
    found = [
        LinePair(line, theirs[partners[place]]) if place in partners else _beside(line, rest)
        for place, line in enumerate(ours)
    ]
    return [*found, *(LinePair(None, line) for line in rest)]


def _partners(ours: Sequence[BookingLine], theirs: Sequence[BookingLine]) -> dict[int, int]:
    """Return which line of theirs agrees with which of ours, each once, by their places."""
    free = dict(enumerate(theirs))
    partners: dict[int, int] = {}
    for place in sorted(range(len(ours)), key=lambda place: _unsaid(ours[place])):
        for other in (place, *free):
            if other in free and not _differing(ours[place], free[other]):
                partners[place] = other
                del free[other]
                break
    return partners


def _unsaid(line: BookingLine) -> int:
    """How much of a line was left out: what fits many lines is paired last."""
    return [line.vat_code, line.vat, line.cost_centre, line.cost_unit].count(None)


def _beside(line: BookingLine, rest: Iterator[BookingLine]) -> LinePair:
    other = next(rest, None)
    return LinePair(line, other, _differing(line, other) if other else frozenset())


def _differing(ours: BookingLine, theirs: BookingLine) -> frozenset[str]:
    """Return the words of what we said on a line and Exact has otherwise."""
    return frozenset(
        what
        for what, field in LINE_WORDS.items()
        if (said := getattr(ours, field)) is not None
        and _plain(said) != _plain(getattr(theirs, field))
    )


def _plain(value: str | Decimal | None) -> str | Decimal:
    return value if isinstance(value, Decimal) else folded(value or "")


def _shown(what: str, ours: BookingLine, theirs: BookingLine) -> tuple[str, str]:
    return _value(what, ours), _value(what, theirs)


def _value(what: str, line: BookingLine) -> str:
    value = getattr(line, LINE_WORDS[what])
    if isinstance(value, Decimal):
        return money(value)
    return (line.gl_name if what == "G/L account" else "") or value or NOTHING


LINE_WORDS = {  # what of a line is compared, and the field that holds it
    "G/L account": "gl_account",
    "VAT code": "vat_code",
    "net": "net",
    "VAT": "vat",
    "cost centre": "cost_centre",
    "cost unit": "cost_unit",
}


def money(amount: Decimal) -> str:
    """Write an amount with two decimals and thousands in groups."""
    return f"{amount:,.2f}"


def day(when: date) -> str:
    """Write a day as people do: 3 October 2026."""
    return f"{when.day} {when:%B %Y}"

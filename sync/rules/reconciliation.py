"""A month of both sides beside each other, as values: sums, differences, and what still waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar

from sync.rules.bookings import ZERO, Booking

Key = TypeVar("Key")


class Kind(StrEnum):
    """What is wrong with one entry, in the words that a page shows."""

    MISSING_THERE = "Missing in Exact"
    MISSING_HERE = "Not booked by us"
    DOUBLED = "Twice in Exact"
    AMOUNT = "Other amount"
    VAT_CODE = "Other VAT code"
    PERIOD = "Other period"
    CHANGED = "Booked otherwise"
    UNSETTLED = "In Exact, not settled here"
    UNDONE = "Undone here, still in Exact"


@dataclass(frozen=True, slots=True)
class Ours:
    """An entry as we booked it, and the document that it is for."""

    document: str
    location: str
    booking: Booking
    accepted: str = ""  # the fingerprint of the version in Exact that a person took for right
    is_reversed: bool = False  # and so right whatever Exact has: its reversal took that back
    is_awaited: bool = False  # booked so shortly before the reading that it need not show yet


@dataclass(frozen=True, slots=True)
class Known:
    """A document that an entry in Exact is about, though it does not count as booked here."""

    document: str
    state: str  # in words
    booked_as: str = ""  # the entry number under which it is booked, if it is
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document of the month that is not in the books yet: no difference, but not forgotten."""

    document: str
    location: str
    dated: date
    amount: Decimal
    currency: str
    state: str  # in words
    reason: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts and totals of one side."""

    entries: int = 0
    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def incl(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.entries + other.entries, self.net + other.net, self.vat + other.vat)

    def __sub__(self, other: Sums) -> Sums:
        return Sums(self.entries - other.entries, self.net - other.net, self.vat - other.vat)


class Place(NamedTuple):
    """Where amounts are added up. The location is None for what is not ours."""

    journal: str
    location: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class Both:
    """The sums of both sides."""

    ours: Sums = Sums()
    theirs: Sums = Sums()

    @property
    def difference(self) -> Sums:
        """What Exact has more than we booked."""
        return self.theirs - self.ours

    def __add__(self, other: Both) -> Both:
        return Both(self.ours + other.ours, self.theirs + other.theirs)

    @property
    def agrees(self) -> bool:
        """Whether both sides come to the same."""
        return self.difference == Sums()


@dataclass(frozen=True, slots=True)
class Group:
    """A journal at a location: its sums, and those of each VAT code.

    The VAT codes count entries that hold them, so their counts may come to more than the group's.
    """

    place: Place
    sums: Both
    vat_codes: Mapping[str, Both]


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry on which the sides do not agree. Amounts are those of this month, with VAT."""

    kind: Kind
    place: Place
    document: str  # empty when Exact's entry is about none of ours
    entry_number: str  # empty when it is not in Exact
    customer: str
    booked_on: date
    ours: Decimal
    theirs: Decimal
    reason: str
    is_accepted: bool = False

    @property
    def amount(self) -> Decimal:
        """What Exact has more than we booked, in this month."""
        return self.theirs - self.ours


@dataclass(frozen=True)
class Reconciliation:
    """A month of a division, both sides."""

    month: date
    groups: tuple[Group, ...]
    differences: tuple[Difference, ...]
    waiting: tuple[Waiting, ...]
    awaited: tuple[Ours, ...] = ()  # booked, and not read back yet

    @property
    def open(self) -> tuple[Difference, ...]:
        """The differences that nobody took for right."""
        return tuple(found for found in self.differences if not found.is_accepted)

    @property
    def closes(self) -> bool:
        """Whether every difference is accepted, or there is none."""
        return not self.open

    @cached_property
    def totals(self) -> Mapping[str, Both]:
        """The sums of each currency."""
        return _summed((group.place.currency, group.sums) for group in self.groups)

    @cached_property
    def journals(self) -> Mapping[tuple[str, str], Both]:
        """The sums of each journal and currency."""
        return _summed(((g.place.journal, g.place.currency), g.sums) for g in self.groups)


def _summed(pairs: Iterable[tuple[Key, Both]]) -> dict[Key, Both]:
    sums: dict[Key, Both] = {}
    for key, both in pairs:
        sums[key] = sums.get(key, Both()) + both
    return sums

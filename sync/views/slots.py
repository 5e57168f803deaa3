"""A table of cells to fill in: what each holds, what holds where it is empty, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync.services.ledger.demand import Demand
from sync.views.fields import id_of

NOBODY = Demand()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked to show besides the mappings."""

    wanted: str = ""  # the name of the field that somebody came for
    only_open: bool = False
    every_row: bool = False  # also those that nothing needs
    typed: Mapping[str, str] = field(default_factory=dict)  # what was refused a moment ago
    faults: Mapping[str, str] = field(default_factory=dict)  # and why, by the name of the field


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of the table."""

    name: str  # of its field
    column: str  # the key of its column
    label: str  # what it is, for a reader who does not see its row and column
    code: str  # its own choice
    inherited: str  # the code that holds while it has none
    about: str  # what that code is, or where it comes from
    hint: str = ""  # the same at length
    problem: str = ""
    demand: Demand = NOBODY  # of documents that need this very cell
    is_wanted: bool = False

    @property
    def id(self) -> str:
        """Its place on the page."""
        return id_of(self.name)

    @property
    def is_missing(self) -> bool:
        """Whether documents wait for a choice here."""
        return bool(self.demand.documents) and not (self.code or self.inherited)

    @property
    def is_open(self) -> bool:
        """Whether a person must do something here."""
        return self.is_missing or bool(self.problem)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; a `level` of 0 is wider than the rows of level 1 below it."""

    title: str
    detail: str
    slots: tuple[Slot, ...]
    level: int = 1

    @property
    def is_open(self) -> bool:
        """Whether a person must do something in this row."""
        return any(slot.is_open or slot.is_wanted for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole table, with what may be typed in it."""

    kind: str
    columns: tuple[tuple[str, str], ...]  # key, words
    lines: tuple[Line, ...]
    offers: tuple[tuple[str, str], ...]  # code, words

    @property
    def slots(self) -> Iterator[Slot]:
        """Every cell, row by row."""
        return (slot for line in self.lines for slot in line.slots)

    @property
    def open_count(self) -> int:
        """How many cells a person must see to."""
        return sum(slot.is_open for slot in self.slots)

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        """The columns, each with how many of its cells a person must see to."""
        return [
            (key, words, sum(slot.is_open for slot in self.slots if slot.column == key))
            for key, words in self.columns
        ]

    def column_for(self, asked: str | None) -> str:
        """Return the column that a phone shows: the one asked for, or the one that says most."""
        keys = [key for key, _ in self.columns]
        if asked in keys:
            return str(asked)
        weights = dict.fromkeys(keys, (0, 0, 0))
        for slot in self.slots:
            wanted, to_do, filled = weights[slot.column]
            weights[slot.column] = (
                wanted + slot.is_wanted,
                to_do + slot.is_open,
                filled + bool(slot.code),
            )
        return max(keys, key=weights.__getitem__)  # of equals the first

    def narrowed(self, *, only_open: bool) -> list[Line]:
        """Return the rows to show: all, or those with something to do below what they belong to."""
        if not only_open:
            return list(self.lines)
        shown: list[Line] = []
        wider: Line | None = None
        for line in self.lines:
            wider = line if line.level == 0 else wider
            if line.is_open:
                shown += [wider] if wider and wider not in (line, *shown) else []
                shown.append(line)
        return shown


def changed(before: Grid, after: Grid) -> list[Slot]:
    """Return the cells that look otherwise than before."""
    were = {slot.name: slot for slot in before.slots}
    return [slot for slot in after.slots if were.get(slot.name) != slot]


def in_place(sentence: str) -> str:
    """Return a fault as it is said at its own cell, where nobody must be sent to the set-up."""
    return sentence.removesuffix(" Choose one that fits in the set-up.")

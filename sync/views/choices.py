"""What a mapping card is made of: rows of choices, those that need a person first."""

from __future__ import annotations

from dataclasses import dataclass

from sync.models.mapping import VATMapping
from sync.rules.guessing import Guess
from sync.rules.ledger import VatCell
from sync.services.ledger.mapping import Cell

Option = tuple[str, str]  # code, words
Options = list[tuple[str, list[Option]]]  # heading, options

GROUPS = dict(VATMapping.CountryGroup.choices)


@dataclass(slots=True)
class Choice:
    """One list of choices of a row."""

    name: str  # of the field in the form
    label: str
    options: Options
    code: str  # what is mapped, or guessed, or was typed and refused
    guess: Guess | None  # when nothing is mapped
    problem: str
    empty: str
    is_needed: bool = False  # before what is at hand can be booked

    @property
    def is_missing(self) -> bool:
        """Whether a person must choose here."""
        return self.is_needed and not self.code


@dataclass(slots=True)
class Row:
    """One row of a card."""

    kind: str
    cell: Cell
    title: str
    detail: str
    choices: list[Choice]
    is_wanted: bool = False  # somebody came here for it

    @property
    def order(self) -> tuple[object, ...]:
        """What is missing first, then what is guessed, then the rest, wide before narrow."""
        guesses = [choice.guess for choice in self.choices if choice.guess]
        if any(choice.is_missing or choice.problem for choice in self.choices):
            return 0, self.place
        if guesses:
            return 1 + all(guess.is_sure for guess in guesses), self.place
        return 3, self.place

    @property
    def is_open(self) -> bool:
        """Whether something is to be chosen or confirmed here."""
        return any(one.guess or one.is_missing or one.problem for one in self.choices)

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands among its like."""
        if isinstance(self.cell, VatCell):
            return list(GROUPS).index(self.cell.country_group), -self.cell.rate
        return tuple(self.cell)

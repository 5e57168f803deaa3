"""Both sides and what they last agreed on: what each must be told, and what only a person can say.

A side changed when it differs from the base. One side changed: copy. Both the same way: nothing.
Both differently: the rule's winner, or a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.rules.zoho.mapping import Side
from sync.rules.zoho.values import Value

Base = Mapping[str, str | None]  # the name of a rule → the common text, as JSON keeps it


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field that only a person can settle; the values are common texts, fit to be shown."""

    field: str  # the name of its rule
    base: str | None
    exact: str | None
    zoho: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose, and between what; it holds as long as both values stay those."""

    side: Side
    exact: str | None
    zoho: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A field that was left alone, because a value of one side means nothing on the other."""

    field: str
    side: Side  # where the value is
    sentence: str


@dataclass(frozen=True, slots=True)
class Merge:
    """What to write on either side, and what both sides agree on once that is done."""

    to_exact: dict[str, Value] = field(default_factory=dict)
    to_zoho: dict[str, Value] = field(default_factory=dict)
    base: dict[str, str | None] = field(default_factory=dict)
    conflicts: list[Disagreement] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

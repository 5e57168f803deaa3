"""Both sides and what they last agreed on: what each must be told, and what only a person can say.

A side changed when it differs from the base. One side changed: copy. Both the same way: nothing.
Both differently: the rule's winner, or a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sync.rules.zoho.field_rules import FieldRule, Side, Values, Winner
from sync.rules.zoho.rule_order import in_order
from sync.rules.zoho.transforms import carried, common
from sync.rules.zoho.values import UnreadableError, Value

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


@dataclass(frozen=True, slots=True)
class Copy:
    """What one side holds: fields that it didn't show are absent, empty ones are None."""

    values: Values
    modified: datetime | None = None  # when the record was last changed there


def merge(
    base: Base,
    exact: Copy,
    zoho: Copy,
    rules: Sequence[FieldRule],
    chosen: Mapping[str, Choice] = MappingProxyType({}),
) -> Merge:
    """Return what each side must be told so that both say the same.

    `base` is what the last merge left; a rule that isn't in it meets its values for the first
    time: equal ones become base, an empty side is filled, different ones go to the winner. An
    empty value crosses only if it was emptied since. `chosen` holds what a person chose, by the
    name of the rule; on a disagreement that nobody may settle neither side is written.
    The base that comes back is true once both writes were answered.
    Raises CircleError for rules that fill each other, which `clashes` refuses.
    Source: docs/zoho.md
    """
    merging = _Merging(base, exact, zoho, chosen)
    for rule in in_order(rules):  # what one wrote may be what the next one reads
        merging.settle(rule)
    return merging.result


class _Merging:
    """One pair of records while its fields are settled, one by one."""

    def __init__(self, base: Base, exact: Copy, zoho: Copy, chosen: Mapping[str, Choice]) -> None:
        self._values = {Side.EXACT: dict(exact.values), Side.ZOHO: dict(zoho.values)}
        self._newest = _newest(exact.modified, zoho.modified)
        self._chosen = chosen
        self.result = Merge(base=dict(base))

    def settle(self, rule: FieldRule) -> None:
        """Settle one field: agreed, copied, left alone, or before a person."""
        seen = self._seen(rule) if self._is_shown(rule) else None
        if seen is None:
            return
        if seen[Side.EXACT] == seen[Side.ZOHO]:
            self.result.base[rule.name] = seen[Side.EXACT]
        elif source := self._source(rule, seen):
            self._copy(rule, source)
            self.result.base[rule.name] = seen[source]

    def _is_shown(self, rule: FieldRule) -> bool:
        """Whether both sides showed all that the rule is about; what is absent is not empty."""
        return all(name in self._values[side] for side in Side for name in rule.fields_of(side))

    def _seen(self, rule: FieldRule) -> dict[Side, str | None] | None:
        """Return both sides in the form in which they are compared; None if one is unreadable."""
        seen: dict[Side, str | None] = {}
        for side in Side:
            try:
                seen[side] = common(rule, self._values[side], side)
            except UnreadableError as error:
                self.result.unreadable.append(Unreadable(rule.name, side, str(error)))
                return None
        return seen

    def _source(self, rule: FieldRule, seen: Mapping[Side, str | None]) -> Side | None:
        """Return the side whose value both shall have; None where each keeps its own."""
        changed = self._changed(rule, seen)
        first_meeting = rule.name not in self.result.base
        if rule.winner is Winner.FILL_EMPTY:
            found = next((side for side in Side if seen[side.other] is None), None)
        elif len(changed) == 1 and (first_meeting or rule.fills(changed[0].other)):
            found = changed[0]
        else:
            found = self._winner(rule, seen)
        if found is None or not rule.fills(found.other):
            return None
        return found if seen[found] is not None or found in changed else None

    def _changed(self, rule: FieldRule, seen: Mapping[Side, str | None]) -> list[Side]:
        """Return the sides that differ from the base; at first, those that hold anything."""
        base = self.result.base.get(rule.name)
        return [side for side in Side if seen[side] != base]

    def _winner(self, rule: FieldRule, seen: Mapping[Side, str | None]) -> Side | None:
        """Return who is right by the rule, or by a person; note it down if nobody is yet."""
        by_rule = {
            Winner.EXACT: Side.EXACT,
            Winner.ZOHO: Side.ZOHO,
            Winner.NEWEST: self._newest,
        }.get(rule.winner)
        choice = self._chosen.get(rule.name)
        if by_rule is not None:
            return by_rule
        if choice and (choice.exact, choice.zoho) == (seen[Side.EXACT], seen[Side.ZOHO]):
            return choice.side
        base = self.result.base.get(rule.name)
        self.result.conflicts.append(
            Disagreement(rule.name, base, seen[Side.EXACT], seen[Side.ZOHO])
        )
        return None

    def _copy(self, rule: FieldRule, source: Side) -> None:
        written = carried(rule, self._values[source], source.other, with_default=True)
        self._values[source.other] |= written
        told = self.result.to_zoho if source is Side.EXACT else self.result.to_exact
        told |= written


def _newest(exact: datetime | None, zoho: datetime | None) -> Side | None:
    """Return the side that was changed last; None when that can't be told."""
    if exact is None or zoho is None or exact == zoho:
        return None
    return Side.EXACT if exact > zoho else Side.ZOHO

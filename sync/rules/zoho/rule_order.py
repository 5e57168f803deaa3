"""In which order mappings are settled: one that reads what another one fills comes after it."""

from collections import defaultdict
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from sync.rules.zoho.field_rules import FieldRule, Side


class CircleError(ValueError):
    """Mappings that fill each other in a circle, by the names of their fields."""

    def __init__(self, fields: Sequence[str] = ()) -> None:
        super().__init__(
            f"{' → '.join(fields)} fill each other in a circle: make it one mapping in both"
            " directions."
        )


def in_order(rules: Sequence[FieldRule]) -> list[FieldRule]:
    """Return the mappings so that each finds its sources settled. Raises CircleError."""
    fillers: dict[tuple[Side, str], list[int]] = defaultdict(list)
    for number, rule in enumerate(rules):
        for side in Side:
            for name in rule.fields_of(side) if rule.fills(side) else ():
                fillers[side, name].append(number)
    after = {
        number: {one for place in _read(rule) for one in fillers.get(place, ()) if one != number}
        for number, rule in enumerate(rules)
    }
    if not any(after.values()):
        return list(rules)
    try:
        return [rules[number] for number in TopologicalSorter(after).static_order()]
    except CycleError as error:
        circle = [rules[number] for number in dict.fromkeys(error.args[1])]
        raise CircleError([rule.zoho_field or rule.exact_field for rule in circle]) from None


def _read(rule: FieldRule) -> list[tuple[Side, str]]:
    """Return the fields that a rule carries from."""
    return [
        (side, name) for side in Side if rule.fills(side.other) for name in rule.fields_of(side)
    ]

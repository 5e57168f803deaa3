"""What a whole record becomes on the other side, as its mappings say."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.rules.zoho.field_rules import Direction, FieldRule, Side, Transform, Values, Winner
from sync.rules.zoho.transforms import carried
from sync.rules.zoho.values import FieldType, UnreadableError, Value

__all__ = [
    "Direction",
    "FieldRule",
    "FieldType",
    "Filled",
    "Side",
    "Transform",
    "Winner",
    "keyed",
    "to_exact",
    "to_zoho",
    "usable",
]


@dataclass(frozen=True, slots=True)
class Filled:
    """A new record's fields, and what could not be carried over."""

    values: dict[str, Value] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # rule, sentence


def to_zoho(values: Values, rules: Iterable[FieldRule]) -> Filled:
    """Return the fields of a new record in Zoho, defaults filled in, empty ones left out."""
    return _filled(values, rules, Side.ZOHO)


def to_exact(values: Values, rules: Iterable[FieldRule]) -> Filled:
    """Return the properties of a new record in Exact, defaults filled in, empty ones left out."""
    return _filled(values, rules, Side.EXACT)


def _filled(values: Values, rules: Iterable[FieldRule], to: Side) -> Filled:
    filled = Filled()
    for rule in rules:
        if not rule.fills(to):
            continue
        try:
            found = carried(rule, values, to, with_default=True)
        except UnreadableError as error:
            filled.unreadable.append((rule.name, str(error)))
            continue
        filled.values.update({name: value for name, value in found.items() if value is not None})
    return filled


def keyed(values: Values, fields: Iterable[str], pairs: Mapping[str, str]) -> dict[str, Value]:
    """Return the values with look-ups as keys of pairs, so that both sides compare.

    `pairs` is the id on this side → the key of the pair, or back again when a write is prepared.
    A record that has no pair is left out: the merge leaves alone what it isn't shown.
    """
    found = dict(values)
    for name in fields:
        if name not in found:
            continue
        value = found.pop(name)
        known = value.get("id") if isinstance(value, Mapping) else value
        if known is None or known == "":
            found[name] = None
        elif str(known) in pairs:
            found[name] = pairs[str(known)]
    return found


def usable(rules: Sequence[FieldRule], zoho_fields: Container[str]) -> list[FieldRule]:
    """Return the rules whose fields Zoho has; a custom field may not be there."""
    return [rule for rule in rules if all(name in zoho_fields for name in rule.zoho_fields)]

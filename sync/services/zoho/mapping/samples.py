"""A real record before and after its mappings, in both directions; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sync.models import ExactRecord, Pair, ZohoRecord
from sync.rules.zoho.field_rules import Direction, FieldRule, Side
from sync.rules.zoho.mapping import keyed
from sync.rules.zoho.merging import Copy, Merge, merge
from sync.rules.zoho.modules import MODULES, Module
from sync.rules.zoho.transforms import carried, common
from sync.rules.zoho.values import FieldType, UnreadableError
from sync.services.zoho.mapping.mapping_checks import Bench
from sync.services.zoho.mapping.offered import label_of
from sync.services.zoho.merging import invoices
from sync.services.zoho.merging.weighing import FROZEN, Ties

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.rules.zoho.values import Value

LOOKED_AT = 50  # records, among which one is sought that has a value
SYSTEMS = {Side.EXACT: "Exact", Side.ZOHO: "Zoho"}
NOT_HELD = "Our copy does not hold this field yet: the next run reads it, and settles it then."


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its value, as people read both."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Way:
    """What one side has, what the mapping makes of it, and what the other side has now."""

    source: Side
    before: list[Shown]
    after: list[Shown]
    holds: list[Shown]
    problem: str = ""  # why it can't cross

    @property
    def words(self) -> str:
        """Say whence and whither."""
        return f"{SYSTEMS[self.source]} → {SYSTEMS[self.source.other]}"


@dataclass(frozen=True, slots=True)
class Line:
    """One mapping with a record's values."""

    rule: FieldRule
    ways: list[Way]
    verdict: str  # what the next run does; "" for a record without its other half


@dataclass(frozen=True, slots=True)
class Sample:
    """A record of both sides, or of one, with what mappings make of it."""

    pair: Pair | None
    exact: ExactRecord | None
    zoho: ZohoRecord | None
    lines: list[Line]
    number: int  # which record it is, from 0
    count: int  # how many there are to look at

    @property
    def next(self) -> int:
        """Which record comes after this one."""
        return (self.number + 1) % self.count


@dataclass(slots=True)
class _Case:
    """A record while its sample is made."""

    bench: Bench
    pair: Pair | None
    exact: ExactRecord | None
    zoho: ZohoRecord | None
    values: dict[Side, dict[str, Value]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of what look-ups lead to


def sample(bench: Bench, rules: Sequence[FieldRule], number: int = 0) -> Sample | None:
    """Return the record of that number with what these rules make of it; None without records.

    Pairs that have values on both sides come first. If there is no pair yet, a record of one
    side shows what it would be on the other.
    """
    found = _records(bench, rules)
    if not found:
        return None
    number %= len(found)
    pair, exact, zoho = found[number]
    case = _Case(bench, pair, exact, zoho)
    _fill(case, rules)
    lines = [_line(case, rule) for rule in rules]
    return Sample(pair, exact, zoho, lines, number, len(found))


Found = tuple[Pair | None, ExactRecord | None, ZohoRecord | None]


def _records(bench: Bench, rules: Sequence[FieldRule]) -> list[Found]:
    module = bench.module
    pairs = Pair.objects.filter(sync=module.sync_id, module=module.module)
    living = pairs.exclude(state=Pair.State.GONE).select_related("exact", "zoho")
    ranked = sorted(living.order_by("-pk")[:LOOKED_AT], key=lambda pair: -_held(pair, rules))
    if ranked:
        return [(pair, pair.exact, pair.zoho) for pair in ranked]
    alone: list[Found] = [(None, one, None) for one in _some(ExactRecord.objects.all(), bench)]
    return [*alone, *((None, None, one) for one in _some(ZohoRecord.objects.all(), bench))]


def _some(copies: QuerySet[Any], bench: Bench) -> QuerySet[Any]:
    module = bench.module
    living = copies.filter(sync=module.sync_id, module=module.module, gone_at=None)
    return living.order_by("-pk")[: LOOKED_AT // 2]


def _held(pair: Pair, rules: Sequence[FieldRule]) -> int:
    """Count the values that a pair has of these rules: the more, the better it shows them."""
    sides = {Side.EXACT: pair.exact.values, Side.ZOHO: pair.zoho.values}
    return sum(
        sides[side].get(name) not in (None, "")
        for rule in rules
        for side in Side
        for name in rule.fields_of(side)
    )


def _fill(case: _Case, rules: Sequence[FieldRule]) -> None:
    """Put the values side by side, look-ups as keys that both sides share."""
    lookups = {
        side: [name for r in rules if r.type is FieldType.LOOKUP for name in r.fields_of(side)]
        for side in Side
    }
    records = {Side.EXACT: case.exact, Side.ZOHO: case.zoho}
    keys = {
        _key(record.values.get(name)): _name(record.values.get(name))
        for side, record in records.items()
        if record is not None
        for name in lookups[side]
    }
    ties = Ties.of(case.bench.module.sync_id, keys)
    case.names = {ties.to_exact.get(key, key): name for key, name in keys.items() if name}
    guids = [key for key in [*ties.to_zoho, *keys] if key not in case.names]
    known = ExactRecord.objects.filter(sync=case.bench.module.sync_id, key__in=guids)
    case.names |= dict(known.values_list("key", "name")) if guids else {}
    shared = {Side.EXACT: {guid: guid for guid in ties.to_zoho}, Side.ZOHO: ties.to_exact}
    for side, record in records.items():
        held = record.values if record is not None else {}
        case.values[side] = keyed(held, lookups[side], shared[side])


def _key(value: object) -> str:
    return str(value.get("id") or "") if isinstance(value, Mapping) else str(value or "")


def _name(value: object) -> str:
    return str(value.get("name") or "") if isinstance(value, Mapping) else ""


# One mapping.


def _line(case: _Case, rule: FieldRule) -> Line:
    records = {Side.EXACT: case.exact, Side.ZOHO: case.zoho}
    ways = [
        _way(case, rule, side)
        for side in Side
        if records[side] is not None and rule.fills(side.other)
    ]
    return Line(rule, ways, _verdict(case, rule) if case.pair is not None else "")


def _way(case: _Case, rule: FieldRule, source: Side) -> Way:
    target = source.other
    before = _shown(case, rule, source, case.values[source])
    holds = _shown(case, rule, target, case.values[target])
    try:
        after = carried(rule, case.values[source], target, with_default=True)
    except UnreadableError as error:
        return Way(source, before, [], holds, str(error))
    return Way(source, before, _shown(case, rule, target, after), holds)


def _shown(case: _Case, rule: FieldRule, side: Side, values: Mapping[str, Value]) -> list[Shown]:
    fields = case.bench.exact if side is Side.EXACT else case.bench.zoho
    return [
        Shown(label_of(fields, name), case.names.get(_key(values.get(name))) or _text(values[name]))
        for name in rule.fields_of(side)
        if name in values
    ]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("id") or "")
    return "" if value is None else str(value)


def _verdict(case: _Case, rule: FieldRule) -> str:
    """Say what the next run does with this field of a pair."""
    assert case.pair is not None  # noqa: S101 - for the type checker: asked for pairs alone
    if any(name not in case.values[side] for side in Side for name in rule.fields_of(side)):
        return NOT_HELD
    runs = _as_it_runs(case.bench, case.pair, rule)
    if runs is None:
        return "Exact lets nobody change it any more: it stays as it is."
    exact, zoho = case.pair.exact, case.pair.zoho
    found = merge(
        case.pair.base or {},
        Copy(case.values[Side.EXACT], exact.changed_at),
        Copy(case.values[Side.ZOHO], zoho.changed_at),
        [runs],
    )
    return _told(found) or _agreement(case, runs)


def _as_it_runs(bench: Bench, pair: Pair, rule: FieldRule) -> FieldRule | None:
    """Return the rule as the next run has it: some of Exact can't be changed any more."""
    module = Module(bench.module.module)
    is_booked = bool(MODULES[module].zoho_lines) and invoices.is_booked(pair.exact)
    if not is_booked and rule.exact_field not in FROZEN.get(module, ()):
        return rule
    return replace(rule, direction=Direction.TO_ZOHO) if rule.fills(Side.ZOHO) else None


def _told(found: Merge) -> str:
    if found.unreadable:
        return f"The next run leaves it alone: {found.unreadable[0].sentence}"
    if found.conflicts:
        return "Both sides differ: the next run asks a person."
    if found.to_zoho:
        return "The next run writes it to Zoho."
    return "The next run writes it to Exact." if found.to_exact else ""


def _agreement(case: _Case, rule: FieldRule) -> str:
    seen = [common(rule, case.values[side], side) for side in Side]
    if seen[0] == seen[1]:
        return "Equal on both sides."
    return "They differ, and this mapping leaves both as they are."

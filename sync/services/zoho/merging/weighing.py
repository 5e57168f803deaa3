"""Weigh the two sides of a pair: what each must be told, worked out anew from the copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from sync.models import Conflict, Pair, RemoteRecord
from sync.rules.references import is_ours
from sync.rules.zoho.field_rules import Direction, FieldRule, Side
from sync.rules.zoho.mapping import keyed
from sync.rules.zoho.merging import Choice, Copy, Merge, merge
from sync.rules.zoho.modules import MODULES, Module, ModuleFacts
from sync.rules.zoho.values import FieldType
from sync.services.zoho.mapping.mappings import rules_of
from sync.services.zoho.merging import invoices
from sync.services.zoho.merging.invoices import Books
from sync.services.zoho.reading.reading_zoho import EXACT_ID

if TYPE_CHECKING:
    from sync.models import ModuleSync
    from sync.rules.zoho.values import Value

# Exact takes even an unchanged code for a double: it is given once, at the creation.
# Whom an order is for is settled for good, too.
FROZEN = {
    Module.ACCOUNTS: ("Code",),
    Module.PRODUCTS: ("Code",),
    Module.SALES_ORDERS: ("OrderedBy", "InvoiceTo", "DeliverTo"),
}

REFERENCE = "YourRef"


@dataclass(frozen=True, slots=True)
class Scales:
    """What a module's pairs are weighed by."""

    module: ModuleSync
    facts: ModuleFacts
    rules: list[FieldRule]  # for pairs: what can't be changed in Exact is brought back in Zoho
    new: list[FieldRule]  # for what is made
    frozen: list[FieldRule]  # for pairs that Exact does not let be changed any more
    books: Books | None = None  # of documents with lines

    @classmethod
    def of(cls, module: ModuleSync) -> Scales:
        """Read the mappings of a module."""
        name, rules = Module(module.module), rules_of(module)
        kept = list(_thawed(rules, FROZEN.get(name, ())))
        has_lines = bool(MODULES[name].zoho_lines)
        frozen = list(_thawed(rules, [rule.exact_field for rule in rules])) if has_lines else kept
        books = Books.of(module) if has_lines else None
        return cls(module, MODULES[name], kept, rules, frozen, books)

    def rules_for(self, pair: Pair) -> list[FieldRule]:
        """Return the rules of a pair: what is booked in Exact changes there no more.

        Our own reference is for us to find it by: it takes no place of a person's word in Zoho.
        """
        if self.books is None:
            return self.rules
        rules = self.frozen if invoices.is_booked(pair.exact) else self.rules
        if is_ours(str(pair.exact.values.get(REFERENCE) or "")):
            return [rule for rule in rules if rule.exact_field != REFERENCE]
        return rules

    @property
    def has_our_id(self) -> bool:
        """Whether the module has our unique field; nothing is made in Zoho without it."""
        return any(field["api_name"] == EXACT_ID for field in self.module.fields)

    def lacks_our_id(self, pair: Pair) -> bool:
        """Whether Zoho's record does not say yet which record of Exact it is."""
        held = str(pair.zoho.values.get(EXACT_ID) or "")
        return self.has_our_id and held.casefold() != pair.exact.key.casefold()

    def lookups(self, side: Side) -> list[str]:
        """Return the fields of one side that name another record."""
        linked = (rule for rule in self.rules if rule.type is FieldType.LOOKUP)
        return [name for rule in linked for name in rule.fields_of(side)]


def _thawed(rules: Iterable[FieldRule], frozen: Sequence[str]) -> Iterable[FieldRule]:
    for rule in rules:
        if rule.exact_field not in frozen:
            yield rule
        elif rule.fills(Side.ZOHO):
            yield replace(rule, direction=Direction.TO_ZOHO)


@dataclass(frozen=True, slots=True)
class Ties:
    """Which record of one side is which of the other, for what a batch refers to."""

    to_zoho: dict[str, str] = field(default_factory=dict)  # Exact's GUID → Zoho's id
    to_exact: dict[str, str] = field(default_factory=dict)

    @classmethod
    def among(
        cls, scales: Scales, records: Iterable[RemoteRecord], more: Iterable[str] = ()
    ) -> Ties:
        """Look up what these records refer to, and `more` keys, in one question."""
        names = {name for side in Side for name in scales.lookups(side)}
        keys = set(more)
        for record in records:
            keys |= {record.account_key, *(_key(record.values.get(name)) for name in names)}
        return cls.of(scales.module.sync_id, keys)

    @classmethod
    def of(cls, sync_id: int, keys: Iterable[str]) -> Ties:
        """Look up the pairs of these keys of either side."""
        wanted = [key for key in keys if key]
        ties = cls()
        for start in range(0, len(wanted), 400):  # of the 999 values that SQLite takes
            some = wanted[start : start + 400]
            rows = Pair.objects.filter(Q(exact__key__in=some) | Q(zoho__key__in=some), sync=sync_id)
            for guid, number in rows.values_list("exact__key", "zoho__key"):
                ties.to_zoho[guid], ties.to_exact[number] = number, guid
        return ties

    def exact_values(self, scales: Scales, record: RemoteRecord) -> dict[str, Value]:
        """Return a record of Exact with look-ups as keys that both sides share: Exact's GUIDs."""
        same = {guid: guid for guid in self.to_zoho}
        return keyed(record.values, scales.lookups(Side.EXACT), same)

    def zoho_values(self, scales: Scales, record: RemoteRecord) -> dict[str, Value]:
        """Return a record of Zoho with look-ups as keys that both sides share."""
        return keyed(record.values, scales.lookups(Side.ZOHO), self.to_exact)

    def sendable(self, scales: Scales, told: Mapping[str, Value]) -> dict[str, Any]:
        """Return what Zoho is told, with look-ups as Zoho takes them."""
        found: dict[str, Any] = dict(told)
        for name in scales.lookups(Side.ZOHO):
            if found.get(name) is not None:
                found[name] = {"id": self.to_zoho[str(found[name])]}
        return found


def _key(value: object) -> str:
    found = value.get("id") if isinstance(value, Mapping) else value
    return str(found) if found else ""


def weigh(pair: Pair, scales: Scales, ties: Ties, conflicts: Iterable[Conflict] = ()) -> Merge:
    """Return what each side must be told; `conflicts` are the pair's open ones, with choices."""
    exact = Copy(ties.exact_values(scales, pair.exact), pair.exact.changed_at)
    zoho = Copy(ties.zoho_values(scales, pair.zoho), pair.zoho.changed_at)
    return merge(pair.base or {}, exact, zoho, scales.rules_for(pair), _choices(scales, conflicts))


def _choices(scales: Scales, conflicts: Iterable[Conflict]) -> dict[str, Choice]:
    names = {(rule.exact_field, rule.zoho_field): rule.name for rule in scales.rules}
    return {
        names[one.exact_field, one.zoho_field]: Choice(
            Side(one.choice), one.exact_value, one.zoho_value
        )
        for one in conflicts
        if one.choice and (one.exact_field, one.zoho_field) in names
    }


def pending(scales: Scales, found: Merge) -> set[str]:
    """Return the names of the rules that a side must still be told by."""
    return {
        rule.name
        for rule in scales.rules
        if not found.to_exact.keys().isdisjoint(rule.exact_fields)
        or not found.to_zoho.keys().isdisjoint(rule.zoho_fields)
    }


def agreed(scales: Scales, pair: Pair, found: Merge) -> dict[str, str | None]:
    """Return the base as it is now: what waits to be told keeps what both last agreed on."""
    waiting, before = pending(scales, found), pair.base or {}
    now = {name: text for name, text in found.base.items() if name not in waiting}
    return now | {name: before[name] for name in waiting if name in before}

"""Both sides of a record beside each other: fields, lines and totals, and what is not mapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from sync.models import ExactRecord, ModuleSync, ZohoRecord
from sync.rules.zoho.field_rules import FieldRule, Side
from sync.rules.zoho.invoice_lines import ZohoLine
from sync.rules.zoho.mapping import to_exact, to_zoho
from sync.rules.zoho.modules import MODULES, Module
from sync.rules.zoho.transforms import common
from sync.rules.zoho.values import UnreadableError
from sync.services.zoho.merging.weighing import Scales, Ties
from sync.services.zoho.pairing.crossing import LINES

if TYPE_CHECKING:
    pass

Values = Mapping[str, Any]
VERDICTS = {
    "equal": ("Equal", "good"),
    "differs": ("Different", "warn"),
    "one_way": ("Different, one way only", ""),
    "unreadable": ("Can't be read", "bad"),
    "unseen": ("Read at the next run", "busy"),
    "would": ("Would become", ""),
}
ARROWS = {"both": "↔", "to_zoho": "→", "to_exact": "←"}
REFERRED_TO = (Module.ACCOUNTS, Module.PRODUCTS)
NOT_SHOWN = {LINES, "Created", "Modified", "Created_Time", "Modified_Time", "Modified_By"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One mapping: what both sides hold, and whether that is the same."""

    label: str
    names: str  # how either side calls it
    exact: str
    zoho: str
    verdict: str = ""
    anchor: str = ""  # the field of the record that the page is about, once on a page

    @property
    def words(self) -> str:
        """The verdict, for people."""
        return VERDICTS[self.verdict][0] if self.verdict else ""

    @property
    def tone(self) -> str:
        """The colour of the verdict."""
        return VERDICTS[self.verdict][1] if self.verdict else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice or order on one side; amounts without VAT."""

    text: str
    product: str
    quantity: Decimal | None
    net: Decimal | None
    vat: Decimal | None


@dataclass(frozen=True, slots=True)
class Total:
    """A total of both sides."""

    word: str
    exact: Decimal | None
    zoho: Decimal | None

    @property
    def differs(self) -> bool:
        """Whether the two are known and not the same."""
        return None not in (self.exact, self.zoho) and self.exact != self.zoho


@dataclass(slots=True)
class Beside:
    """All that is shown of both sides."""

    facts: list[Fact] = field(default_factory=list)
    others: list[tuple[str, str, str]] = field(default_factory=list)  # side, name, value
    lines: list[tuple[Line | None, Line | None]] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    is_foretold: bool = False  # a side that lacks it shows what would be made there

    @property
    def differing(self) -> int:
        """How many mapped fields differ."""
        return sum(fact.verdict in ("differs", "unreadable") for fact in self.facts)


def beside(module: ModuleSync, exact: ExactRecord | None, zoho: ZohoRecord | None) -> Beside:
    """Return both sides field by field; of a side that lacks it, what would be made there."""
    scales = Scales.of(module)
    ties = Ties.among(scales, [one for one in (exact, zoho) if one is not None])
    names = _names(scales, ties, exact, zoho)
    found = Beside(
        facts=_facts(scales, ties, exact, zoho, names),
        others=_others(scales, exact, zoho),
    )
    found.is_foretold = (exact is None or zoho is None) and _is_foretold(module)
    if MODULES[Module(module.module)].zoho_lines:
        rows = _rows(module, zoho)
        ours, theirs = _exact_lines(exact), [_zoho_line(row, names) for row in rows]
        found.lines = list(zip_longest(ours, theirs))
        found.totals = _totals(exact, zoho, rows)
    return found


def _is_foretold(module: ModuleSync) -> bool:
    """Whether the mappings alone make a record; of invoices and orders, rules of their own do."""
    return not MODULES[Module(module.module)].zoho_lines


def _facts(
    scales: Scales,
    ties: Ties,
    exact: ExactRecord | None,
    zoho: ZohoRecord | None,
    names: Mapping[str, str],
) -> list[Fact]:
    labels = {one["api_name"]: one.get("field_label") or "" for one in scales.module.fields}
    shared: dict[Side, Values] = {}
    if exact is not None:
        shared[Side.EXACT] = ties.exact_values(scales, exact)
    if zoho is not None:
        shared[Side.ZOHO] = ties.zoho_values(scales, zoho)
    held = {Side.EXACT: exact.values if exact else {}, Side.ZOHO: zoho.values if zoho else {}}
    if exact is None and _is_foretold(scales.module):
        held[Side.EXACT] = to_exact(shared[Side.ZOHO], scales.new).values
    if zoho is None and _is_foretold(scales.module):
        held[Side.ZOHO] = to_zoho(shared[Side.EXACT], scales.new).values
    facts = [_fact(rule, held, shared, labels, names) for rule in scales.new]
    named = {one.anchor: one for one in reversed(facts)}
    return [one if named[one.anchor] is one else replace(one, anchor="") for one in facts]


def _fact(
    rule: FieldRule,
    held: Mapping[Side, Values],
    shared: Mapping[Side, Values],
    labels: Mapping[str, str],
    names: Mapping[str, str],
) -> Fact:
    shown = {
        side: " ".join(filter(None, (said(held[side].get(n), names) for n in rule.fields_of(side))))
        for side in Side
    }
    label = labels.get(rule.zoho_field) or rule.zoho_field.replace("_", " ") or rule.exact_field
    called = f"{rule.exact_field or '–'} {ARROWS[rule.direction]} {rule.zoho_field or '–'}"  # noqa: RUF001 - a dash
    verdict = _verdict(rule, shared, shown)
    values = shown[Side.EXACT], shown[Side.ZOHO]
    own = rule.zoho_field if Side.ZOHO in shared else rule.exact_field
    return Fact(label, called, *values, verdict, own)


def _verdict(rule: FieldRule, shared: Mapping[Side, Values], shown: Mapping[Side, str]) -> str:
    if len(shared) == 1:
        (side,) = shared
        return "would" if rule.fills(side.other) and shown[side.other] else ""
    if any(name not in shared[side] for side in Side for name in rule.fields_of(side)):
        return "unseen"
    try:
        exact, zoho = (common(rule, shared[side], side) for side in Side)
    except UnreadableError:
        return "unreadable"
    if exact == zoho:
        return "equal"
    return "differs" if rule.fills(Side.EXACT) and rule.fills(Side.ZOHO) else "one_way"


def _names(
    scales: Scales, ties: Ties, exact: ExactRecord | None, zoho: ZohoRecord | None
) -> dict[str, str]:
    """Return what people call the records that these refer to, by key of either side."""
    held = [row.get("Product_Name") for row in _rows(scales.module, zoho)]
    for side, record in ((Side.EXACT, exact), (Side.ZOHO, zoho)):
        held += [record.values.get(name) for name in scales.lookups(side)] if record else []
    keys = {_key(value) for value in held}
    keys |= {other for known in (ties.to_exact, ties.to_zoho) for other in known.values()}
    names: dict[str, str] = {}
    for copies in (ExactRecord, ZohoRecord):
        named: Any = copies.objects.filter(sync_id=scales.module.sync_id, module__in=REFERRED_TO)
        names |= dict(named.filter(key__in=keys - {""}).values_list("key", "name"))
    return names


def _key(value: Any) -> str:
    found = value.get("id") if isinstance(value, Mapping) else value
    return str(found or "")


def _others(
    scales: Scales, exact: ExactRecord | None, zoho: ZohoRecord | None
) -> list[tuple[str, str, str]]:
    """Return what our copies hold beside the mappings."""
    lines = MODULES[Module(scales.module.module)].zoho_lines
    found = []
    for side, word, record in ((Side.EXACT, "Exact", exact), (Side.ZOHO, "Zoho", zoho)):
        mapped = {name for rule in scales.new for name in rule.fields_of(side)}
        for name, value in sorted((record.values if record else {}).items()):
            if name not in mapped | NOT_SHOWN | {lines} and (text := said(value, {})):
                found.append((word, name, text))
    return found


def said(value: Any, names: Mapping[str, str]) -> str:
    """Return a value of a copy as a person reads it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(filter(None, (said(one, names) for one in value)))
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("value") or value.get("id")
    return "" if value is None else names.get(str(value), str(value))


# --- Lines -------------------------------------------------------------------------------------


def _exact_lines(record: ExactRecord | None) -> list[Line]:
    rows = record.values.get(LINES) if record else None
    return [
        Line(
            text=str(row.get("Description") or row.get("ItemCode") or ""),
            product=str(row.get("ItemCode") or ""),
            quantity=number(row.get("Quantity")),
            net=number(row.get("AmountFC")),
            vat=number(row.get("VATAmountFC")),
        )
        for row in rows or []
    ]


def _rows(module: ModuleSync, record: ZohoRecord | None) -> list[Mapping[str, Any]]:
    name = MODULES[Module(module.module)].zoho_lines
    return record.values.get(name) or [] if record and name else []


def _zoho_line(row: Mapping[str, Any], names: Mapping[str, str]) -> Line:
    product = said(row.get("Product_Name"), names)
    line = ZohoLine.from_api(row)
    return Line(line.description or product, product, line.quantity, line.net, line.tax)


def _totals(
    exact: ExactRecord | None, zoho: ZohoRecord | None, rows: Sequence[Mapping[str, Any]]
) -> list[Total]:
    """Return totals of both sides; Zoho's own subtotal holds the tax of the lines already."""
    ours: dict[str, Any] = exact.values if exact else {}
    theirs: dict[str, Any] = zoho.values if zoho else {}
    lines = [ZohoLine.from_api(row) for row in rows]
    found = [
        Total("Without VAT", number(ours.get("AmountFCExclVat")), _sum(line.net for line in lines)),
        Total("VAT", number(ours.get("VATAmountFC")), _sum(line.tax for line in lines)),
        Total("Adjustment", None, number(theirs.get("Adjustment")) or None),
        Total("Total", number(ours.get("AmountFC")), number(theirs.get("Grand_Total"))),
    ]
    return [one for one in found if one.word != "Adjustment" or one.zoho]


def _sum(amounts: Iterable[Decimal]) -> Decimal | None:
    found = list(amounts)
    return sum(found, Decimal(0)) if found else None


def number(value: Any) -> Decimal | None:
    """Return a number of a copy; None when it holds none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None

"""What a record would become on the other side, and what is missing before it can be made there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync.rules.zoho.field_rules import FieldRule, Side
from sync.rules.zoho.mandatory import TAX, Miss, completed
from sync.rules.zoho.mapping import Filled, to_exact, to_zoho
from sync.rules.zoho.modules import MODULES, Module

if TYPE_CHECKING:
    from sync.models import RemoteRecord, ZohoSync

LINES = "Lines"  # where our copy of an invoice of Exact keeps its lines
TAXES = "Tax"  # Zoho's field of a product's taxes
UNREADABLE = "unreadable"
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of a record: the field to open, and the sentence that says why."""

    field: str
    sentence: str


def obstacles(
    record: RemoteRecord, origin: Side, rules: Iterable[FieldRule], vat_codes: Mapping[str, str]
) -> list[Obstacle]:
    """Return what keeps the other side from taking a new record, defaults filled in.

    `vat_codes` are Exact's, by the name of Zoho's tax. The account that it belongs to is not
    looked at: the switches say whether that is there.
    """
    module, values = Module(record.module), record.values
    filled = (to_exact if origin is Side.ZOHO else to_zoho)(values, rules)
    whole = filled.values | _beside_the_mappings(record, origin, vat_codes)
    misses = completed(module, whole, {}, target=origin.other).misses
    told = [_without_a_code(values) if miss.field == TAX else None for miss in misses]
    found = [known or _missed(miss) for known, miss in zip(told, misses, strict=True)]
    return [*found, *_unreadable(filled)]


def vat_codes(sync: ZohoSync) -> dict[str, str]:
    """Return Exact's VAT code of each tax in Zoho that has one."""
    return dict(sync.taxes.exclude(vat_code="").values_list("label", "vat_code"))


def vat_code_of(values: Values, codes: Mapping[str, str]) -> str | None:
    """Return Exact's VAT code of a product of Zoho; None when it has no tax, or one without."""
    for label in _taxes(values):
        name = label.rpartition(" - ")[0]  # Zoho shows "BTW 21 - 21.0 %"
        if code := codes.get(label) or codes.get(name):
            return code
    return None


def _beside_the_mappings(
    record: RemoteRecord, origin: Side, codes: Mapping[str, str]
) -> dict[str, Any]:
    """Return what crosses by rules of its own: account, lines, and the VAT code of a product."""
    module, values = Module(record.module), record.values
    facts = MODULES[module]
    if origin is Side.EXACT:
        return {facts.zoho_lines: values.get(LINES)}
    if module is Module.PRODUCTS:
        return {TAX: vat_code_of(values, codes)}
    return {
        facts.exact_account: record.account_key,
        facts.exact_lines: values.get(facts.zoho_lines),
    }


def _missed(miss: Miss) -> Obstacle:
    return Obstacle(miss.open_field, f"{miss.sentence} {miss.advice}")


def _without_a_code(values: Values) -> Obstacle | None:
    """Say it if there is a tax, only nobody said what it is in Exact."""
    taxes = _taxes(values)
    if not taxes:
        return None
    sentence = f"Its tax “{taxes[0]}” has no VAT code of Exact. Choose one under Taxes."
    return Obstacle(TAXES, sentence)


def _taxes(values: Values) -> list[str]:
    held = values.get(TAXES)
    rows = held if isinstance(held, list) else [held] if held else []
    return [str(row.get("value", "")) if isinstance(row, Mapping) else str(row) for row in rows]


def _unreadable(filled: Filled) -> list[Obstacle]:
    return [Obstacle(UNREADABLE, sentence) for _, sentence in filled.unreadable]

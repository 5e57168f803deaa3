"""The mappings of one module as the rules see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.models import FieldMapping, ModuleSync
from sync.rules.zoho.field_rules import Direction, FieldRule, Transform, Winner
from sync.rules.zoho.mapping import usable
from sync.rules.zoho.mapping_problems import is_text
from sync.rules.zoho.modules import Module
from sync.rules.zoho.values import FieldType
from sync.services.zoho.mapping.offered import ZOHO_TYPES, exact_fields, is_usual

if TYPE_CHECKING:
    from sync.models import ZohoSync


def rules_of(module: ModuleSync) -> list[FieldRule]:
    """Return the active mappings of a module, in their order, without fields that Zoho lacks.

    Before Zoho's metadata was read nothing is known to be missing.
    """
    known = {field["api_name"]: field for field in module.fields}
    rows = FieldMapping.objects.filter(sync_id=module.sync_id, module=module.module, is_active=True)
    rules = [rule_of(row, known.get(row.zoho_field, {})) for row in rows]
    return usable(rules, known) if known else rules


def rule_of(mapping: FieldMapping, field: dict[str, Any]) -> FieldRule:
    """Return a mapping as the rules see it; `field` is Zoho's metadata of its field."""
    known = exact_fields(Module(mapping.module)).get(mapping.exact_field)
    lengths = [known.length if known else None, field.get("length")]
    return FieldRule(
        exact_field=mapping.exact_field,
        zoho_field=mapping.zoho_field,
        direction=Direction(mapping.direction),
        transform=Transform(mapping.transform or Transform.NONE),
        winner=Winner(mapping.winner),
        type=_type(mapping, field),
        options=mapping.options,
        default=mapping.default or None,
        length=min((one for one in lengths if one), default=None),
    )


def _type(mapping: FieldMapping, field: dict[str, Any]) -> FieldType:
    """Return what a mapping's values are: as Exact has them, or Zoho where Exact says little."""
    module = Module(mapping.module)
    known = exact_fields(module).get(mapping.exact_field)
    told = ZOHO_TYPES.get(field.get("data_type", ""), FieldType.TEXT)
    if known is None or (known.type is FieldType.TEXT and not is_usual(module, known.name)):
        kind = told
    else:
        kind = known.type
    is_read_as_text = mapping.transform == Transform.TABLE and not is_text(kind)
    return FieldType.TEXT if is_read_as_text else kind


def from_rule(module: ModuleSync, rule: FieldRule, position: int) -> FieldMapping:
    """Return a mapping, unsaved, that says what a rule says."""
    return FieldMapping(
        sync_id=module.sync_id,
        module=module.module,
        exact_field=rule.exact_field,
        zoho_field=rule.zoho_field,
        direction=rule.direction,
        transform="" if rule.transform is Transform.NONE else rule.transform,
        options=dict(rule.options),
        default="" if rule.default is None else str(rule.default),
        winner=rule.winner,
        position=position,
    )


def modules_of(sync: ZohoSync) -> list[ModuleSync]:
    """Return the modules that take part and that Zoho lets us reach, accounts first."""
    order = list(Module)
    found = sync.modules.filter(takes_part=True, unavailable="")
    return sorted(found, key=lambda module: order.index(Module(module.module)))

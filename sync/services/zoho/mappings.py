"""The mappings of one module as the rules see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.models import FieldMapping, ModuleSync
from sync.rules.zoho.exact_fields import EXACT_FIELDS
from sync.rules.zoho.field_rules import Direction, FieldRule, Transform, Winner
from sync.rules.zoho.mapping import usable
from sync.rules.zoho.modules import Module
from sync.rules.zoho.values import FieldType

if TYPE_CHECKING:
    from sync.models import ZohoSync

# What Zoho's metadata calls a type, for mappings that name no property of Exact.
_BY_KIND = {
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "website": FieldType.WEBSITE,
    "picklist": FieldType.CHOICE,
    "currency": FieldType.AMOUNT,
    "double": FieldType.NUMBER,
    "integer": FieldType.NUMBER,
    "bigint": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.MOMENT,
    "lookup": FieldType.LOOKUP,
}


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
    known = EXACT_FIELDS[Module(mapping.module)].get(mapping.exact_field)
    kind = known.type if known else _BY_KIND.get(field.get("data_type", ""), FieldType.TEXT)
    lengths = [known.length if known else None, field.get("length")]
    return FieldRule(
        exact_field=mapping.exact_field,
        zoho_field=mapping.zoho_field,
        direction=Direction(mapping.direction),
        transform=Transform(mapping.transform or Transform.NONE),
        winner=Winner(mapping.winner),
        type=kind,
        options=mapping.options,
        default=mapping.default or None,
        length=min((one for one in lengths if one), default=None),
    )


def modules_of(sync: ZohoSync) -> list[ModuleSync]:
    """Return the modules that take part and that Zoho lets us reach, accounts first."""
    order = list(Module)
    found = sync.modules.filter(takes_part=True, unavailable="")
    return sorted(found, key=lambda module: order.index(Module(module.module)))

"""What either side offers a mapping: Exact's properties and Zoho's fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from exact_client.properties import ENTITIES, properties
from sync.rules.zoho.exact_fields import EXACT_FIELDS
from sync.rules.zoho.mapping_problems import Field
from sync.rules.zoho.modules import MODULES, Module
from sync.rules.zoho.values import FieldType
from zoho_client.records import FieldRecord

if TYPE_CHECKING:
    from exact_client.properties import Property
    from sync.models import ModuleSync

# What Zoho's metadata calls a type; all others are text.
ZOHO_TYPES = {
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
# Lists, files and people: what a mapping of one value to one value can't carry.
_NOT_CARRIED = frozenset(
    {"subform", "linetax", "multiselectpicklist", "multiselectlookup", "ownerlookup", "userlookup",
     "fileupload", "imageupload", "profileimage"}
)  # fmt: skip
_WITH_LENGTH = frozenset({"text", "textarea", "email", "phone", "website", "autonumber"})
_EXACT_TYPES = {
    "Guid": FieldType.LOOKUP,
    "Boolean": FieldType.BOOLEAN,
    "DateTime": FieldType.DATE,  # Exact's clock has no zone: the day alone is sure
    "Double": FieldType.NUMBER,
    "Byte": FieldType.NUMBER,
    "Int16": FieldType.NUMBER,
    "Int32": FieldType.NUMBER,
    "Int64": FieldType.NUMBER,
}
# Kept beside a copy, not in it, or our own: nothing that two sides could keep equal.
_STAMPS = frozenset(
    {"ID", "Timestamp", "Division", "Created", "Modified", "Creator", "Modifier",
     "CreatorFullName", "ModifierFullName"}
)  # fmt: skip
_OURS = frozenset(
    {"id", "Created_Time", "Modified_Time", "Created_By", "Modified_By", "Last_Activity_Time",
     "Exact_ID", "Exact_Sync_Status", "Exact_Sync_Message"}
)  # fmt: skip


@cache
def exact_fields(module: Module) -> Mapping[str, Field]:
    """Return the properties of Exact that a mapping may name: the usual ones first, then all.

    What Exact's feed of changes does not tell is left out, because nobody would learn that it
    changed.
    """
    usual = {name: one for name, one in EXACT_FIELDS[module].items() if name not in _STAMPS}
    entity = MODULES[module].exact_entity.rpartition("/")[2]
    known = properties(entity) if entity in ENTITIES else {}
    others = {
        name: _field(name, one)
        for name, one in sorted(known.items(), key=lambda item: item[0].casefold())
        if one.in_sync and one.type != "Binary" and name not in _STAMPS
    }
    return MappingProxyType(usual | {n: one for n, one in others.items() if n not in usual})


def is_usual(module: Module, name: str) -> bool:
    """Whether a property of Exact is one that integrations commonly map."""
    return name in EXACT_FIELDS[module]


def _field(name: str, known: Property) -> Field:
    kind = _EXACT_TYPES.get(known.type, FieldType.TEXT)
    return Field(name, kind, known.writable, known.mandatory, known.max_length)


def zoho_fields(module: ModuleSync) -> dict[str, Field]:
    """Return the fields of Zoho that a mapping may name, as its metadata was last read."""
    found = [msgspec.convert(one, FieldRecord) for one in module.fields]
    return {
        one.api_name: Field(
            one.api_name,
            ZOHO_TYPES.get(one.data_type, FieldType.TEXT),
            one.is_writable,
            one.system_mandatory,
            one.length if one.data_type in _WITH_LENGTH else None,
            one.field_label or "",
        )
        for one in found
        if one.data_type not in _NOT_CARRIED and one.api_name not in _OURS
    }


def label_of(fields: Mapping[str, Field], name: str) -> str:
    """Return what people call a field; its own name if nobody knows it."""
    return (fields[name].label or name) if name in fields else name

"""The organisation that the stand-in keeps: read from the files in company/, and completed."""

import json
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from zoho_client.sandbox.messages import Record
from zoho_client.sandbox.store import person_of

FOLDER = Path(__file__).parent / "company"
MODULES = ("Accounts", "Contacts", "Products", "Deals", "Sales_Orders", "Invoices")
OPERATIONS = ("web_create", "web_update", "api_create", "api_update")
_JSON_TYPES = {
    "currency": "double", "double": "double", "percent": "double", "integer": "integer",
    "boolean": "boolean", "lookup": "jsonobject", "ownerlookup": "jsonobject",
    "subform": "jsonarray", "multiselectpicklist": "jsonarray", "linetax": "jsonarray",
}  # fmt: skip
_BY_COLLEAGUE = 3  # every third record belongs to the second user


@dataclass
class Company:
    """What one stand-in knows when it starts; it may add fields and hide modules."""

    records: dict[str, list[Record]]
    fields: dict[str, list[Record]]
    modules: list[Record]
    org: Record
    users: list[Record]
    taxes: list[Record]
    preference: Record
    currencies: list[Record]
    signals: list[Record]


def read_company() -> Company:
    """Read the company; every call gives a copy of its own, but for what rows hold inside."""
    read = _read()
    others = deepcopy(replace(read, records={}, fields={}))
    return replace(others, records=_copied(read.records), fields=_copied(read.fields))


def _copied(tables: dict[str, list[Record]]) -> dict[str, list[Record]]:
    return {module: [dict(row) for row in rows] for module, rows in tables.items()}


@cache
def _read() -> Company:
    facts = _file("org")
    modules = [module_metadata(row, facts["users"]) for row in _file("modules")]
    ids = {row["api_name"]: row["id"] for row in modules}
    fields = {
        module: [field_metadata(row, ids, facts["users"]) for row in rows]
        for module, rows in _file("fields").items()
    }
    records = {
        module: [
            _complete(row, fields[module], facts["users"][number % _BY_COLLEAGUE == 0])
            for number, row in enumerate(_file(module), start=1)
        ]
        for module in MODULES
    }
    return Company(records=records, fields=fields, modules=modules, **facts)


def _file(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def _complete(row: Record, fields: list[Record], user: Record) -> Record:
    """A record with every field of its module, its empty ones too."""
    empty: Record = {field["api_name"]: [] if _is_list(field) else None for field in fields}
    who = {name: person_of(user) for name in ("Owner", "Created_By", "Modified_By")}
    record = {**empty, **who, "Record_Status__s": "Available", "Locked__s": False, **row}
    if "Full_Name" in record:
        record["Full_Name"] = " ".join(filter(None, (row.get("First_Name"), row["Last_Name"])))
    return record


def _is_list(field: Record) -> bool:
    return bool(field["json_type"] == "jsonarray")


def module_metadata(row: Record, users: list[Record]) -> Record:
    """A module as GET /settings/modules shows it."""
    profile = users[0]["profile"]
    return {
        **dict.fromkeys(("creatable", "editable", "deletable", "viewable"), True),
        **dict.fromkeys(("api_supported", "show_as_tab", "quick_create", "convertable"), True),
        **dict.fromkeys(("feeds_required", "has_more_profiles", "sub_menu_available"), False),
        "arguments": [],
        **dict.fromkeys(("modified_by", "modified_time", "description", "web_link"), None),
        "access_type": "org_based",
        "actual_plural_label": row["plural_label"],
        "actual_singular_label": row["singular_label"],
        "business_card_field_limit": 5,
        "generated_type": "default",
        "parent_module": {},
        "presence_sub_menu": True,
        "private_profile": None,
        "profile_count": 1,
        "profiles": [profile],
        "recycle_bin_on_delete": True,
        "status": "visible",
        "visibility": 1,
        **row,
    }


def field_metadata(row: Record, modules: dict[str, str], users: list[Record]) -> Record:
    """A field as GET /settings/fields shows it, out of the few facts that are its own."""
    label = row.get("field_label") or row["api_name"].replace("_", " ")
    wanted = row.get("lookup")
    inner = row.get("associated_module")
    return {
        "id": row["id"],
        "api_name": row["api_name"],
        "field_label": label,
        "display_label": label,
        "data_type": row["data_type"],
        "length": row["length"],
        "system_mandatory": row.get("system_mandatory", False),
        "custom_field": row.get("custom_field", False),
        "unique": row.get("unique", {}),
        "lookup": _target(wanted, modules) if wanted else {},
        "associated_module": {"module": inner, "name": label} if inner else None,
        "pick_list_values": _choices(row),
        **_shape(row),
        **_rights(row, users[0]["profile"]),
        **dict.fromkeys(("searchable", "filterable", "sortable", "webhook", "visible"), True),
        **dict.fromkeys(("external", "history_tracking", "crypt"), None),
        "layout_associations": [],
    }


def _rights(row: Record, profile: Record) -> Record:
    """Who may write a field: `read_only` is for everybody, `field_read_only` for who asks."""
    closed = row.get("read_only", False)
    permission = {"permission_type": "read_only" if closed else "read_write", **profile}
    return {
        "read_only": closed,
        "field_read_only": closed,
        "operation_type": dict.fromkeys(OPERATIONS, not closed),
        "view_type": {
            **dict.fromkeys(("edit", "create"), not closed),
            "view": True,
            "quick_create": row.get("system_mandatory", False),
        },
        "profiles": [permission],
        **dict.fromkeys(("mass_update", "businesscard_supported"), not closed),
    }


def _shape(row: Record) -> Record:
    """What a field's values look like."""
    type_ = row["data_type"]
    rounding = {"rounding_option": "round_off", "precision": 2}
    return {
        "json_type": "jsonarray" if row["api_name"] == "Tag" else _json_type(type_),
        "decimal_place": 2 if type_ in {"currency", "double"} else None,
        "auto_number": dict.fromkeys(("prefix", "start_number", "suffix")),
        "currency": rounding if type_ == "currency" else {},
        "formula": {},
        "textarea": _textarea(row),
    }


def _json_type(data_type: str) -> str:
    return _JSON_TYPES.get(data_type, "string")


def _target(module: str, modules: dict[str, str]) -> Record:
    # What_Id and the like point at any module: Zoho calls that one se_module.
    return {"module": {"api_name": module, "id": modules.get(module)}, "display_label": module}


def _choices(row: Record) -> list[Record]:
    return [
        {
            "id": str(int(row["id"]) + 500_000 + number),
            **dict.fromkeys(("display_value", "actual_value", "reference_value"), value),
            "sequence_number": number,
            "type": "used",
            "colour_code": None,
        }
        for number, value in enumerate(row.get("values", []), start=1)
    ]


def _textarea(row: Record) -> Record | None:
    if row["data_type"] != "textarea":
        return None
    return {"type": {2_000: "small", 32_000: "large"}.get(row["length"], "rich_text")}

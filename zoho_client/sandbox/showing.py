"""How a stored record is told: chosen fields, lookups by their present name, the user's zone."""

from typing import TYPE_CHECKING, Any

from zoho_client.sandbox import schema
from zoho_client.sandbox.clock import HOME_ZONE, in_zone
from zoho_client.sandbox.messages import Record, Request
from zoho_client.sandbox.store import NAMES

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox


def in_list(request: Request, module: str, row: Record, names: list[str]) -> Record:
    """A record of a list: the fields that were asked for, without what lists never hold."""
    fields = schema.fields_of(request.sandbox, module)
    wanted = [
        name
        for name in dict.fromkeys([*names, "id"])
        if name in fields and fields[name]["data_type"] not in schema.NOT_IN_LISTS
    ]
    return {name: _told(request, fields[name], row.get(name), cut=True) for name in wanted}


def alone(request: Request, module: str, row: Record, names: list[str] | None) -> Record:
    """A record on its own: every field or those asked for, subforms with their rows, and meta."""
    fields = schema.fields_of(request.sandbox, module)
    wanted = [name for name in dict.fromkeys([*(names or fields), "id"]) if name in fields]
    told = {name: _told(request, fields[name], row.get(name)) for name in wanted}
    if names:
        return told
    inner = [name for name, field in fields.items() if field["data_type"] == "subform"]
    return {
        **told,
        **({"$line_tax": row.get("$line_tax", [])} if inner else {}),
        **_meta(request.sandbox),
        "$has_more": dict.fromkeys(inner, False),
    }


def _meta(sandbox: "ZohoSandbox") -> Record:
    """What Zoho adds about the state of a record; nobody may write it back."""
    return {
        "$currency_symbol": sandbox.company.org.get("currency_symbol"),
        "$state": "save",
        "$process_flow": False,
        "$approved": True,
        "$approval": dict.fromkeys(("delegate", "approve", "reject", "resubmit"), False),
        "$approval_state": "approved",
        "$editable": True,
        "$orchestration": False,
        "$in_merge": False,
        "$review_process": None,
        "$review": None,
        "$field_states": None,
        "$locked_for_me": False,
        "$sharing_permission": "full_access",
        "$zia_visions": None,
    }


CUT_AT = 500  # characters of a rich text that a list shows


def _told(request: Request, field: Record, value: Any, *, cut: bool = False) -> Any:
    kind = field["data_type"]
    if value is None:
        return None
    if kind == "datetime" and request.zone != HOME_ZONE:
        return in_zone(value, request.zone)
    if kind == "lookup":
        return current(request.sandbox, field, value)
    if kind == "subform":
        inner = schema.fields_of(request.sandbox, schema.subform_module(field))
        return [_row(request, inner, row) for row in value]
    rich = cut and kind == "textarea" and (field.get("textarea") or {}).get("type") == "rich_text"
    return value[:CUT_AT] if rich else value


def _row(request: Request, fields: dict[str, Record], row: Record) -> Record:
    return {
        name: _told(request, fields[name], value) if name in fields else value
        for name, value in row.items()
    }


def current(sandbox: "ZohoSandbox", field: Record, value: Record) -> Record | None:
    """A lookup with the name its record has now; nothing once that record is deleted."""
    target = ((field.get("lookup") or {}).get("module") or {}).get("api_name", "")
    if target not in NAMES:
        return value
    found = sandbox.store.get(target, value["id"])
    return reference(target, found) if found else None


def reference(module: str, row: Record) -> Record:
    """How other records name this one."""
    told = {"name": row.get(NAMES[module]), "id": row["id"]}
    return {**told, "Product_Code": row.get("Product_Code")} if module == "Products" else told

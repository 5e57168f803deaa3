"""Whether Zoho takes a value for a field, and as what it keeps it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from zoho_client.sandbox import patterns, schema, showing
from zoho_client.sandbox.messages import Problem, Record
from zoho_client.sandbox.store import person_of
from zoho_client.sandbox.table import folded

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox


def value_of(sandbox: "ZohoSandbox", field: Record, value: Any, path: str) -> Any:
    """The value as it is kept. Raises Problem INVALID_DATA with the field's `json_path`."""
    kind = field["data_type"]
    if value is None or value == "":
        return None
    if field.get("json_type") == "jsonarray":
        return _list(sandbox, field, value, path)
    if kind in ("lookup", "ownerlookup", "userlookup"):
        return _lookup(sandbox, field, value, path)
    check = _CHECKS.get(kind)
    return check(field, value, path) if check else _text(field, value, path)


def invalid(field: Record, path: str, **more: Any) -> Problem:
    """The refusal of a value."""
    details = {"api_name": field["api_name"], "json_path": path}
    return Problem("INVALID_DATA", "invalid data", {**more, **details})


def missing(name: str, path: str) -> Problem:
    """The refusal of a record without something that it must have."""
    details = {"api_name": name, "json_path": path}
    return Problem("MANDATORY_NOT_FOUND", "required field not found", details)


def _text(field: Record, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise invalid(field, path, expected_data_type=field["data_type"])
    if field.get("length") and len(value) > field["length"]:
        raise invalid(field, path, maximum_length=field["length"])
    return value


def _like(pattern: Any) -> Callable[[Record, Any, str], str]:
    def check(field: Record, value: Any, path: str) -> str:
        text = _text(field, value, path)
        if not pattern.fullmatch(text):
            raise invalid(field, path, expected_data_type=field["data_type"])
        return text

    return check


def _read(read: Callable[[Any], Any]) -> Callable[[Record, Any, str], Any]:
    def check(field: Record, value: Any, path: str) -> Any:
        found = read(value)
        if found is None:
            raise invalid(field, path, expected_data_type=field["data_type"])
        return found

    return check


def _choice(field: Record, value: Any, path: str) -> str:
    """Any text: Zoho takes values that no picklist holds, and says nothing."""
    return _text({**field, "length": field.get("length") or 120}, value, path)


_CHECKS: dict[str, Callable[[Record, Any, str], Any]] = {
    "email": _like(patterns.EMAIL),
    "phone": _like(patterns.PHONE),
    "website": _like(patterns.WEBSITE),
    "picklist": _choice,
    "integer": _read(patterns.whole),
    "bigint": _like(patterns.LONG),
    "currency": _read(patterns.decimal),
    "double": _read(patterns.decimal),
    "percent": _read(patterns.decimal),
    "boolean": _read(lambda value: value if isinstance(value, bool) else None),
    "date": _read(lambda value: value if patterns.is_day(value) else None),
    "datetime": _read(patterns.moment),
}


def _lookup(sandbox: "ZohoSandbox", field: Record, value: Any, path: str) -> Record:
    """The record or user behind `{"id": …}`; a name alone finds nothing."""
    key = value.get("id") if isinstance(value, dict) else value
    if not isinstance(key, str):
        raise invalid(field, path, expected_data_type="jsonobject")
    if field["data_type"] != "lookup":
        for user in sandbox.company.users:
            if user["id"] == key:
                return person_of(user)
        raise invalid(field, path)
    target = (field["lookup"].get("module") or {})["api_name"]
    if target == "se_module":  # What_Id of a task may be a record of any module
        target = next((name for name in sandbox.store.modules if sandbox.store.get(name, key)), "")
    found = sandbox.store.get(target, key)
    if found is None:
        raise invalid(field, f"{path}.id")
    return showing.reference(target, found)


def _list(sandbox: "ZohoSandbox", field: Record, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(field, path, expected_data_type="jsonarray")
    name = field["api_name"]
    if name == "Line_Tax" or (name == "Tax" and field["data_type"] == "multiselectpicklist"):
        return [tax_of(sandbox, field, one, path) for one in value]
    if name == "Tag" and all(isinstance(one, dict) and one.get("name") for one in value):
        return [{"name": str(one["name"])} for one in value]
    if not all(isinstance(one, str) for one in value):
        raise invalid(field, path, expected_data_type="jsonarray")
    return list(dict.fromkeys(value))


def tax_of(sandbox: "ZohoSandbox", field: Record, given: Any, path: str) -> Record:
    """The company's tax that is named, with its own rate unless callers may change rates.

    A product's taxes are told as `{id, value}`, those of lines as `{id, name, percentage}`.
    """
    asked = given if isinstance(given, dict) else {"value": given}
    words = {folded(asked.get(name)) for name in ("id", "name", "value") if asked.get(name)}
    for tax in sandbox.company.taxes:
        if words & {folded(tax[name]) for name in ("id", "name", "display_label")}:
            break
    else:
        raise invalid(field, path, expected_data_type="a tax of the organization")
    if field["api_name"] == "Tax":
        return {"id": tax["id"], "value": tax["display_label"]}
    rate = tax["value"]
    if sandbox.company.preference.get("modify_tax_rates") and "percentage" in asked:
        rate = patterns.decimal(asked["percentage"]) or 0.0
    return {"id": tax["id"], "name": tax["name"], "percentage": rate}


def check_unique(sandbox: "ZohoSandbox", module: str, values: Record, key: str, path: str) -> None:
    """Refuse a value that another record has in a unique field. Raises Problem DUPLICATE_DATA."""
    for name in schema.unique_fields(sandbox, module):
        value = values.get(name)
        if value is None:
            continue
        others = [one for one in sandbox.store.find(module, name, value) if one != key]
        if _is_exact(sandbox, module, name):
            others = [one for one in others if _row(sandbox, module, one).get(name) == value]
        if others:
            raise _duplicate(sandbox, module, others, name, f"{path}.{name}")


def _is_exact(sandbox: "ZohoSandbox", module: str, name: str) -> bool:
    return bool(schema.fields_of(sandbox, module)[name]["unique"].get("casesensitive"))


def _row(sandbox: "ZohoSandbox", module: str, key: str) -> Record:
    return sandbox.store.get(module, key) or {}


def _duplicate(
    sandbox: "ZohoSandbox", module: str, others: list[str], name: str, path: str
) -> Problem:
    """The refusal that names the record which has the value already."""
    row = _row(sandbox, module, others[0])
    ids = {one["api_name"]: one["id"] for one in sandbox.company.modules}
    where = {"api_name": module, "id": ids.get(module)}
    found = {"id": row["id"], "Owner": row.get("Owner"), "module": where}
    details = {
        "api_name": name,
        "json_path": path,
        "id": row["id"],
        "more_records": len(others) > 1,
        "duplicate_record": found,
    }
    return Problem("DUPLICATE_DATA", "duplicate data", details)

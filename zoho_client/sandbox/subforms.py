"""Rows inside records: a write adds rows, changes those it names, and leaves the others alone."""

from typing import TYPE_CHECKING, Any

from zoho_client.sandbox import schema
from zoho_client.sandbox.checks import invalid, missing, value_of
from zoho_client.sandbox.messages import Problem, Record

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox


def merged(
    sandbox: "ZohoSandbox", field: Record, kept: list[Record], given: Any, path: str
) -> list[Record]:
    """The rows of a subform after a write. Raises Problem.

    A row without id is added, one with id is changed, one with `_delete` goes, one that is left
    out stays, and an empty list removes all. A subform that must be there can't lose every row.
    """
    if given is not None and not isinstance(given, list):
        raise invalid(field, path, expected_data_type="jsonarray")
    rows = {row["id"]: row for row in kept} if given else {}
    for number, row in enumerate(given or []):
        _apply(sandbox, field, rows, row, f"{path}[{number}]")
    if not rows and field["system_mandatory"]:
        raise missing(field["api_name"], path)
    return list(rows.values())


def _apply(
    sandbox: "ZohoSandbox", field: Record, rows: dict[str, Record], given: Any, path: str
) -> None:
    if not isinstance(given, dict):
        raise invalid(field, path, expected_data_type="jsonobject")
    key = given.get("id")
    if key is not None and key not in rows:
        details = {"api_name": "id", "json_path": f"{path}.id"}
        raise Problem("INVALID_DATA", "the id given seems to be invalid", details)
    if "_delete" in given and key is not None:
        del rows[key]
        return
    row = _row(sandbox, field, rows.get(key or "", {}), given, path)
    last = max((one["Sequence_Number"] for one in rows.values()), default=0)
    rows[row["id"]] = {"Sequence_Number": last + 1, **row}


def _row(sandbox: "ZohoSandbox", field: Record, kept: Record, given: Record, path: str) -> Record:
    fields = schema.fields_of(sandbox, schema.subform_module(field))
    now = sandbox.clock.text()
    fresh = {} if kept else {"id": sandbox.store.new_id(), "Created_Time": now}
    values = {
        name: value_of(sandbox, fields[name], value, f"{path}.{name}")
        for name, value in given.items()
        if name in fields and schema.is_written_by_callers(fields[name])
    }
    row = {**kept, **fresh, **values, "Modified_Time": now}
    for name, one in fields.items():
        if one["system_mandatory"] and row.get(name) is None:
            raise missing(name, f"{path}.{name}")
    return _priced(sandbox, row) if "Product_Name" in fields else row


def _priced(sandbox: "ZohoSandbox", row: Record) -> Record:
    """A line with the quantity and the price that Zoho takes when none was given."""
    price = row.get("List_Price")
    if price is None and sandbox.switches.list_price_fallback:
        product = sandbox.store.get("Products", row["Product_Name"]["id"]) or {}
        price = product.get("Unit_Price")
    quantity = 1.0 if row.get("Quantity") is None else row["Quantity"]
    return {"Line_Tax": [], "Description": None, "Discount": 0.0, **row} | {
        "Quantity": quantity,
        "List_Price": price or 0.0,
    }


def all_rows(sandbox: "ZohoSandbox", module: str) -> dict[str, Record]:
    """The rows of a subform module, of every parent; empty when it is no such module."""
    parent = schema.parent_of(sandbox, module)
    if parent is None:
        return {}
    return {
        row["id"]: {**row, "Parent_Id": {"id": record["id"], "name": record.get("Subject")}}
        for record in sandbox.store.rows(parent[0])
        for row in record.get(parent[1]) or []
    }

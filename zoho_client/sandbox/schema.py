"""What the company's modules and fields are, and which of them a call may name."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from zoho_client.sandbox.messages import Problem, Record, Request

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

# What an upsert compares when nothing else is said.
CHECKED = {
    "Leads": "Email",
    "Accounts": "Account_Name",
    "Contacts": "Email",
    "Deals": "Deal_Name",
    "Products": "Product_Name",
    "Quotes": "Subject",
    "Sales_Orders": "Subject",
    "Invoices": "Subject",
    "Cases": "Subject",
    "Campaigns": "Campaign_Name",
}
NOT_IN_LISTS = {"subform", "multiselectlookup", "multiuserlookup"}


def module_of(request: Request) -> str:
    """The module in the path; its case matters. Raises Problem when it can't be reached."""
    name = request.places["module"]
    if request.sandbox.switches.module_states.get(name) == "no_rights":
        details = {"permissions": [f"Crm_Implied_View_{name}"]}
        raise Problem("NO_PERMISSION", "permission denied", details, 403)
    if not is_reachable(request.sandbox, name):
        where = {"resource_path_index": 0}
        raise Problem("INVALID_MODULE", "the module name given seems to be invalid", where)
    return name


def is_reachable(sandbox: "ZohoSandbox", name: str) -> bool:
    """Whether a module exists, is switched on and may be reached by the API."""
    known = {module["api_name"]: module for module in sandbox.company.modules}
    found = known.get(name)
    if found is None or sandbox.switches.module_states.get(name):
        return False
    return bool(found["api_supported"] and found["status"] == "visible")


def fields_of(sandbox: "ZohoSandbox", module: str) -> dict[str, Record]:
    """The fields of a module by their API names."""
    return {field["api_name"]: field for field in sandbox.company.fields.get(module, [])}


def parent_of(sandbox: "ZohoSandbox", module: str) -> tuple[str, str] | None:
    """The module whose records hold the rows of a subform module, and the field they are in."""
    for parent, fields in sandbox.company.fields.items():
        for field in fields:
            if field["data_type"] == "subform" and subform_module(field) == module:
                return parent, field["api_name"]
    return None


def subform_module(field: Record) -> str:
    """The module that describes the rows of a subform field."""
    inner = field.get("associated_module") or {}
    return str(inner.get("api_name") or field["api_name"])


def items_of(fields: Iterable[Record]) -> str | None:
    """The subform that holds the lines of a module, when it has one."""
    return next((one["api_name"] for one in fields if one["data_type"] == "subform"), None)


def unique_fields(sandbox: "ZohoSandbox", module: str) -> list[str]:
    """The fields that a person made unique."""
    fields = fields_of(sandbox, module).values()
    return [field["api_name"] for field in fields if field.get("unique")]


def is_required(module: str, field: Record) -> bool:
    """Whether the layout asks for a field; the API does so only when a record names its Layout."""
    often = module in {"Invoices", "Sales_Orders"} and field["api_name"] == "Account_Name"
    return bool(field["system_mandatory"] or often)


def is_written_by_callers(field: Record) -> bool:
    """Whether the API takes a value for a field; what Zoho computes is left aside silently."""
    operations: dict[str, Any] = field.get("operation_type") or {}
    return not field.get("read_only") and bool(operations.get("api_create", True))

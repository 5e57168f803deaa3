"""Settings: modules, fields, layouts, organisation, users, taxes and currencies."""

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from zoho_client.sandbox.company import field_metadata
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import number_of
from zoho_client.sandbox.schema import is_required
from zoho_client.sandbox.several import missing, reply, rows_of, success, wrong

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

MADE = "_fields"  # the table of fields that were made by API
MOST_NEW_FIELDS = 5  # in one call
STATUSES = ("visible", "user_hidden", "system_hidden", "scheduled_for_deletion")
# What each state of `switches.module_states` makes of a module's row.
_STATES: dict[str, Record] = {
    "user_hidden": {"status": "user_hidden", "visibility": 0, "show_as_tab": False},
    "system_hidden": {"status": "system_hidden", "visibility": -1, "show_as_tab": False},
    "not_supported": {"api_supported": False},
    "no_rights": {
        **dict.fromkeys(("creatable", "editable", "deletable", "viewable"), False),
        "profiles": [],
    },
}
_LENGTHS = {"text": 255, "textarea": 2_000, "email": 100, "phone": 30, "website": 450}
_NEW_TYPES = {
    *_LENGTHS, "picklist", "multiselectpicklist", "integer", "bigint", "currency", "double",
    "percent", "boolean", "date", "datetime", "lookup", "userlookup",
}  # fmt: skip
_MAY_BE_UNIQUE = {"text", "email", "phone", "integer", "bigint"}


def register(sandbox: "ZohoSandbox") -> None:
    """Put this chapter's addresses into the table."""
    reading = {
        "settings/modules": (modules, "ZohoCRM.settings.modules.READ"),
        "settings/fields": (fields, "ZohoCRM.settings.fields.READ"),
        "settings/layouts": (layouts, "ZohoCRM.settings.layouts.READ"),
        "org": (org, "ZohoCRM.org.READ"),
        "org/taxes": (taxes, "ZohoCRM.settings.taxes.READ"),
        "org/currencies": (currencies, "ZohoCRM.settings.currencies.READ"),
        "users": (users, "ZohoCRM.users.READ"),
    }
    for address, (handler, scope) in reading.items():
        sandbox.routes.add("GET", f"/crm/v8/{address}", handler, scopes=(scope,))
    needed = ("ZohoCRM.settings.modules.READ",)
    sandbox.routes.add("GET", "/crm/v8/settings/modules/{module}", one_module, scopes=needed)
    scopes = ("ZohoCRM.settings.fields.CREATE",)
    sandbox.routes.add("POST", "/crm/v8/settings/fields", create_fields, scopes=scopes)
    _restore(sandbox)


def _restore(sandbox: "ZohoSandbox") -> None:
    """Bring back the fields that were made by API; the store remembers them over a restart."""
    for made in sandbox.store.rows(MADE):
        known = sandbox.company.fields[made["module"]]
        if made["field"]["id"] not in {field["id"] for field in known}:
            known.append(made["field"])


def module_rows(sandbox: "ZohoSandbox") -> list[Record]:
    """Every module as it is told, after what `switches.module_states` did to it."""
    states = sandbox.switches.module_states
    return [
        {**row, **_STATES.get(states.get(row["api_name"], ""), {})}
        for row in sandbox.company.modules
        if states.get(row["api_name"]) != "absent"
    ]


def modules(request: Request) -> Reply:
    """Every module, hidden ones too, or those with one of the statuses asked for."""
    wanted = [one for one in request.query.get("status", "").split(",") if one]
    for index, status in enumerate(wanted):
        if status not in STATUSES:
            details = {"index": index, "supported_values": list(STATUSES), "param_name": "status"}
            raise Problem("INVALID_DATA", "invalid data", details)
    rows = module_rows(request.sandbox)
    found = [row for row in rows if not wanted or row["status"] in wanted]
    return Reply(200, {"modules": found}) if found else Reply(204)


def one_module(request: Request) -> Reply:
    """One module."""
    wanted = request.places["module"]
    found = [row for row in module_rows(request.sandbox) if row["api_name"] == wanted]
    if not found:
        raise _unknown_module("resource_path_index", 2)
    return Reply(200, {"modules": found})


def fields(request: Request) -> Reply:
    """The fields of a module; the unused ones only when `type` asks for them."""
    module = _module_asked(request)
    if request.query.get("type") == "unused":
        return Reply(204)
    return Reply(200, {"fields": request.sandbox.company.fields[module]})


def create_fields(request: Request) -> Reply:
    """Make custom fields; each answers for itself."""
    module = _module_asked(request)
    work = (
        partial(_made, request, module, wish, f"$.fields[{place}]")
        for place, wish in enumerate(rows_of(request, "fields", MOST_NEW_FIELDS))
    )
    return reply(request, "fields", work, done=201)


def layouts(request: Request) -> Reply:
    """The one layout of a module. Its Account_Name is mandatory on invoices, as it often is."""
    module = _module_asked(request)
    rows = request.sandbox.company.fields[module]
    told = [
        {**{name: row[name] for name in _IN_LAYOUT}, "required": is_required(module, row)}
        for row in rows
    ]
    layout = {
        "id": f"{int(rows[0]['id']) + 900_000}",
        "name": "Standard",
        "api_name": "Standard",
        "display_label": "Standard",
        "status": "active",
        "visible": True,
        "sections": [{"api_name": f"{module}_Information", "name": module, "fields": told}],
    }
    return Reply(200, {"layouts": [layout]})


def org(request: Request) -> Reply:
    """The organisation; its licence is the one that its credits follow."""
    found, switches = request.sandbox.company.org, request.sandbox.switches
    bought = {"paid_type": switches.edition, "users_license_purchased": switches.users}
    return Reply(200, {"org": [{**found, "license_details": found["license_details"] | bought}]})


def users(request: Request) -> Reply:
    """The users of a type; 204 when there are none."""
    kind = request.query.get("type", "AllUsers")
    everybody = request.sandbox.company.users
    if kind == "CurrentUser":
        return _users(request, [request.user])
    if kind in {"AllUsers", "ActiveUsers", "ActiveConfirmedUsers", "AdminUsers"}:
        return _users(request, everybody)
    if kind in {"DeactiveUsers", "DeletedUsers", "NotConfirmedUsers"}:
        return Reply(204)
    raise Problem("INVALID_DATA", "invalid data", {"param_name": "type"})


def taxes(request: Request) -> Reply:
    """The sales taxes of the organisation: a label and a percentage, no code."""
    company = request.sandbox.company
    told = {"taxes": company.taxes, "preference": company.preference}
    return Reply(200, {"org_taxes": told})


def currencies(request: Request) -> Reply:
    """The currencies, once the organisation works with several."""
    if not request.sandbox.company.org["mc_status"]:
        raise Problem("CURRENCIES_NOT_ENABLED", "The multi-currency feature is not enabled")
    return Reply(200, {"currencies": request.sandbox.company.currencies})


_IN_LAYOUT = ("id", "api_name", "data_type", "field_label", "length", "read_only", "custom_field")


def _users(request: Request, found: list[Record]) -> Reply:
    size = number_of(request.query, "per_page", 200, most=200)
    page = number_of(request.query, "page", 1)
    told = found[(page - 1) * size : page * size]
    more = len(found) > page * size
    info = {"per_page": size, "count": len(told), "page": page, "more_records": more}
    return Reply(200, {"users": told, "info": info}) if told else Reply(204)


def _module_asked(request: Request) -> str:
    """The module whose fields are asked for; a hidden one may still be described."""
    if "module" not in request.query:
        text = "One of the expected parameter is missing"
        raise Problem("REQUIRED_PARAM_MISSING", text, {"param_name": "module"})
    module = request.query["module"]
    states = {"absent", "not_supported"}
    gone = request.sandbox.switches.module_states.get(module) in states
    if gone or module not in request.sandbox.company.fields:
        raise _unknown_module("param_name", "module")
    return module


def _made(request: Request, module: str, wish: Record, path: str) -> Record:
    field = add_field(request.sandbox, module, wish, path)
    return success("field created", {"id": field["id"], "api_name": field["api_name"]})


def add_field(
    sandbox: "ZohoSandbox", module: str, wish: Record, path: str = "$.fields[0]"
) -> Record:
    """Make a custom field out of what POST /settings/fields takes. Raises Problem."""
    label, type_ = _read_wish(wish, path)
    # Zoho makes the API name of the label: what is neither letter nor digit becomes "_".
    name = str(wish.get("api_name") or re.sub(r"\W+", "_", label).strip("_"))
    known = sandbox.company.fields[module]
    if any(name == field["api_name"] or label == field["field_label"] for field in known):
        details = {"api_name": "field_label", "json_path": f"{path}.field_label"}
        raise Problem("DUPLICATE_DATA", "duplicate data", details)
    facts: Record = {
        "id": sandbox.store.new_id(),
        "api_name": name,
        "field_label": label,
        "data_type": type_,
        "length": wish.get("length") or _LENGTHS.get(type_, 20),
        "custom_field": True,
        "values": [_shown(choice) for choice in wish.get("pick_list_values") or ()],
        "unique": {"casesensitive": "false", **wish["unique"]} if wish.get("unique") else {},
    }
    ids = {row["api_name"]: row["id"] for row in sandbox.company.modules}
    field = field_metadata(facts, ids, sandbox.company.users)
    known.append(field)
    sandbox.store.keep(MADE, field["id"], {"id": field["id"], "module": module, "field": field})
    return field


def _shown(choice: Any) -> str:
    return str(choice.get("display_value") if isinstance(choice, dict) else choice)


def _read_wish(wish: Record, path: str) -> tuple[str, str]:
    """The label and type of a field to be. Raises Problem."""
    for name in ("field_label", "data_type"):
        if not wish.get(name):
            raise missing(name, path)
    shapes = {"unique": dict, "length": int, "pick_list_values": list}
    for name, shape in shapes.items():
        if not isinstance(wish.get(name) or shape(), shape):
            raise wrong(name, json_path=f"{path}.{name}")
    label, type_ = str(wish["field_label"]), str(wish["data_type"])
    if type_ not in _NEW_TYPES:
        raise wrong("data_type", json_path=f"{path}.data_type")
    if wish.get("unique") and type_ not in _MAY_BE_UNIQUE:
        raise wrong("unique", json_path=f"{path}.unique")
    return label, type_


def _unknown_module(name: str, value: Any) -> Problem:
    return Problem("INVALID_MODULE", "the module name given seems to be invalid", {name: value})

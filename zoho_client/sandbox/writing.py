"""Writing records: insert, update and upsert. Nothing here is idempotent, as nothing there is."""

from typing import TYPE_CHECKING, Any

from zoho_client.sandbox import batches, checks, records, schema
from zoho_client.sandbox.clock import moment_of
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import wrong
from zoho_client.sandbox.table import place_of

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox


def register(sandbox: "ZohoSandbox") -> None:
    """Put the addresses of this chapter into the table."""
    routes, heavy = sandbox.routes, batches.is_heavy
    create, update = ("ZohoCRM.modules.{module}.CREATE",), ("ZohoCRM.modules.{module}.UPDATE",)
    routes.add("POST", "/crm/v8/{module}", insert, scopes=create, heavy=heavy)
    routes.add("PUT", "/crm/v8/{module}", change, scopes=update, heavy=heavy)
    routes.add("PUT", "/crm/v8/{module}/{id}", change, scopes=update)
    routes.add("POST", "/crm/v8/{module}/upsert", upsert, scopes=(*create, *update), heavy=heavy)


def insert(request: Request) -> Reply:
    """POST /{module}: a retry makes a second record."""
    module, data = _writable(request), batches.records_in(request)
    batches.triggers(request)

    def work(given: Record, path: str) -> Record:
        row = _inserted(request, module, given, path)
        return batches.success(request, row, "record added", details=_APPROVED)

    return batches.worked_off(request, data, work, 201)


def change(request: Request) -> Reply:
    """PUT /{module} and /{module}/{id}: what is left out stays, null empties a field."""
    module, data = _writable(request), batches.records_in(request)
    batches.triggers(request)
    if "id" in request.places:
        data = [{**data[0], "id": request.places["id"]}]

    def work(given: Record, path: str) -> Record:
        if "id" not in given:
            raise checks.missing("id", f"{path}.id")
        row = _changed(request, module, given["id"], given, path)
        return batches.success(request, row, "record updated")

    return batches.worked_off(request, data, work)


def upsert(request: Request) -> Reply:
    """POST /{module}/upsert: changes the record that looks the same, or makes one."""
    module, data = _writable(request), batches.records_in(request)
    batches.triggers(request)
    compared = compared_fields(request, module)

    def work(given: Record, path: str) -> Record:
        name, key = _alike(request.sandbox, module, given, compared)
        if key is None:
            row = _inserted(request, module, given, path)
            more: Record = {"action": "insert", "details": _APPROVED}
        else:
            row, more = _changed(request, module, key, given, path), {"action": "update"}
        message = "record updated" if key else "record added"
        return batches.success(request, row, message, duplicate_field=name, **more)

    return batches.worked_off(request, data, work)


_APPROVED = {"$approval_state": "approved"}


def _writable(request: Request) -> str:
    """The module of a write; rows of subforms are written through their parents."""
    module = schema.module_of(request)
    if schema.parent_of(request.sandbox, module):
        raise Problem("NOT_SUPPORTED", "the module is not supported for this call", status=403)
    return module


def _inserted(request: Request, module: str, given: Record, path: str) -> Record:
    values = records.accepted(request.sandbox, module, given, {}, path)
    full = records.complete(request.sandbox, module, values)
    return request.sandbox.store.insert(module, full, by=request.user)


def _changed(request: Request, module: str, key: Any, given: Record, path: str) -> Record:
    row = request.sandbox.store.get(module, key) if isinstance(key, str) else None
    if row is None:
        raise batches.no_such(key, f"{path}.id")
    request.sandbox.check_record(key)
    _check_unmodified(request, row)
    values = records.accepted(request.sandbox, module, given, row, path)
    return request.sandbox.store.update(module, row["id"], values, by=request.user)


def _check_unmodified(request: Request, row: Record) -> None:
    """Refuse a record that changed after the time in If-Unmodified-Since. Raises Problem 412."""
    text = request.headers.get("if-unmodified-since")
    if text is None:
        return
    try:
        moment = moment_of(text)
    except ValueError as error:
        raise wrong("If-Unmodified-Since") from error
    if place_of(row, "Modified_Time")[0] > moment:
        message = "record updated time has already passed if-unmodified-since time"
        details = batches.success(request, row, "")["details"]
        raise Problem("ALREADY_MODIFIED", message, details, 412)


def compared_fields(request: Request, module: str) -> list[str]:
    """The fields an upsert compares, in their order. Raises Problem for one that can't be.

    Nothing given: the system's field, then the unique ones. Unique ones given: those, then the
    other unique ones, without the system's field. The system's field given: it, then all others.
    """
    given = request.json().get("duplicate_check_fields") or []
    unique = schema.unique_fields(request.sandbox, module)
    system = schema.CHECKED.get(module, "Name")
    if not isinstance(given, list) or any(one not in [system, *unique] for one in given):
        details = {"api_name": "duplicate_check_fields", "json_path": "$.duplicate_check_fields"}
        raise Problem("INVALID_DATA", "invalid data", details)
    first = [system] if not given or system in given else []
    return list(dict.fromkeys([*first, *given, *unique]))


def _alike(
    sandbox: "ZohoSandbox", module: str, given: Record, compared: list[str]
) -> tuple[str | None, str | None]:
    """The field that gave the first record away, and the id of that record."""
    for name in compared:
        found = sandbox.store.find(module, name, given[name]) if given.get(name) else []
        if found:
            return name, found[0]
    return None, None

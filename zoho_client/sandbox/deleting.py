"""Deleting records, and the list of what was deleted, which does not reach back for ever."""

from typing import TYPE_CHECKING, Any

from zoho_client.sandbox import batches, schema
from zoho_client.sandbox.clock import DAY, in_zone, moment_of
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import PER_PAGE, number_of, wrong
from zoho_client.sandbox.reading import since

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

IN_THE_BIN = 60 * DAY
REMEMBERED = 120 * DAY
TYPES = ["all", "recycle", "permanent"]


def register(sandbox: "ZohoSandbox") -> None:
    """Put the addresses of this chapter into the table."""
    delete, read = ("ZohoCRM.modules.{module}.DELETE",), ("ZohoCRM.modules.{module}.READ",)
    sandbox.routes.add("DELETE", "/crm/v8/{module}", remove, scopes=delete)
    sandbox.routes.add("DELETE", "/crm/v8/{module}/{id}", remove, scopes=delete)
    sandbox.routes.add("GET", "/crm/v8/{module}/deleted", deleted, scopes=read)


def remove(request: Request) -> Reply:
    """DELETE /{module}?ids= and /{module}/{id}: into the recycle bin."""
    module = schema.module_of(request)
    named = request.places.get("id") or request.query.get("ids", "")
    ids = [key for key in named.split(",") if key]
    if not ids:
        text = "One of the expected parameter is missing"
        raise Problem("REQUIRED_PARAM_MISSING", text, {"param_name": "ids"})
    if len(ids) > batches.MOST:
        raise Problem("LIMIT_EXCEEDED", "too many ids", {"limit": batches.MOST})

    def work(key: Any, _path: str) -> Record:
        if request.sandbox.store.get(module, key) is None:
            raise Problem("INVALID_DATA", "the id given seems to be invalid", {"id": key})
        request.sandbox.check_record(key)
        request.sandbox.store.delete(module, key, by=request.user)
        told = {"code": "SUCCESS", "details": {"id": key}}
        return {**told, "message": "record deleted", "status": "success"}

    return batches.worked_off(request, ids, work)


def deleted(request: Request) -> Reply:
    """GET /{module}/deleted: what is in the bin for 60 days, and what is gone for good for 120."""
    module = schema.module_of(request)
    kind = request.query.get("type", "all")
    if kind not in TYPES:
        raise wrong("type", supported_values=TYPES)
    size = number_of(request.query, "per_page", PER_PAGE, most=PER_PAGE)
    number = number_of(request.query, "page", 1)
    found = [one for one in _entries(request, module) if kind in ("all", one["type"])]
    start = (number - 1) * size
    page = found[start : start + size]
    if not page:
        return Reply(304 if "if-modified-since" in request.headers else 204, credits=2)
    info = {"per_page": size, "count": len(page), "page": number}
    more = {"more_records": start + size < len(found)}
    return Reply(200, {"data": page, "info": {**info, **more}}, credits=2)


def _entries(request: Request, module: str) -> list[Record]:
    """What was deleted in a module and is still told, youngest first."""
    sandbox, now = request.sandbox, request.sandbox.clock.now()
    after = since(request) if "if-modified-since" in request.headers else 0.0
    after = max(after, now - REMEMBERED)
    rows = [one for one in sandbox.store.rows("_deleted") if one["module"] == module]
    rows = [one for one in rows if moment_of(one["deleted_time"]) >= after]
    rows.sort(key=lambda one: (moment_of(one["deleted_time"]), int(one["id"])), reverse=True)
    return [_told(request, row, now) for row in rows]


def _told(request: Request, row: Record, now: float) -> Record:
    aged = moment_of(row["deleted_time"]) < now - IN_THE_BIN
    told = {name: row[name] for name in ("deleted_by", "id", "display_name", "type", "created_by")}
    if aged or row["type"] == "permanent":
        lost = dict.fromkeys(("deleted_by", "display_name", "created_by"))
        told |= {**lost, "type": "permanent"}
    return {**told, "deleted_time": in_zone(row["deleted_time"], request.zone)}

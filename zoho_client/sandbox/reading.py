"""Reading records: lists with mandatory fields, one record with its subforms, rows of subforms."""

from bisect import bisect_left
from typing import TYPE_CHECKING

from zoho_client.sandbox import schema, showing, subforms
from zoho_client.sandbox.clock import moment_of
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import page_of, wrong
from zoho_client.sandbox.table import Place, place_of

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

MOST_FIELDS = 50
SORTED_BY = ["id", "Created_Time", "Modified_Time"]


def register(sandbox: "ZohoSandbox") -> None:
    """Put the addresses of this chapter into the table."""
    scopes = ("ZohoCRM.modules.{module}.READ",)
    sandbox.routes.add("GET", "/crm/v8/{module}", many, scopes=scopes, heavy=_of_a_view)
    sandbox.routes.add("GET", "/crm/v8/{module}/{id}", one, scopes=scopes)


def _of_a_view(request: Request) -> bool:
    return "cvid" in request.query


def many(request: Request) -> Reply:
    """GET /{module}: 200 with a page, 204 when nothing matches, 304 when nothing changed."""
    module = schema.module_of(request)
    names = _fields(request)
    _check(request)
    rows = _rows(request, module)
    page = page_of(request, _chosen(request, _places(request, module, rows), module))
    credits_ = 3 if "cvid" in request.query else 1
    if not page.ids:
        return Reply(304 if "if-modified-since" in request.headers else 204, credits=credits_)
    found = (rows[key] if rows else request.sandbox.store.get(module, key) for key in page.ids)
    told = [showing.in_list(request, module, row, names) for row in found if row]
    return Reply(200, {"data": told, "info": page.info}, credits=credits_)


def one(request: Request) -> Reply:
    """GET /{module}/{id}: the whole record, or 204 when there is none."""
    module, key = schema.module_of(request), request.places["id"]
    known = subforms.all_rows(request.sandbox, module).get(key)
    row = known or request.sandbox.store.get(module, key)
    if not key.isdecimal() or (row is None and request.sandbox.switches.unknown_id_refused):
        details = {"resource_path_index": 1}
        raise Problem("INVALID_DATA", "the id given seems to be invalid", details)
    if row is None:
        return Reply(204)
    if "if-modified-since" in request.headers and place_of(row, "Modified_Time")[0] < since(
        request
    ):
        return Reply(304)
    names = request.query.get("fields", "").split(",") if "fields" in request.query else None
    return Reply(200, {"data": [showing.alone(request, module, row, names)]})


def _fields(request: Request) -> list[str]:
    names = [name.strip() for name in request.query.get("fields", "").split(",") if name.strip()]
    if not names:
        text = "One of the expected parameter is missing"
        raise Problem("REQUIRED_PARAM_MISSING", text, {"param_name": "fields"})
    if len(names) > MOST_FIELDS:
        details = {"param_name": "fields", "limit": MOST_FIELDS}
        raise Problem("LIMIT_EXCEEDED", "maximum number of fields exceeded", details)
    return names


def _check(request: Request) -> None:
    query = request.query
    if query.get("sort_by", "id") not in SORTED_BY:
        raise wrong("sort_by", supported_values=SORTED_BY)
    if "cvid" in query and "sort_by" in query:
        due = [{"param_name": "cvid"}, {"param_name": "sort_by"}]
        text = "ambiguity while processing the request"
        raise Problem("AMBIGUITY_DURING_PROCESSING", text, {"ambiguity_due_to": due})


def _rows(request: Request, module: str) -> dict[str, Record]:
    """The rows of a subform module; empty for a module that has a table."""
    return subforms.all_rows(request.sandbox, module)


def _places(request: Request, module: str, rows: dict[str, Record]) -> list[Place]:
    field = request.query.get("sort_by", "id")
    if rows:
        return sorted(place_of(row, field) for row in rows.values())
    if "if-modified-since" not in request.headers:
        return request.sandbox.store.ordered(module, field)
    places = request.sandbox.store.ordered(module, "Modified_Time")
    newer = places[bisect_left(places, (since(request), 0)) :]
    if field == "Modified_Time":
        return newer
    found = (request.sandbox.store.get(module, str(key)) for _, key in newer)
    return sorted(place_of(row, field) for row in found if row)


def _chosen(request: Request, places: list[Place], module: str) -> list[Place]:
    """Only the records that `ids` names, when it is there."""
    if "ids" not in request.query:
        return places
    wanted = set(request.query["ids"].split(","))
    return [place for place in places if str(place[1]) in wanted]


def since(request: Request) -> float:
    """If-Modified-Since as a moment; records of that very second count. Raises Problem."""
    try:
        return moment_of(request.headers["if-modified-since"].replace(" ", "+"))
    except ValueError as error:
        raise wrong("If-Modified-Since") from error

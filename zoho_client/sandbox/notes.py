"""Notes and tags: what people pin to a record."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zoho_client.sandbox import schema
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import number_of
from zoho_client.sandbox.store import NAMES

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

Tagging = Callable[[list[Record], list[Record]], list[Record]]  # tags before, tags named: after

MOST_NOTES = 100
MOST_TAGGED = 500
LONGEST_TAG = 25
COLOURS = ("#57B1FD", "#879BFC", "#658BA8", "#FD87BD", "#969696", "#F48435", "#1DB9B4", "#E7A826")


def register(sandbox: "ZohoSandbox") -> None:
    """Put this chapter's addresses into the table."""
    add = sandbox.routes.add
    add("POST", "/crm/v8/Notes", create, scopes=("ZohoCRM.modules.notes.CREATE",))
    add("GET", "/crm/v8/Notes", every, scopes=("ZohoCRM.modules.notes.READ",))
    both = ("ZohoCRM.modules.{module}.READ", "ZohoCRM.modules.notes.")
    add("POST", "/crm/v8/{module}/{id}/Notes", create, scopes=(both[0], f"{both[1]}CREATE"))
    add("GET", "/crm/v8/{module}/{id}/Notes", of_record, scopes=(both[0], f"{both[1]}READ"))
    needed = ("ZohoCRM.modules.{module}.UPDATE",)
    for place in ("{module}", "{module}/{id}"):
        add("POST", f"/crm/v8/{place}/actions/add_tags", add_tags, scopes=needed)
        add("POST", f"/crm/v8/{place}/actions/remove_tags", remove_tags, scopes=needed)


def create(request: Request) -> Reply:
    """Pin notes to records."""
    wished = request.json().get("data")
    if not isinstance(wished, list) or not wished:
        raise _missing("data", "$.data")
    if len(wished) > MOST_NOTES:
        raise Problem("INVALID_DATA", "invalid data", {"maximum_length": MOST_NOTES})
    return _batch(
        request, [_told(request, wish, f"$.data[{n}]") for n, wish in enumerate(wished)], 201
    )


def every(request: Request) -> Reply:
    """Every note of the company, for administrators."""
    if request.sandbox.switches.notes_by_admin_only:
        raise Problem("NOT_SUPPORTED", "API not supported for this user", {}, 403)
    return _page(request, list(request.sandbox.store.rows("Notes")))


def of_record(request: Request) -> Reply:
    """The notes of one record."""
    _record(request, schema.module_of(request), request.places["id"])
    notes = request.sandbox.store.rows("Notes")
    return _page(request, [n for n in notes if n["Parent_Id"]["id"] == request.places["id"]])


def add_tags(request: Request) -> Reply:
    """Put tags on records; a tag that nobody used yet is made."""

    def more(before: list[Record], tags: list[Record]) -> list[Record]:
        return [*before, *(tag for tag in tags if tag not in before)]

    def instead(_before: list[Record], tags: list[Record]) -> list[Record]:
        return tags

    return _tagging(request, instead if request.json().get("over_write") is True else more)


def remove_tags(request: Request) -> Reply:
    """Take tags off records."""
    return _tagging(request, lambda before, tags: [one for one in before if one not in tags])


def _told(request: Request, wish: Record, path: str) -> Record:
    try:
        note = _made(request, wish, path)
    except Problem as problem:
        return problem.told
    told = ("Modified_Time", "Modified_By", "Created_Time", "Created_By", "id")
    details = {name: note[name] for name in told}
    return {"code": "SUCCESS", "details": details, "message": "record added", "status": "success"}


def _made(request: Request, wish: Record, path: str) -> Record:
    if not wish.get("Note_Content"):
        raise _missing("Note_Content", f"{path}.Note_Content")
    parent = _parent(request, wish, path)
    values = {
        "Note_Title": wish.get("Note_Title"),
        "Note_Content": wish["Note_Content"],
        "Parent_Id": parent,
    }
    return request.sandbox.store.insert("Notes", values, by=request.user)


def _parent(request: Request, wish: Record, path: str) -> Record:
    if "module" in request.places:
        module, key = schema.module_of(request), request.places["id"]
    else:
        wished = wish.get("Parent_Id") or {}
        if not isinstance(wished, dict) or not wished.get("id"):
            raise _missing("Parent_Id", f"{path}.Parent_Id")
        module = (wished.get("module") or {}).get("api_name", "")
        key = str(wished["id"])
        if not schema.is_reachable(request.sandbox, module):
            details = {"api_name": "module", "json_path": f"{path}.Parent_Id.module"}
            raise Problem("INVALID_DATA", "invalid data", details)
    record = _record(request, module, key)
    ids = {row["api_name"]: row["id"] for row in request.sandbox.company.modules}
    about = {"api_name": module, "id": ids[module]}
    return {"module": about, "name": record.get(NAMES.get(module, "Name")), "id": key}


def _record(request: Request, module: str, key: str) -> Record:
    record = request.sandbox.store.get(module, key)
    if record is None:
        text = "the id given seems to be invalid"
        raise Problem("INVALID_DATA", text, {"id": key})
    return record


def _page(request: Request, found: list[Record]) -> Reply:
    if not request.query.get("fields"):
        text = "One of the expected parameter is missing"
        raise Problem("REQUIRED_PARAM_MISSING", text, {"param_name": "fields"})
    size = number_of(request.query, "per_page", 200, most=200)
    page = number_of(request.query, "page", 1)
    names = ["id", *request.query["fields"].split(",")]
    told = [
        {name: note.get(name) for name in names} for note in found[(page - 1) * size : page * size]
    ]
    more = len(found) > page * size
    info = {"per_page": size, "count": len(told), "page": page, "more_records": more}
    return Reply(200, {"data": told, "info": info}) if told else Reply(204)


def _tagging(
    request: Request, change: Callable[[list[Record], list[Record]], list[Record]]
) -> Reply:
    module = schema.module_of(request)
    content = request.json()
    tags = [_tag(request, module, tag) for tag in content.get("tags") or ()]
    if not tags:
        raise _missing("tags", "$.tags")
    told = []
    for key in _tagged(request, content):
        try:
            before = _record(request, module, key).get("Tag") or []
            values = {"Tag": change(before, tags)}
            request.sandbox.store.update(module, key, values, by=request.user)
            details = {"id": key, "tags": values["Tag"]}
            text = "tags updated successfully"
            told.append(
                {"code": "SUCCESS", "details": details, "message": text, "status": "success"}
            )
        except Problem as problem:
            told.append(problem.told)
    return _batch(request, told, 200)


def _tagged(request: Request, content: Record) -> list[str]:
    """The records that are meant: the one in the path, or those in the body or query."""
    if "id" in request.places:
        return [request.places["id"]]
    ids = content.get("ids") or [one for one in request.query.get("ids", "").split(",") if one]
    if not ids:
        raise _missing("ids", "$.ids")
    if len(ids) > MOST_TAGGED:
        raise Problem("LIMIT_EXCEEDED", "too many records", {"limit": MOST_TAGGED})
    return [str(one) for one in ids]


def _tag(request: Request, module: str, wish: Record) -> Record:
    """The tag of this name, made when there is none: each module has its own."""
    name = str(wish.get("name") or "").strip()
    if not name or len(name) > LONGEST_TAG:
        details = {"api_name": "name", "maximum_length": LONGEST_TAG}
        raise Problem("INVALID_DATA", "invalid data", details)
    store = request.sandbox.store
    kept = store.get("_tags", f"{module}/{name.casefold()}")
    if kept is None:
        colour = wish.get("color_code") or COLOURS[len(name) % len(COLOURS)]
        kept = {"name": name, "id": store.new_id(), "color_code": colour}
        store.keep("_tags", f"{module}/{name.casefold()}", kept)
    return kept


def _batch(request: Request, told: list[Record], done: int) -> Reply:
    failed = sum(1 for one in told if one["status"] == "error")
    switches = request.sandbox.switches
    part = switches.mixed_status if failed < len(told) else switches.failed_status
    return Reply(part if failed else done, {"data": told})


def _missing(name: str, path: str) -> Problem:
    details = {"api_name": name, "json_path": path}
    return Problem("MANDATORY_NOT_FOUND", "required field not found", details)

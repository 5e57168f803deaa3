"""Notes and tags: what people pin to a record."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from zoho_client.sandbox import schema
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import number_of
from zoho_client.sandbox.several import missing, reply, rows_of, success, wrong
from zoho_client.sandbox.store import NAMES

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

Tagging = Callable[[list[Record], list[Record]], list[Record]]  # tags before, tags named: after

MOST_NOTES = 100
MOST_TAGS = 100  # in one call; no figure is published
MOST_TAGGED = 500
LONGEST_TAG = 25
COLOURS = ("#57B1FD", "#879BFC", "#658BA8", "#FD87BD", "#969696", "#F48435", "#1DB9B4", "#E7A826")
_TOLD = ("Modified_Time", "Modified_By", "Created_Time", "Created_By", "id")


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
    work = (
        partial(_made, request, wish, f"$.data[{place}]")
        for place, wish in enumerate(rows_of(request, "data", MOST_NOTES))
    )
    return reply(request, "data", work, done=201)


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


def _made(request: Request, wish: Record, path: str) -> Record:
    if not wish.get("Note_Content"):
        raise missing("Note_Content", path)
    parent = _parent(request, wish, path)
    values = {
        "Note_Title": wish.get("Note_Title"),
        "Note_Content": wish["Note_Content"],
        "Parent_Id": parent,
    }
    note = request.sandbox.store.insert("Notes", values, by=request.user)
    return success("record added", {name: note[name] for name in _TOLD})


def _parent(request: Request, wish: Record, path: str) -> Record:
    if "module" in request.places:
        module, key = schema.module_of(request), request.places["id"]
    else:
        wished = wish.get("Parent_Id") or {}
        if not isinstance(wished, dict) or not wished.get("id"):
            raise missing("Parent_Id", path)
        about = wished.get("module")
        module = str(about.get("api_name")) if isinstance(about, dict) else ""
        key = str(wished["id"])
        if not schema.is_reachable(request.sandbox, module):
            raise wrong("module", json_path=f"{path}.Parent_Id.module")
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


def _tagging(request: Request, change: Tagging) -> Reply:
    module = schema.module_of(request)
    tags = [_tag(request, module, tag) for tag in rows_of(request, "tags", MOST_TAGS)]

    def one(key: str) -> Record:
        before = _record(request, module, key).get("Tag") or []
        after = change(before, tags)
        request.sandbox.store.update(module, key, {"Tag": after}, by=request.user)
        return success("tags updated successfully", {"id": key, "tags": after})

    return reply(request, "data", (partial(one, key) for key in _tagged(request)))


def _tagged(request: Request) -> list[str]:
    """The records that are meant: the one in the path, or those in the body or query."""
    if "id" in request.places:
        return [request.places["id"]]
    named = [one for one in request.query.get("ids", "").split(",") if one]
    ids = request.json().get("ids") or named
    if not ids:
        raise missing("ids")
    if not isinstance(ids, list):
        raise wrong("ids", expected_data_type="jsonarray")
    if len(ids) > MOST_TAGGED:
        raise Problem("LIMIT_EXCEEDED", "too many records", {"limit": MOST_TAGGED})
    return [str(one) for one in ids]


def _tag(request: Request, module: str, wish: Record) -> Record:
    """The tag of this name, made when there is none: each module has its own."""
    name = str(wish.get("name") or "").strip()
    if not name or len(name) > LONGEST_TAG:
        raise wrong("name", maximum_length=LONGEST_TAG)
    store = request.sandbox.store
    kept = store.get("_tags", f"{module}/{name.casefold()}")
    if kept is None:
        colour = wish.get("color_code") or COLOURS[len(name) % len(COLOURS)]
        kept = {"name": name, "id": store.new_id(), "color_code": colour}
        store.keep("_tags", f"{module}/{name.casefold()}", kept)
    return kept

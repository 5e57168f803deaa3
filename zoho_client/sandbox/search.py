"""GET /{module}/search and /{module}/actions/count: an index that runs behind what is true."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoho_client.sandbox import schema, showing
from zoho_client.sandbox.criteria import Question, read_criteria
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import number_of
from zoho_client.sandbox.routes import always
from zoho_client.sandbox.store import Change
from zoho_client.sandbox.table import place_of

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

SCOPES = ("ZohoCRM.modules.{module}.READ", "ZohoSearch.securesearch.READ")
REACH = 2_000  # the last record that a search tells
LONGEST_PAGE = 200
SHORTEST_WORD = 2
_WAYS = ("criteria", "email", "phone", "word")  # the first one that was given counts
_LONGEST_DELAY = 600.0  # seconds that changes are remembered


@dataclass(frozen=True)
class _Past:
    at: float
    module: str
    key: str
    before: Record | None


class Index:
    """Every record as it was some seconds ago."""

    def __init__(self, sandbox: "ZohoSandbox") -> None:
        self._sandbox = sandbox
        self._past: deque[_Past] = deque()
        self._company = sandbox.company
        sandbox.store.on_change.append(self._note)

    def _begin_anew_after_a_reset(self) -> None:
        if self._sandbox.company is not self._company:
            self._company = self._sandbox.company
            self._past.clear()

    def _note(self, change: Change) -> None:
        self._begin_anew_after_a_reset()
        now = self._sandbox.clock.now()
        self._past.append(_Past(now, change.module, change.id, change.before))
        while self._past[0].at < now - _LONGEST_DELAY:
            self._past.popleft()

    def rows(self, module: str, delay: float) -> Iterator[Record]:
        """The records of a module as they were `delay` seconds ago."""
        self._begin_anew_after_a_reset()
        since = self._sandbox.clock.now() - delay
        old: dict[str, Record | None] = {}
        for past in reversed(self._past):  # youngest first, so that the oldest one has its way
            if past.at <= since:
                break
            if past.module == module:
                old[past.key] = past.before
        yield from (row for row in old.values() if row is not None)
        yield from (row for row in self._sandbox.store.rows(module) if row["id"] not in old)

    def search(self, request: Request) -> Reply:
        """What the index knows; 204 when nothing fits."""
        module = schema.module_of(request)
        page, size = _paging(request)
        asked = _question(request)
        delay = self._sandbox.switches.search_delay
        found = [row for row in self.rows(module, delay) if asked(row)]
        _sort(found, request)
        first = (page - 1) * size
        if not found[first : first + size]:
            return Reply(204)
        rows = _told(request, module, found[first : first + size])
        more = len(found) > first + size
        info = {"per_page": size, "count": len(rows), "page": page, "more_records": more}
        return Reply(200, {"data": rows, "info": info})

    def count(self, request: Request) -> Reply:
        """How many records the index knows: minutes behind, as Zoho says itself."""
        module = schema.module_of(request)
        asked = _question(request) if any(request.query.get(way) for way in _WAYS) else bool
        delay = self._sandbox.switches.count_delay
        return Reply(200, {"count": sum(1 for row in self.rows(module, delay) if asked(row))})


def register(sandbox: "ZohoSandbox") -> None:
    """Put this chapter's addresses into the table, and begin to index."""
    index = Index(sandbox)
    add = sandbox.routes.add
    add("GET", "/crm/v8/{module}/search", index.search, scopes=SCOPES, heavy=always)
    add("GET", "/crm/v8/{module}/actions/count", index.count, scopes=SCOPES)


def _question(request: Request) -> Question:
    fields = schema.fields_of(request.sandbox, request.places["module"])
    way = next((way for way in _WAYS if request.query.get(way)), None)
    if way is None:
        text = "one of the expected parameters is missing"
        raise Problem("EXPECTED_PARAM_MISSING", text, {"param_names": list(_WAYS)})
    wanted = request.query[way]
    if way == "criteria":
        return read_criteria(wanted, fields, request.sandbox.switches.criteria)
    if len(wanted) < SHORTEST_WORD:
        raise Problem("INVALID_DATA", "invalid data", {"param_name": way})
    types = {"word": {"text", "email", "phone", "picklist", "autonumber"}}.get(way, {way})
    names = [name for name, row in fields.items() if row["data_type"] in types]
    wanted = wanted.casefold()
    return lambda row: any(wanted in str(row.get(name) or "").casefold() for name in names)


def _paging(request: Request) -> tuple[int, int]:
    page = number_of(request.query, "page", 1)
    size = number_of(request.query, "per_page", LONGEST_PAGE, most=LONGEST_PAGE)
    if page * size > REACH:
        raise Problem("LIMIT_REACHED", "the limit of records is reached", {"limit": REACH})
    return page, size


def _told(request: Request, module: str, rows: list[Record]) -> list[Record]:
    known = schema.fields_of(request.sandbox, module)
    names = [name for name in request.query.get("fields", "").split(",") if name] or list(known)
    return [showing.in_list(request, module, row, names) for row in rows]


def _sort(rows: list[Record], request: Request) -> None:
    falls = request.query.get("sort_order", "desc") == "desc"
    field = request.query.get("sort_by", "id")
    rows.sort(key=lambda row: place_of(row, field), reverse=falls)

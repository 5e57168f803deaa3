"""POST /coql: questions in a language like SQL, answered from what is true this moment."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from zoho_client.sandbox import schema, subforms
from zoho_client.sandbox.clock import in_zone, moment_of
from zoho_client.sandbox.coql_text import (
    Condition,
    Criterion,
    Query,
    Value,
    limit_exceeded,
    read_query,
)
from zoho_client.sandbox.gate import check_scope
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.routes import always

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

Question = Callable[[Record], bool]

_PLAIN = {"=", "!=", "in", "not in", "is null", "is not null"}
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
# Which comparisons a kind of field knows; numbers and dates know all but `like`.
_OPERATORS = {
    "text": {*_PLAIN, "like", "not like"},
    "lookup": _PLAIN,
    "flag": {"=", "!=", "is null", "is not null"},
    "number": {*_PLAIN, *_ORDERED, "between"},
    "time": {*_PLAIN, *_ORDERED, "between"},
}
_KINDS = {
    **dict.fromkeys(("lookup", "ownerlookup", "userlookup"), "lookup"),
    **dict.fromkeys(("integer", "bigint", "double", "currency", "percent"), "number"),
    **dict.fromkeys(("date", "datetime"), "time"),
    "boolean": "flag",
}
_UNASKABLE = {"textarea", "subform", "multiselectlookup"}
_CREDITS = ((200, 1), (1_000, 2), (2_000, 3))


def register(sandbox: "ZohoSandbox") -> None:
    """Put this chapter's address into the table."""
    scopes = ("ZohoCRM.coql.READ",)
    sandbox.routes.add("POST", "/crm/v8/coql", answer, scopes=scopes, heavy=always)


def answer(request: Request) -> Reply:
    """Run a SELECT; 204 when nothing fits."""
    text = request.json().get("select_query")
    if not isinstance(text, str):
        details = {"api_name": "select_query", "json_path": "$.select_query"}
        raise Problem("MANDATORY_NOT_FOUND", "required field not found", details)
    query = read_query(text)
    reach = request.sandbox.switches.coql_reach
    if query.offset + query.limit > reach:
        raise limit_exceeded("offset", reach)
    asked = _Asked(request, query)
    parent = schema.parent_of(request.sandbox, query.module)
    module = parent[0] if parent else query.module
    check_scope(request.scopes, "ZohoCRM.modules.{module}.READ", module)
    page, more = asked.page()
    cost = next(credits_ for most, credits_ in _CREDITS if query.limit <= most)
    if not page:
        return Reply(204, credits=cost)
    info = {"count": len(page), "more_records": more}
    return Reply(200, {"data": page, "info": info}, credits=cost)


class _Asked:
    """A query against the stand-in's records."""

    def __init__(self, request: Request, query: Query) -> None:
        self._request = request
        self._sandbox = request.sandbox
        self._query = query
        self._zone = request.zone
        self._fields(query.module)  # refuses a module that isn't there

    def page(self) -> tuple[list[Record], bool]:
        """The rows that were asked for, in order, and whether there are more."""
        fits = self._question(self._query.where)
        rows = [row for row in self._rows() if fits(row)]
        for name, descends in reversed(self._query.order):
            rows.sort(key=self._rank(name), reverse=descends)
        end = self._query.offset + self._query.limit
        columns = [(alias, self._shown(name)) for name, alias in self._query.fields]
        shown = [
            {"id": row["id"], **{alias: get(row) for alias, get in columns}}
            for row in rows[self._query.offset : end]
        ]
        return shown, len(rows) > end

    def _rank(self, name: str) -> Callable[[Record], Any]:
        kind, get = self._kind(name), self._getter(name)
        return lambda row: _rank(kind, get(row))

    def _rows(self) -> Iterable[Record]:
        if schema.parent_of(self._sandbox, self._query.module):
            return subforms.all_rows(self._sandbox, self._query.module).values()
        return self._sandbox.store.rows(self._query.module)

    def _shown(self, name: str) -> Callable[[Record], Any]:
        """How a column is told: times with the user's offset, references by their id alone."""
        get, is_time = self._getter(name), self._type(name) == "datetime"

        def shown(row: Record) -> Any:
            value = get(row)
            if isinstance(value, dict):
                return {"id": value["id"]}
            return in_zone(value, self._zone) if is_time and value else value

        return shown

    def _fields(self, module: str) -> dict[str, Record]:
        rows = self._sandbox.company.fields.get(module)
        if rows is None or self._sandbox.switches.module_states.get(module):
            raise Problem("INVALID_QUERY", "invalid query formed", {"module": module})
        return {row["api_name"]: row for row in rows}

    def _type(self, name: str) -> str:
        first, _, second = name.partition(".")
        field = self._field(self._query.module, first)
        if not second:
            return str(field["data_type"])
        if second == "id" and _KINDS.get(field["data_type"]) == "lookup":
            return "bigint"
        if field["data_type"] != "lookup":
            raise _unknown(name)
        return str(self._field(field["lookup"]["module"]["api_name"], second)["data_type"])

    def _field(self, module: str, name: str) -> Record:
        field = self._fields(module).get(name)
        if field is None or field["data_type"] in {"subform", "multiselectlookup"}:
            raise _unknown(name)
        return field

    def _kind(self, name: str) -> str:
        return _KINDS.get(self._type(name), "text")

    def _getter(self, name: str) -> Callable[[Record], Any]:
        first, _, second = name.partition(".")
        self._type(name)  # refuses a field that isn't there
        if not second:
            return lambda row: row.get(first)
        if second == "id":
            return lambda row: (row.get(first) or {}).get("id")
        target = self._field(self._query.module, first)["lookup"]["module"]["api_name"]

        def joined(row: Record) -> Any:
            found = row.get(first)
            return (
                (self._sandbox.store.get(target, found["id"]) or {}).get(second) if found else None
            )

        return joined

    def _question(self, where: Condition) -> Question:
        if isinstance(where, Criterion):
            return self._compared(where)
        left, right = self._question(where.left), self._question(where.right)
        if where.word == "and":
            return lambda row: left(row) and right(row)
        return lambda row: left(row) or right(row)

    def _compared(self, one: Criterion) -> Question:
        type_, kind = self._type(one.field), self._kind(one.field)
        if one.operator not in _OPERATORS[kind] or type_ in _UNASKABLE:
            raise _refused("the operator does not suit the column", one)
        get = self._getter(one.field)
        wanted = [self._read(one, kind, value) for value in one.values]
        if "like" in one.operator:
            return self._like(get, str(wanted[0]), denied=one.operator != "like")
        holds = _holds(one.operator, wanted)
        return lambda row: holds(self._folded(kind, get(row)))

    def _read(self, one: Criterion, kind: str, value: Value) -> Any:
        suits = {
            "text": value.quoted,
            "time": value.quoted,
            "flag": value.text in {"true", "false"},
        }
        if not suits.get(kind, value.text.lstrip("-").replace(".", "", 1).isdecimal()):
            raise _refused("the value does not suit the column", one)
        try:
            return self._folded(kind, value.text == "true" if kind == "flag" else value.text)
        except ValueError:
            raise _refused("the value does not suit the column", one) from None

    def _folded(self, kind: str, value: Any) -> Any:
        """A value as it is compared; None stays None."""
        if isinstance(value, dict):
            value = value["id"]
        if value is None or value in ("", []):
            return None
        if kind == "number":
            return float(value) if "." in str(value) else int(value)
        if kind == "time":
            return _moment(value)
        if kind in {"flag", "lookup"}:
            return value
        text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
        return text if self._sandbox.switches.coql_case_matters else text.casefold()

    def _like(self, get: Callable[[Record], Any], wanted: str, *, denied: bool) -> Question:
        parts = map(re.escape, wanted.split("%"))
        pattern = re.compile(".*".join(parts), re.DOTALL)

        def fits(row: Record) -> bool:
            value = self._folded("text", get(row))
            return value is not None and bool(pattern.fullmatch(value)) != denied

        return fits


def _holds(operator: str, wanted: list[Any]) -> Callable[[Any], bool]:
    """What is asked of a value. As in SQL, nothing is neither equal nor unequal to anything."""
    if operator in {"is null", "is not null"}:
        return lambda value: (value is None) == (operator == "is null")
    known = frozenset(wanted)
    if operator in {"=", "in"}:
        return lambda value: value is not None and value in known
    if operator in {"!=", "not in"}:
        return lambda value: value is not None and value not in known
    if operator == "between":
        return lambda value: value is not None and wanted[0] <= value <= wanted[1]
    compare = _ORDERED[operator]
    return lambda value: value is not None and compare(value, wanted[0])


@lru_cache(maxsize=50_000)
def _moment(text: str) -> float:
    """Seconds since 1970; a date without a time is compared as midnight in UTC."""
    return moment_of(text if "T" in text else f"{text}T00:00:00+00:00")


def _rank(kind: str, value: Any) -> tuple[bool, Any]:
    """A value in its place in an order: empty ones come first."""
    if isinstance(value, dict):
        value = value.get("name") or value["id"]
    if value is None or value == []:
        return False, 0
    if kind == "time":
        return True, _moment(value)
    if kind == "number":
        return True, float(value) if "." in str(value) else int(value)
    return True, str(value).casefold()


def _unknown(name: str) -> Problem:
    details = {"column_name": name, "reason": "column given seems to be invalid"}
    return Problem("INVALID_QUERY", "invalid query formed", details)


def _refused(reason: str, one: Criterion) -> Problem:
    details = {"column_name": one.field, "operator": one.operator, "reason": reason}
    return Problem("INVALID_QUERY", "invalid query formed", details)

"""The reading half of the API: lists in pages, single records, counts, the user."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from exact_client.sandbox import contacts, invoices, items, odata
from exact_client.sandbox.books import EVERYWHERE, Books
from exact_client.sandbox.clock import wall_of
from exact_client.sandbox.company import Company
from exact_client.sandbox.endpoints import SHOWN_ROWS, TABLES, check_list, division_of
from exact_client.sandbox.facts import LINES, Entity, Record, entities
from exact_client.sandbox.messages import Problem, Reply, Request, json_reply, problem
from exact_client.sandbox.odata import Query, Shown
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import still_told
from exact_client.sandbox.table import Table

_AUTHOR = "ModifierFullName"
_TIMESTAMP = re.compile(r"Timestamp\s+gt\s+(\d+)")
# Of these, some properties are worked out from other records when they are read.
_WORKED_OUT = {
    "contacts": contacts.shown,
    "items": items.shown,
    "invoices": invoices.shown,
    "invoicerows": invoices.shown,
}
_WITH_LINES = frozenset({"salesinvoice/SalesInvoices", "salesorder/SalesOrders"})


class Reader:
    """Answers GET requests about one division."""

    def __init__(
        self, books: Books, switches: Switches, company: Company, division: int, base: str
    ) -> None:
        self._books = books
        self._switches = switches
        self._company = company
        self._names = company.names
        self._division = division
        self._base = base

    def collection(self, entity: Entity, request: Request, allowed: list[int]) -> Reply:
        """A page of a list. `allowed`: the divisions that the token may see."""
        query = Query.read(entity, request, self._base, self._switches)
        check_list(query, self._switches)
        rows = self._rows(query)
        if entity.path.endswith("/Divisions"):
            rows = (row for row in rows if row["Code"] in allowed)
        return self._page(query, self._filtered(query, rows))

    def one(self, entity: Entity, key: str, request: Request) -> Reply:
        """A single record by its key."""
        record = self._found(entity, key)
        query = Query.read(entity, request, self._base, self._switches)
        return json_reply({"d": self._shown(query, [record])[0]})

    def lines(self, entity: Entity, key: str, request: Request) -> Reply:
        """The lines of an entry or an invoice, asked for by the link in a record."""
        record = self._found(entity, key)
        inner = entities()[LINES[entity.path][1]]
        query = Query.read(inner, request, self._base, self._switches)
        return self._page(query, self._filtered(query, iter(self._lines(entity, record))))

    def count(self, entity: Entity, request: Request) -> Reply:
        """How many records a list has, as plain text."""
        if request.headers.get("accept", "*/*") not in {"*/*", "text/plain"}:
            raise problem(415, "Unsupported media type requested.")
        query = Query.read(entity, request, self._base, self._switches)
        number = sum(1 for _ in self._filtered(query, self._rows(query)))
        return Reply(200, str(number).encode(), [("Content-Type", "text/plain;charset=utf-8")])

    def created(self, entity: Entity, record: Record, sparse: tuple[str, ...] | None) -> Reply:
        """The answer to a create: all of it, or the few values that Exact tells unasked."""
        shown = Shown(entity, self._base, entity.properties)
        record = next(self._worked_out(entity, [record]))
        contents = {}
        if entity.path in _WITH_LINES:  # answers its lines unasked
            contents = self._expanded(entity, record, [LINES[entity.path][0]])
        told = shown.one(record if sparse is None else {k: record.get(k) for k in sparse}, contents)
        if sparse is not None:
            told = {k: v for k, v in told.items() if k in {*sparse, "__metadata"}} | {
                name: told[name] if prop.collection else None
                for name, prop in entity.properties.items()
                if name not in sparse
            }
        told["__metadata"]["uri"] = shown.uri(record)
        return json_reply({"d": told}, 201, [("Location", shown.uri(record))])

    def _found(self, entity: Entity, key: str) -> Record:
        record = self._table(entity).get(key)
        if record is None:
            raise problem(404, f"Resource not found for the segment '{entity.name}'.")
        return next(self._worked_out(entity, [record]))

    def _table(self, entity: Entity) -> Table:
        division = division_of(entity.path, self._division)
        return self._books.table(division, TABLES[entity.path])

    def _rows(self, query: Query) -> Iterator[Record]:
        """Rows in the order in which the list gives them, from its start or its $skiptoken."""
        table = self._table(query.entity)
        if query.entity.family == "sync":
            return self._worked_out(query.entity, self._synced(query, table))
        if query.orderby or not query.entity.has_guid:
            every = self._worked_out(query.entity, table.after(""))
            rows: Iterable[Record] = odata.in_order(query, every)
            return odata.behind(query, rows) if query.skiptoken else iter(rows)
        if not query.skiptoken:
            return self._worked_out(query.entity, table.after(""))
        start = str(odata.token_values(query.entity, query)[-1])
        return self._worked_out(query.entity, table.after(start))

    def _worked_out(self, entity: Entity, rows: Iterable[Record]) -> Iterator[Record]:
        how = _WORKED_OUT.get(TABLES.get(entity.path, ""))
        if how is not None:
            rows = (how(self._books, row) for row in rows)
        if _AUTHOR in entity.properties:
            rows = ({**row, _AUTHOR: self._names.get(row.get("Modifier", ""))} for row in rows)
        return iter(rows)

    def _synced(self, query: Query, table: Table) -> Iterator[Record]:
        asked = _TIMESTAMP.search(query.spelled.get("filter", ""))
        start = int(asked[1]) if asked else 0
        if query.skiptoken:
            start = max(start, int(odata.token_values(query.entity, query)[-1]))
        rows = table.since(start)
        if query.entity.path == "sync/Deleted":
            return (row for row in rows if still_told(self._books, row))
        return rows

    def _filtered(self, query: Query, rows: Iterator[Record]) -> Iterator[Record]:
        rows = self._books.visible(rows)
        if query.entity.path in SHOWN_ROWS:
            name, wanted = SHOWN_ROWS[query.entity.path]
            rows = (row for row in rows if row[name] == wanted)
        # The only filter of a sync list is where it starts, which is seen to already.
        if query.filter and not query.filter.fields <= {"Timestamp"}:
            matches = query.filter.matches
            rows = (row for row in rows if matches(row))
        return rows

    def _page(self, query: Query, rows: Iterator[Record]) -> Reply:
        total: int | None = None
        if query.count:
            found = list(rows)
            total, rows = len(found), iter(found)
        if not query.skiptoken:
            for _ in zip(range(query.skip), rows, strict=False):
                pass
        records, more = odata.page(query, rows)
        shown = self._shown(query, records)
        if odata.bare(query):
            return json_reply({"d": shown})
        content: Record = {"results": shown}
        if total is not None:
            content["__count"] = str(total)
        if more:
            content["__next"] = query.next_link(records[-1], len(records))
        return json_reply({"d": content})

    def _shown(self, query: Query, records: list[Record]) -> list[Record]:
        shown = Shown(query.entity, self._base, query.shown)
        if not query.expand:
            return [shown.one(record) for record in records]
        inner = [name.partition("/")[2] for name in query.select if "/" in name]
        return [
            shown.one(record, self._expanded(query.entity, record, query.expand, inner))
            for record in records
        ]

    def _expanded(
        self, entity: Entity, record: Record, names: Iterable[str], select: Iterable[str] = ()
    ) -> dict[str, list[Record]]:
        contents: dict[str, list[Record]] = {name: [] for name in names}
        held = LINES.get(entity.path)
        if held and held[0] in contents:
            inner = entities()[held[1]]
            shown = Shown(inner, self._base, list(select) or inner.properties)
            contents[held[0]] = [shown.one(line) for line in self._lines(entity, record)]
        return contents

    def _lines(self, entity: Entity, record: Record) -> list[Record]:
        table = self._books.table(self._division, TABLES[LINES[entity.path][1]])
        return [row for key in record["_lines"] if (row := table.get(key))]


def me(
    books: Books, company: Company, division: int, request: Request, switches: Switches
) -> Reply:
    """The user that a token speaks for; `division` is where that user was last seen."""
    base = f"{request.host}/api/v1"
    query = Query.read(entities()["current/Me"], request, base, switches)
    row = books.table(EVERYWHERE, "divisions").get(str(division)) or {}
    wall, now = books.clock.wall_ms(), books.clock.now()
    record: dict[str, Any] = {
        **company.facts["user"],
        "UserID": company.user_id,
        "CurrentDivision": division,
        "AccountingDivision": 0,
        "DivisionCustomerCode": str(row.get("Hid", 1)),
        "DivisionCustomerName": row.get("Description"),
        "DivisionCustomerVatNumber": row.get("VATNumber"),
        "EmployeeID": "00000000-0000-0000-0000-000000000000",
        "Language": switches.language.upper(),
        "LanguageCode": f"{switches.language}-BE" if switches.language != "en" else "en-GB",
        "Legislation": 32,
        "ServerTime": wall_of(wall).isoformat(timespec="seconds"),
        "ServerUtcOffset": float(round(wall / 1000 - now)),
    }
    shown = Shown(query.entity, base, query.shown)
    return json_reply({"d": {"results": [shown.one(record)]}})


def not_found(what: str) -> Problem:
    """There is no such address."""
    return problem(404, f"Resource not found for the segment '{what}'.")

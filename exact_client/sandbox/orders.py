"""What happens when a sales order is made, changed, delivered, invoiced or deleted."""

from collections.abc import Iterable
from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.facts import Record
from exact_client.sandbox.invoices import Invoices, repriced
from exact_client.sandbox.order_checks import OrderChecks, totals
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import note_deleted

HEADER, LINE = 32, 33  # in sync/Deleted
OPEN, PARTIAL, COMPLETE, CANCELLED = 12, 20, 21, 45
STATUSES = {OPEN: "Open", PARTIAL: "Gedeeltelijk", COMPLETE: "Volledig", CANCELLED: "Geannuleerd"}
_PROGRESS = ("Status", "DeliveryStatus", "InvoiceStatus")
# What is settled when an order is made: a change of it is not looked at.
_SETTLED = frozenset({"OrderedBy", "InvoiceTo", "DeliverTo", "OrderID"})
_NEVER_NULL = {"Currency", "OrderDate", "OrderNumber"}
_STAMPS = frozenset({"Modified", "Modifier", "Timestamp"})


class Orders:
    """The writing half of salesorder/SalesOrders and its lines in one division."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user
        self._checks = OrderChecks(books, switches, division)
        self._table = books.table(division, "salesorders")
        self._lines = books.table(division, "salesorderlines")

    def create(self, taken: Record, lines: list[Record]) -> Record:
        """Make an order with its lines; it is numbered at once."""
        day = self._books.clock.today_ms()
        order: Record = {
            "Currency": "EUR",
            "OrderDate": day,
            **{name: value for name, value in taken.items() if value is not None},
            "OrderID": str(uuid4()),
            "ID": str(uuid4()),  # of its header in the feed of changes
            "Division": self._division,
            "ApprovalStatus": 0,
            "Created": self._books.clock.wall_ms(),
            "Creator": self._user,
            **dict.fromkeys(_PROGRESS, OPEN),
        }
        order["DeliveryDate"] = order.get("DeliveryDate") or order["OrderDate"]
        found = Findings()
        self._checks.check_header(order, found)
        if not lines:
            found.add("missing", "SalesOrderLines")
        for line in lines:
            self._checks.checked_line(order, line, found)
        found.check()
        number = self._books.number(self._division, "salesorders")
        order["OrderNumber"] = order.get("OrderNumber") or number
        checked = [self._checks.checked_line(order, line, Findings()) for line in lines]
        return self._keep(order, [{**line, "ID": str(uuid4())} for line in checked])

    def update(self, key: str, taken: Record) -> None:
        """Change the header of an order that is not done; lines have an address of their own."""
        order = {**self.open(key)}
        order |= {
            name: value
            for name, value in taken.items()
            if name not in _SETTLED and (value is not None or name not in _NEVER_NULL)
        }
        found = Findings()
        self._checks.check_header(order, found)
        lines = [self._checks.checked_line(order, row, found) for row in self.lines_of(order)]
        found.check()
        self._keep(order, lines)

    def delete(self, key: str) -> None:
        """Delete an order of which nothing was delivered or invoiced, with its lines."""
        order = self._table.get(key) or {}
        if order["Status"] in {PARTIAL, COMPLETE}:
            raise refusal("used", "SalesOrders", "SalesInvoices")
        for line in order["_lines"]:
            self._drop_line(line)
        self._books.drop(self._division, "salesorders", key)
        note_deleted(self._books, self._division, order["ID"], HEADER, self._user)

    def add_line(self, taken: Record) -> Record:
        """Add a line to an order that is not done."""
        if not taken.get("OrderID"):
            raise refusal("missing", "OrderID")
        order = self.open(taken["OrderID"])
        line = {**self._checked(order, taken), "ID": str(uuid4())}
        self._keep(order, [*self.lines_of(order), line])
        return self._lines.get(line["ID"]) or line

    def update_line(self, key: str, taken: Record) -> None:
        """Change one line of an order that is not done."""
        before = self._lines.get(key) or {}
        order = self.open(before["OrderID"])
        line = self._checked(order, repriced(before, taken, vat="VATAmount"))
        lines = [line if old["ID"] == key else old for old in self.lines_of(order)]
        self._keep(order, lines)

    def delete_line(self, key: str) -> None:
        """Delete one line; with the last one goes the order."""
        order = self.open((self._lines.get(key) or {})["OrderID"])
        left = [line for line in self.lines_of(order) if line["ID"] != key]
        if not left:
            self.delete(order["OrderID"])
            return
        self._drop_line(key)
        self._keep(order, left)

    def open(self, key: str) -> Record:
        """An order that may still be changed."""
        order = self._table.get(key)
        if order is None:
            raise refusal("reference", "OrderID")
        if order["Status"] in {COMPLETE, CANCELLED}:
            raise refusal("not allowed", "SalesOrders")
        return order

    def lines_of(self, order: Record) -> list[Record]:
        """The lines of an order, in their order."""
        return [row for key in order.get("_lines", ()) if (row := self._lines.get(key))]

    def cancel(self, key: str) -> Record:
        """Cancel an order: nothing more will come of it."""
        order = {**self.open(key), **dict.fromkeys(_PROGRESS, CANCELLED)}
        return self._keep(order, self.lines_of(order))

    def invoice(self, key: str, share: float = 1.0) -> Record:
        """Deliver and invoice `share` of each line; gives the invoice, which names the order."""
        order = self.open(key)
        lines, billed = [], []
        for line in self.lines_of(order):
            quantity = line["Quantity"] * share
            done = line["QuantityInvoiced"] + quantity
            lines.append({**line, "QuantityDelivered": done, "QuantityInvoiced": done})
            billed.append(_billed(order, line, quantity))
        is_whole = all(line["QuantityInvoiced"] >= line["Quantity"] for line in lines)
        order = {**order, **dict.fromkeys(_PROGRESS, COMPLETE if is_whole else PARTIAL)}
        self._keep(order, lines)
        named = ("OrderedBy", "InvoiceTo", "DeliverTo", "Description", "YourRef", "Currency")
        invoices = Invoices(self._books, self._switches, self._division, self._user)
        return invoices.create({name: order.get(name) for name in named}, billed)

    def _checked(self, order: Record, taken: Record) -> Record:
        found = Findings()
        line = self._checks.checked_line(order, taken, found)
        found.check()
        return line

    def _keep(self, order: Record, lines: list[Record]) -> Record:
        """Keep a header and its lines: each moves in its own feed only when it is another."""
        order = {
            **order,
            **totals(lines, order["_rate"]),
            **{f"{name}Description": STATUSES[order[name]] for name in _PROGRESS},
            "_lines": [line["ID"] for line in lines],
        }
        states = {"OrderStatus": "Status"} | {name: name for name in _PROGRESS[1:]}
        for number, line in enumerate(lines, start=1):
            told = {name: order[source] for name, source in states.items()}
            row = {**line, **told, "LineNumber": number}
            self._put("salesorderlines", row["ID"], row)
        return self._put("salesorders", order["OrderID"], order)

    def _put(self, table: str, key: str, record: Record) -> Record:
        before = self._books.table(self._division, table).get(key)
        if before is not None and _without(_STAMPS, before) == _without(_STAMPS, record):
            return before
        stamped = {**record, "Modified": self._books.clock.wall_ms(), "Modifier": self._user}
        return self._books.put(self._division, table, key, stamped)

    def _drop_line(self, key: str) -> None:
        self._books.drop(self._division, "salesorderlines", key)
        note_deleted(self._books, self._division, key, LINE, self._user)


def _billed(order: Record, line: Record, quantity: float) -> Record:
    """The line of an invoice that comes of a line of an order."""
    same = ("Item", "Description", "UnitPrice", "NetPrice", "VATCode")
    return {
        **{name: line.get(name) for name in same},
        "Quantity": quantity,
        "SalesOrder": order["OrderID"],
        "SalesOrderLine": line["ID"],
        "SalesOrderLineNumber": line["LineNumber"],
        "SalesOrderNumber": order["OrderNumber"],
    }


def _without(names: Iterable[str], record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in names}
